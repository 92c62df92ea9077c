"""From a frame to semantic queries: every query that the frame can mean, with what was assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import ValidationError

from answerable.data.questions.conditions import Filtered, bounded, compound, condition, filters, joined
from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import (
    Bound,
    Compound,
    Groups,
    Part,
    PointedAt,
    Rank,
    Threshold,
    Where,
    Window,
)
from answerable.data.questions.outcome import Intent
from answerable.data.questions.periods import Timing, timings
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    DatePart,
    Elapsed,
    Filter,
    Not,
    Operator,
    Pointed,
    Scalar,
)
from answerable.data.semantics.model import Aggregation, FieldType
from answerable.data.semantics.query import (
    GroupBy,
    Having,
    Measure,
    Order,
    SemanticQuery,
    TimeSlice,
    TopN,
)
from answerable.data.semantics.units import conversion

LISTED_ROWS = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A query that the frame can mean. `notes` are assumptions in words, `slots` what may set it apart."""

    query: SemanticQuery
    intent: Intent
    notes: tuple[str, ...] = ()


def drafts(context: Context, frame: Frame) -> list[Draft]:
    """Every query that the frame can mean; empty when its phrases do not make one."""
    placed = _placed(context, frame)
    if placed is None:
        return []
    frame = placed
    shape = _shape(context, frame)
    if frame.into is not None:
        shape = [one for one in shape if _can_be_in(context, one, frame.into.unit)]
    if not shape:
        return []
    found: list[Draft] = []
    wheres = [w for w in frame.where if w is not _numerator(frame)] if frame.share else frame.where
    row_bounds = [t for t in frame.thresholds if t.part is None]
    open_bound = any(t.field is None for t in row_bounds)
    if open_bound and (not _about_rows(context, frame) or _counts_things(context, frame)):
        return []
    if any(_may_bound_result(context, frame, t) for t in row_bounds) and not _about_rows(context, frame):
        return []
    for filtered in filters(context, wheres, row_bounds):
        for timing in timings(context, frame):
            for one in shape:
                draft = _draft(context, frame, one, filtered, timing)
                if draft is not None:
                    found.append(draft)
    return found


def _can_be_in(context: Context, shape: _Shape, unit: str) -> bool:
    """Whether every number of the result can be said in the unit: a count of rows cannot, nor can thresholds
    be told apart from it."""

    def fits(part: Part) -> bool:
        found = conversion(context.unit_of(part), unit)
        return found is not None and not (found[0].offset and context.is_sum(part))

    plain = all(part.minus is None and part.per is None and part.since is None for part in shape.parts)
    return bool(shape.parts) and plain and not shape.having and all(fits(part) for part in shape.parts)


def _placed(context: Context, frame: Frame) -> Frame | None:
    """The frame with weekdays and hours of the time that it is about; None where that has none."""
    if not frame.recurs:
        return frame
    said = frame.verb.name if frame.verb else frame.when.field if frame.when else None
    said = said or (frame.groups.time_field if frame.groups else None)
    times = [said] if said is not None else list(context.times())

    def placed(name: str) -> str:
        if not name.startswith("@"):
            return name
        fine = (FieldType.TIMESTAMP,) if name == "@hour" else (FieldType.TIMESTAMP, FieldType.DATE)
        fits = [t for t in times if (field := context.field(t)) is not None and field.type in fine]
        # An hour is of the only moment; a weekday of the time by which rows are placed.
        alone = len(fits) == 1 or (bool(fits) and fits[0] == times[0])
        return fits[0] + name if alone else name

    groups, rank = frame.groups, frame.rank
    if groups is not None:
        groups = replace(groups, fields=tuple(placed(name) for name in groups.fields))
    if rank is not None and rank.field is not None:
        rank = replace(rank, field=placed(rank.field))
    where = [replace(w, field=placed(w.field)) for w in frame.where]
    compounds = [
        replace(c, sides=tuple(tuple(replace(w, field=placed(w.field)) for w in side) for side in c.sides))
        for c in frame.compounds
    ]
    found = replace(frame, groups=groups, rank=rank, where=where, compounds=compounds)
    return None if found.recurs else found


def _grouped(name: str, top: TopN | None = None, only: tuple[Scalar, ...] = ()) -> GroupBy:
    field, _, part = name.partition("@")
    return GroupBy(field=field, part=DatePart(part) if part else None, top=top, only=only)


