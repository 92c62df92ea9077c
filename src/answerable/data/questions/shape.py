"""What a query shows: measures by groups, or rows, and what their columns are called."""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Part, Threshold, Where
from answerable.data.questions.outcome import Intent
from answerable.data.semantics.filters import (
    DatePart,
    Scalar,
)
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import (
    Grain,
    GroupBy,
    Having,
    Order,
    TopN,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is shown: measures by groups, or rows."""

    parts: tuple[Part, ...] = ()
    groups: tuple[GroupBy, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    columns: tuple[str, ...] = ()
    intent: Intent = Intent.KPI
    having: tuple[Having, ...] = ()
    taken: tuple[Where | Threshold, ...] = ()  # conditions of its numbers alone, not of all rows
    grain: Grain | None = None  # by period, though no groups were said: the other sense of an average
    assumed: tuple[str, ...] = ()  # the fields that were assumed for a number among them
    counted: bool = False  # how many groups there are is shown, not which


def alias_of(part: Part) -> str:
    """The result's column name, as the compiler would name it; one of its own for what is computed."""
    name = _plain_alias(part)
    if part.every is not None:
        return f"{name}_per_{part.every}"[:63]
    if part.where and part.per is not None:
        return f"{part.where[0].field}_rate"[:63]
    if part.minus is not None:
        name = f"{name}_less_{_plain_alias(part.minus)}"
    if part.per is not None:
        name = f"{name}_per_{part.per.field or part.per.metric or 'row'}"
    return name[:63]


def _plain_alias(part: Part) -> str:
    if part.percentile is not None:
        return f"p{part.percentile:g}_{part.field}".replace(".", "_")[:63]
    if part.since is not None:
        return f"{part.aggregation}_{part.unit}_from_{part.since}_to_{part.field}"[:63]
    if part.metric is not None:
        return part.metric
    if part.field is None:
        return "count"
    return f"{part.aggregation}_{part.field}"[:63]


def grouped(name: str, top: TopN | None = None, only: tuple[Scalar, ...] = ()) -> GroupBy:
    field, _, part = name.partition("@")
    return GroupBy(field=field, part=DatePart(part) if part else None, top=top, only=only)


def column_of(name: str) -> str:
    """The column that a group has in the result."""
    return name.replace("@", "_")


def field_of(context: Context, part: Part) -> str | None:
    metric = context.metric(part.metric) if part.metric else None
    return metric.field if metric else part.field


def row_field(context: Context, part: Part) -> str | None:
    """The field of a row that a measure sums up; counts have none."""
    metric = context.metric(part.metric) if part.metric else None
    aggregation = metric.aggregation if metric else part.aggregation
    if aggregation in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
        return None
    return metric.field if metric else part.field


def is_additive(context: Context, part: Part) -> bool:
    """Only sums and counts have shares: parts of an average are not parts of a whole."""
    return part.per is None and part.minus is None and context.is_sum(replace(part, where=()))
