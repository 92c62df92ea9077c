"""From a frame to what its query shows; every way where there are several."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.conditions import as_where
from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame
from answerable.data.questions.grammar.by_period import rows_average
from answerable.data.questions.meanings import (
    Compound,
    Groups,
    Measures,
    Part,
    Threshold,
    Where,
)
from answerable.data.questions.outcome import Intent
from answerable.data.questions.ranked import ranked
from answerable.data.questions.shape import (
    Shape,
    alias_of,
    column_of,
    grouped,
    is_additive,
    row_field,
)
from answerable.data.questions.thresholded import thresholded
from answerable.data.semantics.filters import (
    Operator,
)
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import (
    GroupBy,
    Order,
)

LISTED_ROWS = 100
_CHOOSING = (Operator.IN, Operator.EQ)
_NULLS = (Operator.IS_NULL, Operator.NOT_NULL)


def shapes(context: Context, frame: Frame) -> list[Shape]:
    counted = frame.measures is not None and frame.measures.parts == (context.count(),)
    if frame.yes_or_no and not counted and not frame.change:
        return []  # "is there a discount for …" is no question for the average discount
    if frame.averages_periods:
        return _periods_averaged(context, frame)
    if frame.absent and counts_things(context, frame):
        return []  # customers without cancelled orders are not those of the other orders
    if any(t.part is not None for t in frame.thresholds):
        return thresholded(context, frame)
    if frame.rank is not None:
        return ranked(context, frame)
    if frame.listing is not None:
        return _listed(context, frame)
    if frame.measures is None or frame.rank_by is not None:
        return []
    if frame.share is not None:
        return _shared(context, frame)
    return _measured(context, frame)


def _periods_averaged(context: Context, frame: Frame) -> list[Shape]:
    """One average of the totals of periods, or one of each group; it may also be the average of the rows of
    each period, which is a question of its own without groups alone."""
    other = frame.rank or frame.rank_by or frame.share or frame.two or frame.versus or frame.change
    over_time = frame.trend or frame.develop or frame.window or (frame.groups and frame.groups.grain)
    measured = frame.measures.parts if frame.measures else ()
    if other or over_time or frame.listing or frame.sorting or frame.thresholds or len(measured) != 1:
        return []
    (part,) = measured
    whole = _measured(context, replace(frame, measures=Measures((replace(part, perhaps=False),))))
    if not part.perhaps:
        return whole
    rows = rows_average(context, part)
    fields = frame.groups.fields if frame.groups else ()
    if rows is None or fields:
        return []
    return [*whole, Shape((rows,), grain=part.every, intent=Intent.TREND)]


def about_rows(context: Context, frame: Frame) -> bool:
    """Whether a bare "over 100" can be about rows: orders over 100."""
    count = context.count()
    counted = frame.measures is not None and frame.measures.parts == (count,)
    listed = frame.listing is not None or (frame.rank is not None and frame.rank.rows)
    return counted or listed or frame.mentioned


def counts_things(context: Context, frame: Frame) -> bool:
    """Whether the question is about things that have several rows: different customers among orders."""
    parts = frame.measures.parts if frame.measures else ()
    metrics = [context.metric(part.metric) if part.metric else None for part in parts]
    kinds = [m.aggregation if m else p.aggregation for m, p in zip(metrics, parts, strict=True)]
    bare = frame.groups is not None and frame.groups.bare
    return Aggregation.COUNT_DISTINCT in kinds or bare or any(t.part is not None for t in frame.thresholds)


def _measured(context: Context, frame: Frame) -> list[Shape]:
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
    groups = tuple(grouped(name) for name in fields)
    return [Shape(parts, groups, order, intent=_intent(frame, bool(versus), bool(fields)))]


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
                name = column_of(sorting.field)
            elif number in parts and number is not None:
                name = alias_of(number)
            else:
                return None
        return (Order(by=name, descending=sorting.descending),)
    if by_time or not fields or any("@" in name for name in fields):
        return ()
    return (Order(by=alias_of(parts[0]), descending=True),)


def _numerator(frame: Frame) -> Where | Threshold | None:
    """The condition whose share is asked for: the one after `come from`, else the only one."""
    if frame.numerator is not None:
        return frame.numerator
    said: list[Where | Threshold] = [*frame.where, *(t for t in frame.thresholds if t.part is None)]
    return said[0] if len(said) == 1 else None


def _shared(context: Context, frame: Frame) -> list[Shape]:
    assert frame.measures is not None
    assert frame.share is not None
    parts = frame.measures.parts
    if len(parts) != 1 or frame.two or frame.versus or frame.change or not is_additive(context, parts[0]):
        return []
    groups = frame.groups or Groups()
    if groups.bare and (frame.where or frame.thresholds or frame.compounds):
        return []  # the share of excused absences in a form: of those there, or of all
    said = frame.share.of or (_numerator(frame) if not groups.fields or groups.each else None)
    if said is None:
        return _parts_of_all(context, frame, parts[0], groups) if groups.fields or groups.grain else []
    if _follows_periods(frame, said, groups):
        return []
    if groups.fields and not groups.each:
        return []
    if isinstance(said, Threshold) or groups.fields or said.segment or said.operator in _NULLS:
        return _rates(context, parts[0], said, groups)
    if said.operator not in _CHOOSING or any(w is not said and w.field == said.field for w in frame.where):
        return []
    group = GroupBy(field=said.field, only=tuple(sorted(said.values, key=str)))
    return [Shape(parts, (group,), intent=Intent.SHARE, taken=(said,))]


def _follows_periods(frame: Frame, said: Where | Threshold, groups: Groups) -> bool:
    """The share by quarter in Germany may be Germany's, or each quarter's of Germany's total."""
    after = said in (*frame.where, *frame.thresholds) and said not in frame.doubtful
    return bool(groups.grain) and not groups.fields and after and said is not frame.numerator