def _column_of(name: str) -> str:
    """The column that a group has in the result."""
    return name.replace("@", "_")


def _may_bound_result(context: Context, frame: Frame, threshold: Threshold) -> bool:
    """Whether a bound on what is measured may be about the result: revenue over 100. Said of each row
    it is not, unless groups come into question: total quantity by country with a quantity over 100."""
    measured = [p for p in (frame.measures.parts if frame.measures else ()) if _field_of(context, p)]
    named = [part for part in measured if _field_of(context, part) == threshold.field]
    grouped = frame.groups is not None or frame.trend or any(where.versus for where in frame.where)
    if not named or not threshold.of_rows:
        return bool(named)
    return grouped and any(_is_sum_of(context, part, threshold.field or "") for part in named)


def _is_sum_of(context: Context, part: Part, field: str) -> bool:
    """Whether the part is a sum that is called as its field is."""
    metric = context.metric(part.metric) if part.metric else None
    words = set(field.split("_"))
    called = words <= set(re.split(r"\W+|_", metric.label.casefold())) if metric else True
    return _additive(context, part) and called


def alias_of(part: Part) -> str:
    """The result's column name, as the compiler would name it; one of its own for what is computed."""
    name = _plain_alias(part)
    if part.where and part.per is not None:
        return f"{part.where[0].field}_rate"[:63]
    if part.minus is not None:
        name = f"{name}_less_{_plain_alias(part.minus)}"
    if part.per is not None:
        name = f"{name}_per_{part.per.field or part.per.metric or 'row'}"
    return name[:63]


