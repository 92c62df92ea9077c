"""Aggregations as expressions, with the stages that an aggregate of the query's rows is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.engines.compiler.filters import column, compare, predicate, within
from answerable.data.engines.compiler.plan import (
    PERIOD,
    FieldRef,
    Plan,
    PlannedGroup,
    PlannedMeasure,
    Pointer,
)
from answerable.data.engines.compiler.values import literal
from answerable.data.semantics.model import Aggregation, FieldType, Relationship
from answerable.data.semantics.query import Grain, Period
from answerable.data.semantics.units import Conversion

_SIMPLE: dict[Aggregation, type[exp.AggFunc]] = {
    Aggregation.SUM: exp.Sum,
    Aggregation.AVG: exp.Avg,
    Aggregation.MIN: exp.Min,
    Aggregation.MAX: exp.Max,
    Aggregation.MEDIAN: exp.Median,
}
MOST_TIES = 10
LAST_DAY, LAST_TIME = "last day", "last time"
KEPT = "is kept"
RANKED = "ranked value"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows an aggregate reads, and what it groups them by.

    `shift` moves each row's bucket that many steps ahead, to the bucket that it is compared with;
    `year_later` moves each row a calendar year ahead instead. `last_days` names the stage that
    holds the last day with rows, for stocks, and `last_times` the one with the last time on it of each thing.
    """

    period: Period | None
    by_groups: bool = True
    by_bucket: bool = True
    ranked: bool = True
    filtered: bool = True
    shift: int = 0
    year_later: bool = False
    last_days: str | None = None
    last_times: str | None = None


def scan(plan: Plan, rows: Rows) -> exp.Select:
    """`FROM` the dataset with its related tables, and the conditions on its rows."""
    select = exp.Select().from_(table(plan.dataset.name))
    for relationship in related(plan):
        select = _lookup(select, plan, relationship)
    conditions = []
    if plan.time is not None:
        conditions += within(plan.time.ref, rows.period, plan.calendar.time_zone)
        if plan.grain is not None:
            conditions.append(exp.Not(this=exp.Is(this=column(plan.time.ref), expression=exp.Null())))
    if rows.filtered and plan.where is not None:
        conditions.append(predicate(plan.where, plan))
    for condition in conditions:
        select = select.where(condition, copy=False)
    return select


def pointing_keys(pointer: Pointer, at_least: int | None = None) -> exp.Select:
    """The keys that the pointing rows hold, or that `at_least` so many of them hold: a list to look into, so
    that it can never multiply rows."""
    key = exp.column(pointer.link.left_field, table=pointer.plan.dataset.name, quoted=True)
    present = exp.Not(this=exp.Is(this=key.copy(), expression=exp.Null()))
    select = scan(pointer.plan, Rows(None)).where(present, copy=False).select(key, copy=False)
    if at_least is None:
        return select
    enough = exp.GTE(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(at_least))
    return select.group_by(key.copy(), copy=False).having(enough, copy=False)


def aggregate(plan: Plan, rows: Rows) -> exp.Select:
    """The measures over the rows, one output row for each combination of keys.

    Columns: `period`, the groups (with a flag beside a group that keeps the rest), the measures.
    """
    select = scan(plan, rows)
    grain = plan.grain if rows.by_bucket else None
    start = row_bucket(plan, rows) if grain else None
    keys: list[exp.Expr] = [] if start is None else [named(start, PERIOD)]
    if rows.by_groups:
        for group in plan.groups:
            select, columns = _group_keys(select, group, ranked=rows.ranked)
            keys += columns
    if rows.last_days is not None:
        select = _join_last_days(select, plan, rows, start)
    select = select.select(*keys, *(named(value(plan, m), m.alias) for m in plan.measures), copy=False)
    if keys:
        # By position, as an expression may hold literals that no engine would recognise as equal.
        select = select.group_by(*(exp.Literal.number(n) for n in range(1, len(keys) + 1)), copy=False)
    return select


