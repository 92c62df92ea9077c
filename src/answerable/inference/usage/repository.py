"""The SQL of reports. Rows are written in `writing.py`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from answerable.inference.usage.prices import UNKNOWN
from answerable.inference.usage.record import Outcome
from answerable.inference.usage.schemas import Dimension, Figures, UsageFilter
from answerable.inference.usage.tables import UsageRow
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_FORMATS = {Dimension.HOUR: 'YYYY-MM-DD"T"HH24:00', Dimension.DAY: "YYYY-MM-DD", Dimension.MONTH: "YYYY-MM"}
_COLUMNS: dict[Dimension, ColumnElement[Any]] = {  # Any: columns of several types
    Dimension.MODEL: UsageRow.__table__.c.model,
    Dimension.REQUESTED_MODEL: UsageRow.__table__.c.requested_model,
    Dimension.PROVIDER: UsageRow.__table__.c.provider,
    Dimension.KEY: UsageRow.__table__.c.key_id,
    Dimension.MEMBER: UsageRow.__table__.c.user_id,
    Dimension.ROUTE: UsageRow.__table__.c.route,
    Dimension.OPERATION: UsageRow.__table__.c.operation,
    Dimension.STAGE: UsageRow.__table__.c.stage,
    Dimension.OUTCOME: UsageRow.__table__.c.outcome,
}
# What was refused took no time of a model's, and nobody saw the end of what was interrupted.
_WITHOUT_LATENCY = (Outcome.REFUSED.value, Outcome.INTERRUPTED.value)
_PREFIXES = {Dimension.KEY: "key", Dimension.MEMBER: "usr"}


Selected = TypeVar("Selected", bound="Select[*tuple[Any, ...]]")  # Any: whatever was selected


@dataclass(frozen=True, slots=True)
class Span:
    """The calls that a report is about; `user_id` bounds it to one member's own."""

    since: datetime
    until: datetime
    filter: UsageFilter
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One group with its sums; `place` is where it stands in the order of groups."""

    values: tuple[str | None, ...]
    place: tuple[str, ...]
    figures: Figures


async def groups(
    session: Session, span: Span, dimensions: Sequence[Dimension], *, after: Sequence[str] | None, limit: int
) -> list[Group]:
    """Sums of each group in the order of the groups, from behind `after` on."""
    keys = [_key(dimension).label(f"g{n}") for n, dimension in enumerate(dimensions)]
    grouped = _where(select(*keys, *_sums()), span)
    if not dimensions:
        row = (await session.execute(grouped)).one()
        return [Group((), (), _figures(row))] if row.calls else []
    inner = grouped.group_by(*keys).subquery()
    order = [inner.c[key.name] for key in keys]
    statement = select(inner).order_by(*order).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*(literal(value, Text) for value in after)))
    rows = await session.execute(statement)
    return [_group(dimensions, row) for row in rows]


async def totals(session: Session, span: Span) -> Figures:
    """Sums over all calls."""
    return _figures((await session.execute(_where(select(*_sums()), span))).one())


async def page_of_calls(session: Session, span: Span, page: PageRequest) -> Sequence[UsageRow]:
    """Calls, the latest first."""
    statement = after_cursor(_where(select(UsageRow), span), page, UsageRow.started_at, UsageRow.id)
    return (await session.scalars(statement)).all()


def _where(statement: Selected, span: Span) -> Selected:
    wanted = span.filter
    statement = statement.where(UsageRow.started_at >= span.since, UsageRow.started_at < span.until)
    if span.user_id is not None:
        statement = statement.where(UsageRow.user_id == span.user_id)
    for column, value in (
        (UsageRow.model, wanted.model),
        (UsageRow.requested_model, wanted.requested_model),
        (UsageRow.provider, wanted.provider),
        (UsageRow.key_id, wanted.key),
        (UsageRow.user_id, wanted.member),
        (UsageRow.route, wanted.route),
        (UsageRow.operation, wanted.operation),
        (UsageRow.stage, wanted.stage),
        (UsageRow.outcome, wanted.outcome),
    ):
        if value is not None:
            statement = statement.where(column == str(value))
    return statement


def _key(dimension: Dimension) -> ColumnElement[str]:
    """A dimension as text that sorts; empty where a call has no value."""
    pattern = _FORMATS.get(dimension)
    if pattern is not None:
        return func.to_char(func.timezone("UTC", UsageRow.started_at), pattern)
    column = _COLUMNS[dimension]
    plain = type_coerce(column, Uuid(as_uuid=False)) if dimension in _PREFIXES else column
    return func.coalesce(cast(plain, Text), "").collate("C")


def _value(dimension: Dimension, text: str) -> str | None:
    prefix = _PREFIXES.get(dimension)
    if prefix is None or not text:
        return text or None
    return ids.encode(prefix, uuid.UUID(text))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _sums() -> list[ColumnElement[Any]]:  # Any: counts, sums and means
    row = UsageRow
    return [
        func.count().label("calls"),
        _count(row.outcome.in_((Outcome.FAILED.value, Outcome.INTERRUPTED.value))).label("failed_calls"),
        _count(row.outcome == Outcome.REFUSED.value).label("refused_calls"),
        _count(row.outcome == Outcome.CACHED.value).label("cached_calls"),
        _count(row.price_version == UNKNOWN).label("unpriced_calls"),
        _count(row.estimated.is_(True)).label("estimated_calls"),
        _count(row.parent_id.is_not(None)).label("leg_calls"),
        func.coalesce(func.sum(row.input_tokens), 0).label("input_tokens"),
        func.coalesce(func.sum(row.output_tokens), 0).label("output_tokens"),
        func.coalesce(func.sum(row.cached_input_tokens), 0).label("cached_input_tokens"),
        func.coalesce(func.sum(row.reasoning_tokens), 0).label("reasoning_tokens"),
        func.coalesce(func.sum(row.cost_usd), 0).label("cost_usd"),
        func.avg(case((row.outcome.not_in(_WITHOUT_LATENCY), row.latency_ms))).label("mean_latency_ms"),
        func.avg(row.first_token_ms).label("mean_first_token_ms"),
    ]


def _group(dimensions: Sequence[Dimension], row: Any) -> Group:  # Any: keys, then `_sums`
    place = tuple(row[: len(dimensions)])
    values = tuple(_value(dimension, text) for dimension, text in zip(dimensions, place, strict=True))
    return Group(values, place, _figures(row))


def _figures(row: Any) -> Figures:  # Any: a row of `_sums`
    return Figures.model_validate({name: getattr(row, name) for name in Figures.model_fields})