def _plain_alias(part: Part) -> str:
    if part.percentile is not None:
        return f"p{part.percentile}_{part.field}"[:63]
    if part.since is not None:
        return f"{part.aggregation}_{part.unit}_from_{part.since}_to_{part.field}"[:63]
    if part.metric is not None:
        return part.metric
    if part.field is None:
        return "count"
    return f"{part.aggregation}_{part.field}"[:63]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is shown: measures by groups, or rows."""

    parts: tuple[Part, ...] = ()
    groups: tuple[GroupBy, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    columns: tuple[str, ...] = ()
    intent: Intent = Intent.KPI
    having: tuple[Having, ...] = ()


def _about_rows(context: Context, frame: Frame) -> bool:
    """Whether a bare "over 100" can be about rows: orders over 100."""
    count = context.count()
    counted = frame.measures is not None and frame.measures.parts == (count,)
    listed = frame.listing is not None or (frame.rank is not None and frame.rank.rows)
    return counted or listed or frame.mentioned


def _shape(context: Context, frame: Frame) -> list[_Shape]:
    counted = frame.measures is not None and frame.measures.parts == (context.count(),)
    if frame.yes_or_no and not counted and not frame.change:
        return []  # "is there a discount for …" is no question for the average discount
    if frame.absent and _counts_things(context, frame):
        return []  # customers without cancelled orders are not those of the other orders
    if any(t.part is not None for t in frame.thresholds):
        return _thresholded(context, frame)
    if frame.rank is not None:
        return _ranked(context, frame)
    if frame.listing is not None:
        return _listed(context, frame)
    if frame.measures is None or frame.rank_by is not None:
        return []
    if frame.share is not None:
        return _shared(context, frame)
    return _measured(context, frame)


def _counts_things(context: Context, frame: Frame) -> bool:
    """Whether the question is about things that have several rows: different customers among orders."""
    parts = frame.measures.parts if frame.measures else ()
    metrics = [context.metric(part.metric) if part.metric else None for part in parts]
    kinds = [m.aggregation if m else p.aggregation for m, p in zip(metrics, parts, strict=True)]
    bare = frame.groups is not None and frame.groups.bare
    return Aggregation.COUNT_DISTINCT in kinds or bare or any(t.part is not None for t in frame.thresholds)


def _measured(context: Context, frame: Frame) -> list[_Shape]:
    assert frame.measures is not None
    parts = frame.measures.parts
    fields = list(frame.groups.fields) if frame.groups else []
    versus = [
        w
        for w in frame.where
        if w.versus or (frame.compare and len(w.values) > 1 and w.operator is Operator.IN)
    ]
    if len(versus) > 1 or (versus and versus[0].field in fields):
        return []
    fields += [w.field for w in versus]
    listed = frame.when is not None and frame.when.span.listed
    compared = versus or listed or frame.two or frame.versus or len(parts) > 1 or fields
    if frame.compare and not compared:
        return []
    if any(_is_counted(context, part, fields) for part in parts):
        return []
    order = _order(context, frame, parts, tuple(fields))
    if order is None:
        return []
    groups = tuple(_grouped(name) for name in fields)
    return [_Shape(parts, groups, order, intent=_intent(frame, bool(versus), bool(fields)))]


def _is_counted(context: Context, part: Part, fields: list[str]) -> bool:
    """Counting the different values of the very field that the result is grouped by says nothing."""
    metric = context.metric(part.metric) if part.metric else None
    aggregation = metric.aggregation if metric else part.aggregation
    field = metric.field if metric else part.field
    return aggregation is Aggregation.COUNT_DISTINCT and field in fields


def _intent(frame: Frame, versus: bool, grouped: bool) -> Intent:
    if versus or frame.two or frame.versus or frame.change or (frame.measures and frame.measures.versus):
        return Intent.COMPARISON
    if (frame.groups and frame.groups.grain) or frame.trend or frame.develop:
        return Intent.TREND
    return Intent.BREAKDOWN if grouped else Intent.KPI


def _order(
    context: Context, frame: Frame, parts: tuple[Part, ...], fields: tuple[str, ...]
) -> tuple[Order, ...] | None:
    """Largest group first, time forward, unless the question sorts."""
    sorting = frame.sorting
    by_time = bool((frame.groups and frame.groups.grain) or frame.trend or frame.develop)
    if sorting is not None:
        if not fields and not by_time:
            return None
        name = alias_of(parts[0])
        if sorting.part is not None:
            if sorting.part not in parts:
                return None
            name = alias_of(sorting.part)
        elif sorting.field is not None:
            number = context.number_of(sorting.field)
            if sorting.field in fields:
                name = _column_of(sorting.field)
            elif number in parts and number is not None:
                name = alias_of(number)
            else:
                return None
        return (Order(by=name, descending=sorting.descending),)
    if by_time or not fields or any("@" in name for name in fields):
        return ()
    return (Order(by=alias_of(parts[0]), descending=True),)


def _numerator(frame: Frame) -> Where | None:
    """The condition whose share is asked for: the one after `come from`, else the only one."""
    if frame.share is None or frame.share.of is not None:
        return None
    if frame.groups is not None and frame.groups.fields and not frame.groups.each:
        return None
    if frame.numerator is not None:
        return frame.numerator
    return frame.where[0] if len(frame.where) == 1 else None


def _shared(context: Context, frame: Frame) -> list[_Shape]:
    assert frame.measures is not None
    assert frame.share is not None
    parts = frame.measures.parts
    if len(parts) != 1 or frame.two or frame.versus or frame.change or not _additive(context, parts[0]):
        return []
    of = frame.share.of or _numerator(frame)
    if of is not None and frame.groups is not None and frame.groups.fields and frame.groups.each:
        return _rates(context, parts[0], of, frame.groups)
    if of is None:
        fields = frame.groups.fields if frame.groups else ()
        if not fields or frame.adjective:
            return []  # the percentage of open tickets by agent may be a rate of each agent
        order = (Order(by=alias_of(parts[0]), descending=True),)
        return [_Shape(parts, tuple(_grouped(f) for f in fields), order, intent=Intent.SHARE)]
    if (frame.groups and frame.groups.fields) or of.operator not in (Operator.IN, Operator.EQ):
        return []
    if any(w is not of and w.field == of.field for w in frame.where):
        return []
    if of.segment:
        return _rates(context, parts[0], of, frame.groups or Groups())
    group = GroupBy(field=of.field, only=tuple(sorted(of.values, key=str)))
    return [_Shape(parts, (group,), intent=Intent.SHARE)]


def _rates(context: Context, part: Part, of: Where, groups: Groups) -> list[_Shape]:
    """The part of each group that meets the condition: the escalated ones of each team's tickets."""
    if of.field in groups.fields or of.operator not in (Operator.IN, Operator.EQ) or groups.grain:
        return []
    counted = part == context.count()
    rate = context.rate(of) if counted else replace(part, where=(of,), per=part)
    order = (Order(by=alias_of(rate), descending=True),)
    return [_Shape((rate,), tuple(_grouped(f) for f in groups.fields), order, intent=Intent.BREAKDOWN)]