def last_days(plan: Plan, rows: Rows) -> exp.Select:
    """The last day that has rows, for each bucket or over all: when a stock is read."""
    stock = next(m for m in plan.measures if m.last_of is not None)
    assert stock.last_of is not None
    day = named(exp.Max(this=buckets.as_date(column(stock.last_of))), LAST_DAY)
    select = scan(plan, rows)
    if plan.grain is None or not rows.by_bucket:
        return select.select(day, copy=False)
    start = named(row_bucket(plan, rows), PERIOD)
    return select.select(start, day, copy=False).group_by(exp.Literal.number(1), copy=False)


def last_times(plan: Plan, rows: Rows) -> exp.Select:
    """The last time that each thing has rows of on the last day, for each bucket or over all: of a thing with
    several numbers a day, the last one is its stock."""
    stock = next(m for m in plan.measures if m.things is not None)
    assert stock.last_of is not None
    assert rows.last_days is not None
    select, start = scan(plan, rows), None
    keys: list[exp.Expr] = []
    if plan.grain is not None and rows.by_bucket:
        start = row_bucket(plan, rows)
        keys.append(named(start, PERIOD))
    keys += [named(column(ref), thing) for thing, ref in _things(plan)]
    select = _join_last_days(select, plan, replace(rows, last_times=None), start)
    select = select.where(_on_last_day(stock.last_of), copy=False)
    select = select.select(*keys, named(exp.Max(this=column(stock.last_of)), LAST_TIME), copy=False)
    return select.group_by(*(exp.Literal.number(n) for n in range(1, len(keys) + 1)), copy=False)


def _things(plan: Plan) -> list[tuple[str, FieldRef]]:
    """What tells the things apart that the plan's stock is of, with its names in the stage of last times."""
    things = next((m.things for m in plan.measures if m.things is not None), ())
    return [(f"thing {at}", ref) for at, ref in enumerate(things)]


def _on_last_day(time: FieldRef) -> exp.Expr:
    return exp.EQ(this=buckets.as_date(column(time)), expression=exp.column(LAST_DAY, quoted=True))


def ranking(plan: Plan, group: PlannedGroup, rows: Rows) -> exp.Select:
    """The values of the group that its top keeps, ranked over all rows of the period, with those that
    equal the last of them."""
    assert group.top is not None
    key = column(group.ref)
    measure = plan.measure(group.top.by)
    select = scan(plan, rows)
    if rows.last_days is not None:
        select = _join_last_days(select, plan, rows, None)
    select = select.select(named(key, RANKED), named(exp.Boolean(this=True), KEPT), copy=False)
    select = select.group_by(key.copy(), copy=False)
    if plan.ranked_whole:
        for condition in having(plan):
            select = select.having(condition, copy=False)
    best = ordered(value(plan, measure), descending=group.top.descending)
    select.set("qualify", exp.Qualify(this=_among_best(best, key, group.top.n)))
    return (
        select.order_by(best.copy(), copy=False)
        .order_by(ordered(key.copy()), copy=False)
        .limit(group.top.n + MOST_TIES, copy=False)
    )


def _among_best(best: exp.Ordered, key: exp.Expr, n: int) -> exp.Expr:
    """Whether a group is among the best n, or equal to the last of them: which of two equals comes first
    says nothing. Groups without a value are told apart by their keys."""
    unknown = exp.Is(this=best.this.copy(), expression=exp.Null())
    apart = exp.Case().when(unknown, key.copy())
    order = exp.Order(expressions=[best.copy(), ordered(apart)])
    return exp.LTE(this=exp.Window(this=exp.Rank(), order=order), expression=exp.Literal.number(n))


def having(plan: Plan) -> list[exp.Expr]:
    """Thresholds on the aggregates themselves; those on derived columns come after their stage."""
    aliases = {measure.alias for measure in plan.measures}
    return [
        compare(value(plan, plan.measure(threshold.measure)), threshold.operator, literal(threshold.value))
        for threshold in plan.having
        if threshold.measure in aliases
    ]


def value(plan: Plan, measure: PlannedMeasure) -> exp.Expr:
    """The measure as an aggregate of the scanned rows, or what is computed from several."""
    whole = _aggregated(plan, measure)
    if measure.minus is not None:
        taken = _converted(_aggregated(plan, measure.minus), measure.minus.conversion)
        whole = exp.paren(exp.Sub(this=whole, expression=taken))
    if measure.per is not None:
        whole = fraction(whole, _converted(_aggregated(plan, measure.per), measure.per.conversion))
    return _converted(whole, measure.conversion)