def _parts_of_all(context: Context, frame: Frame, part: Part, groups: Groups) -> list[Shape]:
    """Each group's part of all rows. A condition before the groups may as well be what is shared: the
    percentage of open tickets by agent is of each agent's tickets, or of all open ones."""
    if any(t not in frame.doubtful and not t.of_rows for t in frame.thresholds):
        return []  # after the groups it may bound them
    if groups.grain and not groups.fields and (frame.where or frame.compounds):
        return []
    order = (Order(by=alias_of(part), descending=True),) if groups.fields else ()
    whole = Shape((part,), tuple(grouped(f) for f in groups.fields), order, intent=Intent.SHARE)
    if not frame.doubtful:
        return [] if frame.adjective else [whole]
    said = frame.doubtful[0]
    if len(frame.doubtful) > 1 or isinstance(said, Compound) or groups.grain:
        return []
    rates = _rates(context, part, said, groups)
    return [*rates, whole] if rates and frame.numerator is None else rates


def _rates(context: Context, part: Part, said: Where | Threshold, groups: Groups) -> list[Shape]:
    """The part of each group that meets the condition: the escalated ones of each team's tickets."""
    found = as_where(context, said) if isinstance(said, Threshold) else (said, ())
    if found is None or found[0].field in groups.fields or groups.grain:
        return []
    of, assumed = found
    counted = part == context.count()
    rate = context.rate(of) if counted else replace(part, where=(of,), per=part)
    order = (Order(by=alias_of(rate), descending=True),)
    fields = tuple(grouped(f) for f in groups.fields)
    return [Shape((rate,), fields, order, intent=Intent.BREAKDOWN, taken=(said,), assumed=assumed)]


def _listed(context: Context, frame: Frame) -> list[Shape]:
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
            row_field(context, frame.sorting.part) if frame.sorting.part else None
        )
        if field is None:
            return []
        order = (Order(by=field, descending=frame.sorting.descending),)
    elif context.dataset.default_time in columns and context.dataset.default_time:
        order = (Order(by=context.dataset.default_time, descending=True),)
    limit = frame.listing.n or LISTED_ROWS
    return [Shape(columns=columns, order=order, limit=limit, intent=Intent.LOOKUP)]