def _additive(context: Context, part: Part) -> bool:
    """Only sums and counts have shares: parts of an average are not parts of a whole."""
    return part.per is None and part.minus is None and context.is_sum(replace(part, where=()))


def _thresholded(context: Context, frame: Frame) -> list[_Shape]:
    """Groups held against a number: customers with more than 3 orders."""
    over = [t for t in frame.thresholds if t.part is not None]
    if (
        len(over) != 1
        or frame.rank
        or frame.share
        or frame.two
        or frame.versus
        or frame.change
        or frame.trend
    ):
        return []
    part, head = over[0].part, over[0].head
    extra = frame.groups.fields if frame.groups else ()
    if part is None or head is None or extra or (frame.groups and frame.groups.grain):
        return []
    if frame.measures is not None and frame.measures.parts != (part,):
        return []
    having = _having(context, part, over[0].bound)
    if having is None:
        return []
    order = (Order(by=alias_of(part), descending=over[0].bound.operator in (Operator.GT, Operator.GE)),)
    return [_Shape((part,), (GroupBy(field=head),), order, intent=Intent.BREAKDOWN, having=(having,))]


def _having(context: Context, part: Part, bound: Bound) -> Having | None:
    if bound.operator in (Operator.BETWEEN, Operator.IN):
        return None
    metric = context.metric(part.metric) if part.metric else None
    field = metric.field if metric else part.field
    value: Decimal | None = bound.low.value if bound.low.unit is None else None
    counting = (metric.aggregation if metric else part.aggregation) in (
        Aggregation.COUNT,
        Aggregation.COUNT_DISTINCT,
    )
    if field is not None and not counting:
        condition = bounded(context, field, bound)
        stored = condition.values[0] if condition else None
        value = stored if isinstance(stored, Decimal) else None
    if value is None:
        return None
    return Having(measure=alias_of(part), operator=bound.operator.value, value=value)


def _ranked(context: Context, frame: Frame) -> list[_Shape]:
    rank = frame.rank
    assert rank is not None
    if frame.share or frame.change or frame.listing or frame.sorting:
        return []
    if (frame.two or frame.versus) and (rank.rows or rank.grain is not None):
        return []
    if frame.rank_by is not None and frame.rank_by.descending not in (None, rank.descending):
        return []
    if rank.rows:
        return _ranked_rows(context, frame, rank)
    if frame.groups is not None and frame.groups.each and rank.field is not None:
        return _ranked_within(context, frame, rank, frame.groups)
    fields = _ranked_fields(frame, rank)
    if fields is None:
        return []
    return [
        shape for parts in _ranking_measures(context, frame, rank) if (shape := _top(rank, fields, parts))
    ]


def _ranked_within(context: Context, frame: Frame, rank: Rank, groups: Groups) -> list[_Shape]:
    """The first within each of the other groups: the best product of each country."""
    assert rank.field is not None
    blocked = frame.two or frame.versus or frame.trend or groups.bare or rank.field in groups.fields
    if blocked or (groups.fields and groups.grain) or len(groups.fields) > 2:
        return []
    shapes = []
    for parts in _ranking_measures(context, frame, rank):
        by = alias_of(parts[0])
        top = TopN(n=rank.n, by=by, descending=rank.descending, each=True)
        others = tuple(_grouped(name) for name in groups.fields)
        order = (*(Order(by=_column_of(f)) for f in groups.fields), Order(by=by, descending=rank.descending))
        shapes.append(
            _Shape(
                parts,
                (*others, _grouped(rank.field, top=top)),
                () if groups.grain else order,
                intent=Intent.RANKING,
            )
        )
    return shapes


def _ranked_fields(frame: Frame, rank: Rank) -> tuple[str, ...] | None:
    """The one thing that is ranked; None when there are several, or none."""
    groups = frame.groups or Groups()
    if rank.grain is not None:
        return None if groups.fields or groups.grain else ()
    if rank.field is not None:
        return (rank.field,) if groups.fields in ((), (rank.field,)) and not frame.trend else None
    return groups.fields if len(groups.fields) == 1 and not groups.grain else None