def _converted(number: exp.Expr, conversion: Conversion | None) -> exp.Expr:
    """The number in another unit. Whole numbers are multiplied and divided by, which rounds least."""
    if conversion is None:
        return number
    factor, offset = conversion.factor, conversion.offset
    found: exp.Expr = exp.cast(number, exp.DataType.Type.DOUBLE)
    if factor.numerator != 1:
        found = exp.Mul(this=found, expression=_exact(factor.numerator))
    if factor.denominator != 1:
        found = exp.Div(this=found, expression=_exact(factor.denominator), typed=False, safe=False)
    if offset:
        shift = exp.cast(exp.Literal.number(repr(float(abs(offset)))), exp.DataType.Type.DOUBLE)
        found = (exp.Add if offset > 0 else exp.Sub)(this=found, expression=shift)
    return exp.paren(found)


def _exact(number: int) -> exp.Expr:
    return exp.cast(exp.Literal.number(number), exp.DataType.Type.DOUBLE)


def fraction(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    """part / whole as a floating number; null where the whole is 0."""
    divisor = exp.Nullif(this=whole, expression=exp.Literal.number(0))
    return exp.Div(this=exp.cast(part, exp.DataType.Type.DOUBLE), expression=divisor, typed=False, safe=False)


def _aggregated(plan: Plan, measure: PlannedMeasure) -> exp.Expr:
    chosen = predicate(measure.where, plan) if measure.where is not None else None
    if measure.field is None:
        if chosen is None:
            return exp.Count(this=exp.Star())
        return exp.Count(this=exp.Case().when(chosen, exp.Literal.number(1)))
    field: exp.Expr = column(measure.field)
    if chosen is not None:
        field = exp.Case().when(chosen, field)
    if measure.aggregation is Aggregation.COUNT:
        return exp.Count(this=field)
    if measure.aggregation is Aggregation.COUNT_DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[field]))
    if measure.aggregation is Aggregation.MEDIAN and measure.field.type is FieldType.DECIMAL:
        # The middle of two cents is half a cent, which the column's own type would cut off.
        field = exp.cast(field, exp.DataType.Type.DOUBLE)
    if measure.quantile is not None:
        part = exp.Literal.number(repr(measure.quantile))
        return exp.PercentileCont(this=field, expression=part)
    whole: exp.Expr = _SIMPLE[measure.aggregation](this=field)
    if measure.last_of is not None:
        counts = _on_last_day(measure.last_of)
        if measure.things is not None:
            counts = exp.EQ(this=column(measure.last_of), expression=exp.column(LAST_TIME, quoted=True))
        whole = exp.Filter(this=whole, expression=exp.Where(this=counts))
    if chosen is not None and measure.aggregation is Aggregation.SUM:
        return exp.Coalesce(this=whole, expressions=[exp.Literal.number(0)])
    return whole


def first_bucket(plan: Plan, rows: Rows) -> exp.Select:
    """The bucket of the earliest row that the dataset has at all, moved as `rows` says: before it nothing is
    known."""
    assert plan.time is not None
    first = exp.Min(this=column(plan.time.ref))
    start = named(row_bucket(plan, rows, first), PERIOD)
    return scan(plan, Rows(None, filtered=False)).select(start, copy=False)


def row_bucket(plan: Plan, rows: Rows, moment: exp.Expr | None = None) -> exp.Expr:
    """The bucket that a row (or a moment) falls into, moved as `rows` says."""
    assert plan.time is not None
    assert plan.time.grain is not None
    moment = moment or column(plan.time.ref)
    if rows.year_later:
        moment = exp.Add(this=moment, expression=buckets.step(Grain.YEAR))
    start = buckets.bucket(moment, plan.time.grain, plan.calendar)
    return buckets.moved(start, plan.time.grain, rows.shift) if rows.shift else start


