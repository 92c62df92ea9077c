"""What is computed from aggregates: the other period, changes, shares, running totals."""

from __future__ import annotations

from datetime import date, datetime

from sqlglot import exp

from answerable.data.engines.compiler.accumulated import SIDES, opening, openings, running, so_far
from answerable.data.engines.compiler.aggregates import fraction, named, ordered, same, table
from answerable.data.engines.compiler.gaps import (
    FRAME,
    compared_span,
    fills,
    frame_keys,
    group_keys,
    has_frame,
    last_filled,
    span,
)
from answerable.data.engines.compiler.plan import (
    CHANGE,
    CHANGE_PCT,
    COUNTS,
    MOVING,
    PERIOD,
    PRESENT,
    PREVIOUS,
    RUNNING,
    SHARE,
    Plan,
    PlannedGroup,
    PlannedMeasure,
)
from answerable.data.engines.compiler.values import literal

PLACE = "place within"  # the column of a top that is found within each combination of the other groups
BEGINNING = "first period"  # the earliest that the dataset has rows of, beside what it is compared with
_Span = tuple[date | datetime, date | datetime]


def paired(plan: Plan, current: str, compared: str, totals: str) -> exp.Select:
    """Each row of the result with its measures, those of the other period and the totals."""
    keys = frame_keys(plan)
    anchor = FRAME if has_frame(plan) else current
    select = exp.Select().from_(table(anchor))
    if anchor == FRAME:
        select = _join(select, current, keys)
    if plan.comparison is not None:
        select = _join(select, compared, keys)
    shares = any(measure.share for measure in plan.measures)
    if shares:
        select = _join(select, totals, [PERIOD] if plan.grain and plan.groups else [], anchor)
    for stage in openings(plan):
        select = _join(select, stage, group_keys(plan), anchor)
    columns: list[exp.Expr] = [named(_of(anchor, key), key) for key in keys]
    for measure in plan.measures:
        columns.append(named(_current(plan, measure, current), measure.alias))
        if measure.share:
            columns.append(named(_of(totals, measure.alias), _total(measure)))
        if plan.comparison is not None:
            columns.append(named(_previous(plan, measure, compared), measure.alias + PREVIOUS))
        if measure.accumulates:
            columns += [
                named(_of(stage, measure.alias), opening(measure.alias + SIDES[stage]))
                for stage in openings(plan)
            ]
    return select.select(*columns, copy=False)


def derived(plan: Plan, stage: str) -> exp.Select:
    """The rows of `stage`, as `paired` makes them, with every column that derives from them."""
    columns: list[exp.Expr] = [_column(key) for key in frame_keys(plan)]
    for measure in plan.measures:
        columns += _columns(plan, measure)
    within = plan.ranked_within
    if within is not None:
        columns.append(named(_place(plan, within), PLACE))
    return exp.Select().select(*columns, copy=False).from_(table(stage))


def _join(select: exp.Select, stage: str, keys: list[str], anchor: str = FRAME) -> exp.Select:
    if not keys:
        return select.join(table(stage), join_type="CROSS", copy=False)
    on = exp.and_(*(same(_of(anchor, key), _of(stage, key)) for key in keys), copy=False)
    return select.join(table(stage), on=on, join_type="LEFT", copy=False)


def _columns(plan: Plan, measure: PlannedMeasure) -> list[exp.Expr]:
    alias = measure.alias
    own = _side(plan, measure)
    columns: list[exp.Expr] = [named(own, alias) if measure.accumulates else own]
    if measure.share:
        columns.append(named(fraction(_column(alias), _column(_total(measure))), alias + SHARE))
    if measure.running:
        total = own.copy() if measure.accumulates else running(alias, group_keys(plan))
        columns.append(named(total, alias + RUNNING))
    if measure.moving is not None:
        columns.append(named(_moving(plan, alias, measure.moving), alias + MOVING))
    if plan.comparison is not None:
        before = _side(plan, measure, PREVIOUS)
        change = exp.Sub(this=own.copy(), expression=before)
        relative = fraction(exp.paren(change.copy()), exp.Abs(this=before.copy()))
        columns += [
            named(before.copy(), alias + PREVIOUS),
            named(change, alias + CHANGE),
            named(relative, alias + CHANGE_PCT),
        ]
    return columns


def _side(plan: Plan, measure: PlannedMeasure, suffix: str = "") -> exp.Expr:
    """The measure of the period, or with the suffix that of the compared one."""
    name = measure.alias + suffix
    if not measure.accumulates:
        return _column(name)
    whole = so_far(plan, name, group_keys(plan))
    if plan.grain is None or plan.comparison is None or plan.time is None:
        return whole
    inside = compared_span(plan) if suffix else span(plan.time.period, plan)
    if inside is None:
        return whole
    low, high = (literal(bound) for bound in inside)
    return exp.Case().when(exp.Between(this=_column(PERIOD), low=low, high=high), whole)