def _top(rank: Rank, fields: tuple[str, ...], parts: tuple[Part, ...]) -> _Shape | None:
    order = (Order(by=alias_of(parts[0]), descending=rank.descending),)
    if rank.grain is not None:
        return _Shape(parts, (), order, rank.n, intent=Intent.RANKING)
    top = TopN(n=rank.n, by=alias_of(parts[0]), descending=rank.descending)
    return _Shape(parts, (_grouped(fields[0], top=top),), order, intent=Intent.RANKING)


def _ranking_measures(context: Context, frame: Frame, rank: Rank) -> list[tuple[Part, ...]]:
    """What the ranking goes by, first; unsaid, every measure that fits equally well."""
    said = [rank.by] if rank.by else []
    if frame.rank_by is not None:
        said.append(frame.rank_by.part)
    if len(said) > 1:
        return [] if said[0] != said[1] else [(said[0],)]
    shown = frame.measures.parts if frame.measures else ()
    if said:
        return [(said[0], *(p for p in shown if p != said[0]))]
    if shown:
        return [shown] if len(shown) == 1 else []
    worth = [context.canonical(Part(aggregation=Aggregation.SUM, field=name)) for name in context.worth()]
    if rank.vague and not worth:
        return []  # the worst teams: hardly those with the fewest tickets
    return [(part,) for part in (*worth, context.count())]


def _ranked_rows(context: Context, frame: Frame, rank: Rank) -> list[_Shape]:
    if (frame.groups and (frame.groups.fields or frame.groups.grain)) or frame.trend:
        return []
    shown = frame.measures.parts if frame.measures else ()
    by = frame.rank_by.part if frame.rank_by else (shown[0] if len(shown) == 1 else None)
    fields: tuple[str, ...]
    if rank.by_field is not None:
        if by is not None:
            return []
        fields = (rank.by_field,)
    elif by is not None:
        field = _row_field(context, by)
        fields = (field,) if field else ()
    else:
        fields = () if rank.vague else context.worth()
    columns = tuple(f.name for f in context.dataset.fields)
    return [
        _Shape(
            columns=columns,
            order=(Order(by=name, descending=rank.descending),),
            limit=rank.n,
            intent=Intent.RANKING,
        )
        for name in fields
    ]


def _field_of(context: Context, part: Part) -> str | None:
    metric = context.metric(part.metric) if part.metric else None
    return metric.field if metric else part.field


def _row_field(context: Context, part: Part) -> str | None:
    """The field of a row that a measure sums up; counts have none."""
    metric = context.metric(part.metric) if part.metric else None
    aggregation = metric.aggregation if metric else part.aggregation
    if aggregation in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
        return None
    return metric.field if metric else part.field


def _listed(context: Context, frame: Frame) -> list[_Shape]:
    blocked = (
        frame.measures
        or frame.share
        or frame.two
        or frame.versus
        or frame.change
        or frame.trend
        or frame.rank_by
    )
    if blocked or (frame.groups and (frame.groups.fields or frame.groups.grain)):
        return []
    assert frame.listing is not None
    columns = frame.listing.fields or tuple(f.name for f in context.dataset.fields)
    order: tuple[Order, ...] = ()
    if frame.sorting is not None:
        field = frame.sorting.field or (
            _row_field(context, frame.sorting.part) if frame.sorting.part else None
        )
        if field is None:
            return []
        order = (Order(by=field, descending=frame.sorting.descending),)
    elif context.dataset.default_time in columns and context.dataset.default_time:
        order = (Order(by=context.dataset.default_time, descending=True),)
    limit = frame.listing.n or LISTED_ROWS
    return [_Shape(columns=columns, order=order, limit=limit, intent=Intent.LOOKUP)]


def _draft(context: Context, frame: Frame, shape: _Shape, filtered: Filtered, timing: Timing) -> Draft | None:
    time = timing.time
    if frame.rank is not None and frame.rank.grain is not None:
        time = _ranked_time(context, frame, time)
        if time is None:
            return None
    if shape.columns and time is not None and (time.grain or time.comparison):
        return None
    if shape.intent is Intent.SHARE and time is not None and time.comparison is not None:
        return None
    if shape.intent is Intent.RANKING and time is not None and time.comparison is not None and time.grain:
        return None  # a ranking is of one period
    if time is not None and time.grain and any(g.top is not None and g.top.each for g in shape.groups):
        time = time.model_copy(update={"fill_gaps": False})
    if frame.window is not None and (time is None or time.grain is None or shape.intent is Intent.SHARE):
        return None
    share = shape.intent is Intent.SHARE
    measures = tuple(_measure(part, share, frame.window) for part in shape.parts)
    if frame.into is not None:
        measures = tuple(m.model_copy(update={"unit": frame.into.unit}) for m in measures)
    try:
        query = SemanticQuery(
            dataset=context.dataset.name,
            measures=measures,
            columns=shape.columns,
            group_by=shape.groups,
            time=time,
            where=_with_pointed(_with_compounds(filtered.where, frame.compounds), frame.pointed),
            having=shape.having,
            order=shape.order,
            limit=shape.limit,
        )
    except ValidationError:
        return None
    intent = shape.intent
    if intent is Intent.KPI and time is not None and time.grain is not None:
        intent = Intent.TREND
    return Draft(query, intent, _notes(context, frame, filtered, timing))


