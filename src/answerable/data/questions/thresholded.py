"""The shape of groups held against numbers: customers with more than 3 orders, or how many there are."""

from __future__ import annotations

from decimal import Decimal

from answerable.data.questions.conditions import bounded
from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import Bound, Part, Threshold, Where
from answerable.data.questions.outcome import Intent
from answerable.data.questions.shape import Shape, alias_of
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import GroupBy, Having, Order

_COUNTS = (Aggregation.COUNT, Aggregation.COUNT_DISTINCT)
_FROM = (Operator.GT, Operator.GE)
_UNSEEN = (Operator.LT, Operator.LE, Operator.NE)


def thresholded(context: Context, frame: Frame) -> list[Shape]:
    """The groups of one field that meet every bound; none where the phrases say more than that."""
    over = [t for t in frame.thresholds if t.part is not None]
    if any(t.grain is not None for t in over):
        return _periods(context, frame, over)
    heads = {threshold.head for threshold in over}
    head = over[0].head
    other = frame.rank or frame.share or frame.two or frame.versus or frame.change or frame.trend
    of_rows = all(t.of_rows for t in frame.thresholds if t.part is None and t.field is not None)
    listed = frame.when is not None and frame.when.span.listed  # in each of two years, or in both together
    if other or listed or not of_rows or head is None or len(heads) > 1 or not _fits(frame, head, over):
        return []
    having: list[Having] = []
    for threshold in over:
        bounds = having_of(context, threshold)
        if not bounds:
            return []
        having += bounds
    if over[0].counted:
        return _counted(context, head, over, having)
    measured = frame.measures.parts if frame.measures is not None else ()
    bounding = tuple(threshold.part for threshold in over if threshold.part is not None)
    parts = (*measured, *(part for part in bounding if part not in measured))
    descending = bool(measured) or over[0].bound.operator in (Operator.GT, Operator.GE, Operator.BETWEEN)
    order = (Order(by=alias_of(parts[0]), descending=descending),)
    return [Shape(parts, (GroupBy(field=head),), order, intent=Intent.BREAKDOWN, having=tuple(having))]


def _periods(context: Context, frame: Frame, over: list[Threshold]) -> list[Shape]:
    """The periods that meet every bound: months with more than 200 visits. One that goes on may yet pass what
    it has to stay below, so that is told of a time that is over alone."""
    grains = {t.grain for t in over}
    other = frame.rank or frame.share or frame.two or frame.versus or frame.change or frame.trend
    shown = frame.measures or frame.groups or frame.listing or frame.sorting or frame.window or frame.pointed
    rows = any(t.part is None for t in frame.thresholds)
    listed = frame.when is not None and frame.when.span.listed
    (grain, *more) = grains
    if other or shown or rows or listed or more or grain is None:
        return []
    end = frame.when.span.end if frame.when is not None else None
    if any(t.bound.operator not in _FROM for t in over) and (end is None or end > context.now.today):
        return []
    having = [bound for threshold in over for bound in having_of(context, threshold)]
    if len({bound.measure for bound in having}) < len(over):
        return []
    parts = tuple(threshold.part for threshold in over if threshold.part is not None)
    return [Shape(parts, intent=Intent.TREND, having=tuple(having), grain=grain)]


def known_groups(context: Context, frame: Frame) -> list[Where]:
    """That the field is known whose groups are counted: repairs without a client are no client's."""
    heads = {t.head for t in frame.thresholds if t.head is not None and t.counted}
    said = {where.field for where in frame.where}
    fields = [context.field(name) for name in sorted(heads - said)]
    return [Where(field.name, Operator.NOT_NULL) for field in fields if field is not None and field.nullable]


def _fits(frame: Frame, head: str, over: list[Threshold]) -> bool:
    """Whether nothing else is shown of the groups than what is measured by the same field: total fees by
    team, for teams with more than 30 repairs. What is said after that may be of the repairs alone."""
    groups, measures = frame.groups, frame.measures
    if over[0].counted:
        return groups is None and measures is None
    if groups is None:
        return measures is None  # the fees of such teams: of each, or of all together
    same = groups.fields == (head,) and groups.grain is None
    return same and measures is not None and (measures.parts == (over[0].part,) or not frame.narrowed)


def _counted(context: Context, head: str, over: list[Threshold], having: list[Having]) -> list[Shape]:
    """How many groups there are; not where those without a row would have to be counted in."""
    unseen = any(
        threshold.bound.operator in _UNSEEN or threshold.bound.low.value <= 0
        for threshold in over
        if threshold.part is not None and _is_count(context, threshold.part)
    )
    if unseen:
        return []
    parts = tuple(threshold.part for threshold in over if threshold.part is not None)
    return [Shape(parts, (GroupBy(field=head),), intent=Intent.KPI, having=tuple(having), counted=True)]


def _is_count(context: Context, part: Part) -> bool:
    metric = context.metric(part.metric) if part.metric else None
    return (metric.aggregation if metric else part.aggregation) in _COUNTS


def having_of(context: Context, threshold: Threshold) -> list[Having]:
    """The bound on a part as thresholds of the result; none where their units differ."""
    part, bound = threshold.part, threshold.bound
    if part is None or bound.operator is Operator.IN:
        return []
    sides = [bound]
    if bound.operator is Operator.BETWEEN and bound.high is not None:
        sides = [Bound(Operator.GE, bound.low), Bound(Operator.LE, bound.high)]
    values = [_stored(context, part, side) for side in sides]
    name = alias_of(part)
    found = [
        Having(measure=name, operator=side.operator.value, value=value)
        for side, value in zip(sides, values, strict=True)
        if value is not None
    ]
    return found if len(found) == len(sides) else []


def _stored(context: Context, part: Part, bound: Bound) -> Decimal | None:
    """The number as the part is stored."""
    metric = context.metric(part.metric) if part.metric else None
    field = metric.field if metric else part.field
    if field is None or _is_count(context, part):
        return bound.low.value if bound.low.unit is None else None
    condition = bounded(context, field, bound)
    stored = condition.values[0] if condition else None
    return stored if isinstance(stored, Decimal) else None
