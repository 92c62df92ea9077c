"""All SQL of insights and their results."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from answerable.data.insights.tables import InsightResultRow, InsightRow
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

KEPT_RESULTS = 20  # of one insight: with and without filters, and of the version before


async def get(session: Session, insight_id: str) -> InsightRow | None:
    """One insight."""
    return await session.get(InsightRow, insight_id)


async def lock(session: Session, insight_id: str) -> InsightRow | None:
    """One insight, held until the transaction ends."""
    return await session.scalar(select(InsightRow).where(InsightRow.id == insight_id).with_for_update())


async def of_ids(session: Session, insight_ids: Collection[str]) -> dict[str, InsightRow]:
    """Those of the insights that exist."""
    found = await session.scalars(select(InsightRow).where(InsightRow.id.in_(insight_ids)))
    return {row.id: row for row in found}


async def page(session: Session, request: PageRequest) -> Sequence[InsightRow]:
    """Insights, newest first, one more than the page holds."""
    statement = after_cursor(select(InsightRow), request, InsightRow.created_at, InsightRow.id)
    return (await session.scalars(statement)).all()


async def latest_over(session: Session, dataset_id: str) -> Sequence[InsightRow]:
    """The insights that show the newest data of a dataset."""
    statement = select(InsightRow).where(
        InsightRow.version_policy == "latest", InsightRow.dataset_ids.contains([dataset_id])
    )
    return (await session.scalars(statement)).all()


async def any_latest_over(session: Session, dataset_ids: Collection[str]) -> bool:
    """Whether an insight shows the newest data of one of the datasets."""
    statement = select(InsightRow.id).where(
        InsightRow.version_policy == "latest", InsightRow.dataset_ids.overlap(list(dataset_ids))
    )
    return await session.scalar(statement.limit(1)) is not None


async def remove(session: Session, insight_id: str) -> None:
    """Delete an insight with its results."""
    await session.execute(delete(InsightRow).where(InsightRow.id == insight_id))


async def remove_over(session: Session, dataset_id: str) -> None:
    """Delete the results that were computed from a dataset."""
    insights = select(InsightRow.id).where(InsightRow.dataset_ids.contains([dataset_id]))
    await session.execute(delete(InsightResultRow).where(InsightResultRow.insight_id.in_(insights)))


async def results(
    session: Session, keys: Mapping[str, str]
) -> dict[tuple[str, str], tuple[dict[str, Any], datetime]]:
    """The kept results among (key by insight): (result, when it was computed)."""
    statement = select(
        InsightResultRow.insight_id,
        InsightResultRow.key,
        InsightResultRow.result,
        InsightResultRow.created_at,
    ).where(InsightResultRow.insight_id.in_(keys), InsightResultRow.key.in_(keys.values()))
    found = (await session.execute(statement)).all()
    return {(row.insight_id, row.key): (row.result, row.created_at) for row in found}


async def keep_result(session: Session, insight_id: str, key: str, result: dict[str, Any]) -> None:
    """Keep a result, and of the insight's others the newest."""
    values = {
        "id": ids.new_id("inr"),
        "workspace_id": session.workspace_id,
        "insight_id": insight_id,
        "key": key,
        "result": result,
    }
    made = insert(InsightResultRow).values(values)
    await session.execute(made.on_conflict_do_nothing(index_elements=["insight_id", "key"]))
    newest = (
        select(InsightResultRow.id)
        .where(InsightResultRow.insight_id == insight_id)
        .order_by(InsightResultRow.created_at.desc(), InsightResultRow.id.desc())
        .limit(KEPT_RESULTS)
    )
    await session.execute(
        delete(InsightResultRow).where(
            InsightResultRow.insight_id == insight_id, InsightResultRow.id.not_in(newest)
        )
    )
