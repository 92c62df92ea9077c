"""All SQL of cascades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select

from answerable.inference.cascade import verdict
from answerable.inference.cascade.tables import CascadeLegRow
from answerable.kit.db import Session

Leg = CascadeLegRow
_LEVELS = 10
_MOST_OUTCOMES = 500
"""Of each stage: models and prompts change, and old outcomes with them."""


async def add_legs(session: Session, legs: Sequence[Mapping[str, object]]) -> None:
    """Store the stages of one call."""
    workspace = {"workspace_id": session.workspace_id}
    await session.execute(insert(Leg), [{**leg, **workspace} for leg in legs])


async def stages(
    session: Session, since: datetime, until: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:  # Any: names, counts and sums
    """Sums of each stage, by alias and position."""
    answered = Leg.failed_check.is_distinct_from(verdict.PROVIDER)
    statement = (
        select(
            Leg.alias,
            Leg.position,
            Leg.stage,
            func.count().label("asked"),
            _count(Leg.taken.is_(True)).label("answers"),
            _count(Leg.taken.is_(False) & answered).label("escalations"),
            _count(~answered).label("failures"),
            _count(Leg.agreed.is_(False)).label("wrong"),
            _count(Leg.agreed.is_(True)).label("needless"),
            func.sum(Leg.cost_usd).label("cost_usd"),
            func.avg(Leg.confidence).label("mean_confidence"),
        )
        .where(Leg.at >= since, Leg.at < until)
        .group_by(Leg.alias, Leg.position, Leg.stage)
        .order_by(Leg.alias, Leg.position, Leg.stage)
    )
    return (await session.execute(statement)).all()


async def failed_checks(
    session: Session, since: datetime, until: datetime
) -> Sequence[Row[str, int, str, str | None, int]]:
    """How often each check sent a call on to the next stage."""
    statement = (
        select(Leg.alias, Leg.position, Leg.stage, Leg.failed_check, func.count())
        .where(Leg.at >= since, Leg.at < until, Leg.failed_check.is_not(None), Leg.taken.is_(False))
        .group_by(Leg.alias, Leg.position, Leg.stage, Leg.failed_check)
    )
    return (await session.execute(statement)).all()


async def levels(
    session: Session, since: datetime, until: datetime
) -> Sequence[Row[str, int, str, int, int, int]]:
    """Answers by tenths of confidence (0 to 9): how many were compared with a later one, how many agreed."""
    tenth = func.least(_LEVELS, func.width_bucket(Leg.confidence, 0.0, 1.0, _LEVELS)) - 1
    statement = (
        select(
            Leg.alias,
            Leg.position,
            Leg.stage,
            tenth.label("tenth"),
            _count(Leg.agreed.is_not(None)),
            _count(Leg.agreed.is_(True)),
        )
        .where(Leg.at >= since, Leg.at < until, Leg.confidence.is_not(None))
        .group_by(Leg.alias, Leg.position, Leg.stage, tenth)
        .order_by(tenth)
    )
    return (await session.execute(statement)).all()


async def outcomes(session: Session, alias: str | None = None) -> list[tuple[str, int, str, float, bool]]:
    """Alias, position and stage, raw confidence and whether a later stage said the same: the latest of each
    stage of one alias, or of all."""
    place = (Leg.alias, Leg.position, Leg.stage)
    numbered = (
        select(
            *place,
            Leg.confidence,
            Leg.agreed,
            func.row_number().over(partition_by=place, order_by=Leg.at.desc()).label("nth"),
        )
        .where(Leg.agreed.is_not(None), Leg.confidence.is_not(None))
        .where(*([Leg.alias == alias] if alias is not None else []))
        .subquery()
    )
    statement = select(
        numbered.c.alias, numbered.c.position, numbered.c.stage, numbered.c.confidence, numbered.c.agreed
    ).where(numbered.c.nth <= _MOST_OUTCOMES)
    return [tuple(row) for row in await session.execute(statement)]


async def money(
    session: Session, since: datetime, until: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:  # Any: a name, counts and sums
    """Each alias's calls and cost; the two costs of those calls whose last stage's cost is known."""
    by_call = (
        select(
            Leg.alias,
            Leg.call_id,
            func.sum(Leg.cost_usd).label("cost"),
            func.max(Leg.last_stage_cost_usd).label("alternative"),
        )
        .where(Leg.at >= since, Leg.at < until)
        .group_by(Leg.alias, Leg.call_id)
        .subquery()
    )
    known = by_call.c.alternative.is_not(None)
    statement = select(
        by_call.c.alias,
        func.count().label("calls"),
        func.sum(by_call.c.cost).label("cost_usd"),
        func.coalesce(func.sum(by_call.c.cost).filter(known), 0).label("compared_cost"),
        func.coalesce(func.sum(by_call.c.alternative), 0).label("alternative_cost"),
    ).group_by(by_call.c.alias)
    return (await session.execute(statement)).all()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
