"""What an average per client may be: the mean of each client's rows, or the clients' totals averaged."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import Part
from answerable.data.questions.outcome import Intent
from answerable.data.questions.shape import Shape, alias_of, field_of, grouped
from answerable.data.questions.tokens import Token
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Order

_AVERAGES = frozenset({"average", "mean", "avg", "median", "typical"})
_TOTALS = frozenset({"total", "totals", "sum", "sums", "overall", "combined"})


def averages_totals(context: Context, frame: Frame, tokens: list[Token]) -> bool:
    """Whether totals are to be averaged, of which it is not said what they are totals of: the average total
    fee by month is no mean of single fees. A column may be called so itself: the total of an invoice."""
    words = [token.norm for token in tokens if token.norm != "of"]
    if not any(first in _AVERAGES and second in _TOTALS for first, second in pairwise(words)):
        return False
    return any(not _TOTALS & _words_of(context, part) for part in frame.averages)


def totals_of_each(context: Context, frame: Frame, shape: Shape) -> Shape | None:
    """The other meaning of "average fee per client", where single clients are named: their fees in all by
    their number. None where only one is meant."""
    groups = frame.groups
    if len(shape.parts) == 1 and shape.parts[0].per is not None and shape.parts[0].perhaps:
        return _mean_of_each(context, shape)
    if (
        groups is None
        or not (groups.per and groups.entity)
        or groups.grain is not None
        or frame.rank is not None
    ):
        return None
    if len(shape.parts) != 1 or len(shape.groups) != 1 or shape.having or shape.groups[0].top is not None:
        return None
    part, group = shape.parts[0], shape.groups[0]
    name = field_of(context, part)
    field = context.field(name) if name is not None else None
    if not _is_mean(context, part) or field is None or name is None or group.part is not None:
        return None
    paid = field.unit is not None and field.unit.kind == "currency" and context.is_additive(field)
    if not paid or context.is_identity(group.field):
        return None
    total = context.canonical(Part(aggregation=Aggregation.SUM, field=name, where=part.where))
    each = replace(total, per=Part(aggregation=Aggregation.COUNT_DISTINCT, field=group.field))
    return replace(shape, parts=(each,), groups=(), order=(), limit=None, intent=Intent.KPI)


def _mean_of_each(context: Context, shape: Shape) -> Shape | None:
    """The other meaning of "average nights per hotel", beside its nights in all by their number: the mean of
    each hotel's stays."""
    (part,) = shape.parts
    name, head = field_of(context, part), part.per.field if part.per is not None else None
    if name is None or head is None:
        return None
    mean = context.canonical(Part(aggregation=Aggregation.AVG, field=name, where=part.where))
    order = (Order(by=alias_of(mean), descending=True),)
    groups = (grouped(head), *shape.groups)
    return replace(shape, parts=(mean,), groups=groups, order=order, intent=Intent.BREAKDOWN)


def _is_mean(context: Context, part: Part) -> bool:
    if part.per is not None or part.minus is not None or part.since is not None or part.where:
        return False
    metric = context.metric(part.metric) if part.metric is not None else None
    return (metric.aggregation if metric is not None else part.aggregation) is Aggregation.AVG


def _words_of(context: Context, part: Part) -> set[str]:
    name = field_of(context, part)
    field = context.field(name) if name is not None else None
    text = f"{field.label} {field.name.replace('_', ' ')}" if field is not None else ""
    return set(text.casefold().split())