def _with_compounds(where: Filter | None, compounds: list[Compound]) -> Filter | None:
    """The filter, and what is said of several fields at once."""
    found = [compound(one) for one in compounds]
    if where is None:
        return AllOf(all=tuple(found)) if len(found) > 1 else next(iter(found), None)
    return AllOf(all=(where, *found)) if found else where


def _with_pointed(where: Filter | None, pointed: PointedAt | None) -> Filter | None:
    """The filter, and that rows of another table point here, or that none do."""
    if pointed is None:
        return where
    bounds: list[Filter] = []
    if pointed.span is not None and pointed.rows.time is not None:
        sides = ((Operator.GE, pointed.span.start), (Operator.LT, pointed.span.end))
        bounds = [
            Condition(field=pointed.rows.time, operator=operator, values=(day,))
            for operator, day in sides
            if day is not None
        ]
    within = AllOf(all=tuple(bounds)) if len(bounds) > 1 else next(iter(bounds), None)
    rows = Pointed(pointed_at_by=pointed.rows.dataset, where=within)
    own: Filter = Not(negated=rows) if pointed.absent else rows
    return own if where is None else AllOf(all=(where, own))


def _ranked_time(context: Context, frame: Frame, time: TimeSlice | None) -> TimeSlice | None:
    assert frame.rank is not None
    if time is not None:
        return (
            time.model_copy(update={"grain": frame.rank.grain, "fill_gaps": False})
            if not time.comparison
            else None
        )
    times = context.times()
    return TimeSlice(field=times[0], grain=frame.rank.grain, fill_gaps=False) if times else None


def _measure(part: Part, share: bool, window: Window | None = None) -> Measure:
    elapsed = None
    if part.since is not None and part.unit is not None:
        elapsed = Elapsed.model_validate({"since": part.since, "unit": part.unit})
    return Measure(
        metric=part.metric,
        aggregation=part.aggregation,
        percentile=part.percentile,
        field=part.field,
        elapsed=elapsed,
        where=joined([condition(where) for where in part.where]),
        minus=_inner(part.minus),
        per=_inner(part.per),
        alias=alias_of(part),
        share_of_total=share,
        running_total=window is not None and window.running,
        moving_average=(window.moving or None) if window is not None else None,
    )


def _inner(part: Part | None) -> Measure | None:
    """A measure that is taken off or divided by: no column of its own, so no alias."""
    return _measure(part, False).model_copy(update={"alias": None}) if part is not None else None


def _notes(context: Context, frame: Frame, filtered: Filtered, timing: Timing) -> tuple[str, ...]:
    notes: list[str] = []
    if timing.assumed and timing.time is not None:
        field = context.field(timing.time.field)
        notes.append(f"Time is counted by {field.label if field else timing.time.field}.")
    for name in filtered.assumed:
        field = context.field(name)
        notes.append(f"The number is compared with {field.label if field else name}.")
    if frame.rank is not None and frame.rank.by is None and frame.rank_by is None and frame.measures is None:
        notes.append("What to rank by was not said.")
    period = timing.time.period if timing.time else None
    if period is not None and period.end is not None and period.start is not None:
        today = context.now.today
        end = period.end
        if period.start <= today < end and (end - today).days > 1:
            notes.append(f"{period.label[:1].upper()}{period.label[1:]} is not over yet.")
        elif period.start > today:
            notes.append(f"{period.label[:1].upper()}{period.label[1:]} lies ahead.")
    return tuple(notes)


def single_condition(where: object) -> Condition | None:
    """The filter as one condition, where it is one."""
    return where if isinstance(where, Condition) else None