def related(plan: Plan) -> list[Relationship]:
    """The relationships that the query's fields are reached by, nearest first, each once."""
    found: list[Relationship] = []
    for ref in plan.fields.values():
        found += [relationship for relationship in ref.path if relationship not in found]
    return found


def table(name: str, alias: str | None = None) -> exp.Table:
    """A quoted table or stage."""
    return exp.table_(name, quoted=True, alias=exp.to_identifier(alias, quoted=True) if alias else None)


def named(expression: exp.Expr, name: str) -> exp.Alias:
    """The expression under a quoted name."""
    return exp.Alias(this=expression, alias=exp.to_identifier(name, quoted=True))


def ordered(key: exp.Expr, *, descending: bool = False) -> exp.Ordered:
    """A sort key; unknown values come last either way."""
    return exp.Ordered(this=key, desc=descending, nulls_first=False)


def same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Equality in which two unknown values are the same."""
    return exp.NullSafeEQ(this=left, expression=right)


def _group_keys(
    select: exp.Select, group: PlannedGroup, *, ranked: bool
) -> tuple[exp.Select, list[exp.Expr]]:
    field = column(group.ref)
    if group.top is None or group.top.each or not ranked:
        return select, [named(field, group.ref.name)]
    stage = ranking_name(group)
    on = same(field, exp.column(RANKED, table=stage, quoted=True))
    kind = "LEFT" if group.top.others else "INNER"
    select = select.join(table(stage), on=on, join_type=kind, copy=False)
    if not group.top.others:
        return select, [named(field.copy(), group.ref.name)]
    kept = exp.column(KEPT, table=stage, quoted=True)
    text = exp.cast(field.copy(), exp.DataType.Type.VARCHAR)
    label = exp.Case().when(kept.copy(), text).else_(exp.Literal.string(group.other_label))
    rest = exp.Is(this=kept, expression=exp.Null())
    return select, [named(label, group.ref.name), named(rest, group.other_flag)]


def ranking_name(group: PlannedGroup) -> str:
    """The stage that holds a group's top."""
    return f"top {group.ref.name}"


def _join_last_days(select: exp.Select, plan: Plan, rows: Rows, start: exp.Expr | None) -> exp.Select:
    """With the last day of each row's bucket, and the last time of its thing; neither multiplies rows."""
    assert rows.last_days is not None
    if start is None:
        select = select.join(table(rows.last_days), join_type="CROSS", copy=False)
    else:
        select = select.join(
            table(rows.last_days), on=_in_bucket(start, rows.last_days), join_type="INNER", copy=False
        )
    if rows.last_times is None:
        return select
    stage = rows.last_times
    matches = [same(column(ref), exp.column(thing, table=stage, quoted=True)) for thing, ref in _things(plan)]
    if start is not None:
        matches.append(_in_bucket(start, stage))
    if not matches:
        return select.join(table(stage), join_type="CROSS", copy=False)
    return select.join(table(stage), on=exp.and_(*matches, copy=False), join_type="LEFT", copy=False)


def _in_bucket(start: exp.Expr, stage: str) -> exp.Expr:
    return exp.EQ(this=start.copy(), expression=exp.column(PERIOD, table=stage, quoted=True))


def _lookup(select: exp.Select, plan: Plan, relationship: Relationship) -> exp.Select:
    """Join a related table, one row for each of its keys: it can never multiply the rows."""
    right = relationship.right
    fields = {ref.field.name for ref in plan.fields.values() if ref.dataset.name == right and ref.path} | {
        link.left_field for link in related(plan) if link.left == right
    }
    key = exp.column(relationship.right_field, quoted=True)
    columns = [
        named(exp.Min(this=exp.column(name, quoted=True)), name)
        for name in sorted(fields - {relationship.right_field})
    ]
    lookup = (
        exp.Select()
        .select(key, *columns, copy=False)
        .from_(table(right))
        .group_by(exp.Literal.number(1), copy=False)
    )
    on = exp.EQ(
        this=exp.column(relationship.left_field, table=relationship.left, quoted=True),
        expression=exp.column(relationship.right_field, table=right, quoted=True),
    )
    return select.join(lookup.subquery(exp.to_identifier(right, quoted=True)), on=on, join_type="LEFT")