def _current(plan: Plan, measure: PlannedMeasure, stage: str) -> exp.Expr:
    if not has_frame(plan):
        return _of(stage, measure.alias)
    # Without a comparison the frame has no period outside of the range.
    if plan.time is None or plan.comparison is None:
        return _zero_if_empty(plan, measure, stage, None)
    return _zero_if_empty(plan, measure, stage, span(plan.time.period, plan), last_filled(plan, stage))


def _previous(plan: Plan, measure: PlannedMeasure, stage: str) -> exp.Expr:
    if not has_frame(plan):
        return _of(stage, measure.alias)
    inside = compared_span(plan) if plan.grain is not None else None
    first = _first(BEGINNING) if needs_beginning(plan) else None
    return _zero_if_empty(plan, measure, stage, inside, first=first)


def needs_beginning(plan: Plan) -> bool:
    """Whether a compared period may lie before the first row, where it is unknown rather than 0."""
    if plan.grain is None or plan.comparison is None or not fills(plan) or not has_frame(plan):
        return False
    zeros = any(measure.zero_when_empty for measure in plan.measures)
    return zeros and compared_span(plan) is not None


def _zero_if_empty(
    plan: Plan,
    measure: PlannedMeasure,
    stage: str,
    inside: _Span | None,
    last: exp.Expr | None = None,
    first: exp.Expr | None = None,
) -> exp.Expr:
    """The aggregate; for a combination without rows, 0 of what is summed or counted, but no stock, from the
    `first` period to the `last`.

    No zero is made up outside of the period, nor for a whole period of which there is no data."""
    value = _of(stage, measure.alias)
    if not measure.zero_when_empty or (plan.grain is not None and not fills(plan)):
        return value
    conditions: list[exp.Expr] = [exp.Is(this=_of(stage, PRESENT), expression=exp.Null())]
    if inside is not None:
        low, high = (literal(bound) for bound in inside)
        conditions.append(exp.Between(this=_of(FRAME, PERIOD), low=low, high=high))
    elif plan.grain is not None and plan.comparison is not None:
        # The compared period has no start of its own: its data begins where its first row is.
        first = _first(stage)
    if first is not None:
        conditions.append(exp.GTE(this=_of(FRAME, PERIOD), expression=first))
    if last is not None:
        conditions.append(exp.LTE(this=_of(FRAME, PERIOD), expression=last))
    if plan.comparison is not None or measure.kind not in COUNTS:
        some = exp.Select().select(exp.Literal.number(1), copy=False).from_(table(stage))
        conditions.append(exp.Exists(this=some))
    return exp.Case().when(exp.and_(*conditions, copy=False), exp.Literal.number(0)).else_(value)


def _first(stage: str) -> exp.Expr:
    return exp.Select().select(exp.Min(this=_column(PERIOD)), copy=False).from_(table(stage)).subquery()


def _moving(plan: Plan, alias: str, count: int) -> exp.Expr:
    """The mean of the last `count` periods; unknown where there are not so many yet."""
    periods = _window(plan, exp.Count(this=exp.Star()), count)
    enough = exp.EQ(this=periods, expression=exp.Literal.number(count))
    return exp.Case().when(enough, _window(plan, exp.Avg(this=_column(alias)), count))


def _window(plan: Plan, aggregate: exp.Expr, count: int) -> exp.Window:
    return exp.Window(
        this=aggregate,
        partition_by=[_column(key) for key in group_keys(plan)],
        order=exp.Order(expressions=[ordered(_column(PERIOD))]),
        spec=exp.WindowSpec(
            kind="ROWS",
            start=exp.Literal.number(count - 1),
            start_side="PRECEDING",
            end="CURRENT ROW",
        ),
    )


def _place(plan: Plan, within: PlannedGroup) -> exp.Expr:
    """The place of a row among those with the same other groups and period; equals share one."""
    assert within.top is not None
    others = [key for key in frame_keys(plan) if key != within.ref.name]
    best = ordered(_column(within.top.by), descending=within.top.descending)
    return exp.Window(
        this=exp.Rank(),
        partition_by=[_column(key) for key in others],
        order=exp.Order(expressions=[best]),
    )


def _total(measure: PlannedMeasure) -> str:
    return f"total {measure.alias}"


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _of(stage: str, name: str) -> exp.Column:
    return exp.column(name, table=stage, quoted=True)
