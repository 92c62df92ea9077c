"""The rules of insights: pinned, shown, changed, deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from answerable.data.datasets import pins
from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.engines.service import versions_read
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.insights import repository
from answerable.data.insights.results import Lookup, Wanted, look_up, snapshot_of
from answerable.data.insights.schemas import InsightChange, NewInsight
from answerable.data.insights.tables import InsightRow
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.service import reach_into
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest


async def pin(session: Session, new: NewInsight) -> InsightRow:
    """A new insight. Raises InvalidQuery for a query that does not fit the model, NotFound, VersionExpired
    or RevisionUnknown for data that is not there."""
    if new.version_policy == "latest" and (new.versions is not None or new.model_revision is not None):
        raise InvalidInput(
            "Versions go with the policy 'pinned'.", errors=[FieldError("version_policy", "is 'latest'")]
        )
    data = await take_snapshot(session, new.versions, new.model_revision)
    read = versions_read(data, new.query)
    pinned = new.version_policy == "pinned"
    if pinned and data.live.keys() & read.keys():
        raise InvalidInput(
            "Rows of a connected database are not kept, so no version can be pinned. Choose 'latest'.",
            errors=[FieldError("version_policy", "the query reads a connected database")],
            reason="live_cannot_be_pinned",
        )
    insight = InsightRow(
        id=ids.new_id("ins"),
        workspace_id=session.workspace_id,
        name=new.name,
        question=new.question,
        query=new.query.model_dump(mode="json", exclude_none=True),
        chart=new.chart,
        version_policy=new.version_policy,
        versions=read if pinned else {},
        model_revision=data.revision if pinned else None,
        dataset_ids=sorted(read),
        created_by=session.principal.user_id,
    )
    session.add(insight)
    await session.flush()
    if pinned:
        await pins.pin_versions(session, insight.id, read)
    await session.refresh(insight)
    return insight


async def read_insight(session: Session, insight_id: str) -> InsightRow:
    """An insight. NotFound."""
    insight = await repository.get(session, insight_id)
    if insight is None:
        raise NotFound
    return insight


async def read_seen(session: Session, insight_id: str) -> InsightRow:
    """An insight whose query names nothing that is hidden from the session's principal. NotFound."""
    insight = await read_insight(session, insight_id)
    if not await readable(session, [insight]):
        raise NotFound
    return insight


async def list_insights(session: Session, request: PageRequest) -> Sequence[InsightRow]:
    """Insights, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def names(session: Session, insight_ids: Collection[str]) -> tuple[dict[str, str], set[str]]:
    """(the names of those of the insights whose queries name nothing that is hidden from the principal, by
    their ids; the ids of all of them that exist)."""
    found = await repository.of_ids(session, insight_ids)
    return {row.id: row.name for row in await readable(session, list(found.values()))}, set(found)


async def readable(session: Session, rows: Sequence[InsightRow]) -> list[InsightRow]:
    """Those whose queries name nothing that is hidden from the session's principal. To whom a field is
    hidden, a name that today's model does not have might be its."""
    seen = await reach_into(session)
    if not seen.hidden:
        return list(rows)
    return [row for row in rows if _compiles(SemanticQuery.model_validate(row.query), seen.model)]


def _compiles(query: SemanticQuery, model: SemanticModel) -> bool:
    try:
        compile_query(query, model)
    except InvalidQuery:
        return False
    return True


async def change(session: Session, insight_id: str, wanted: InsightChange) -> InsightRow:
    """An insight with another name or chart. NotFound."""
    insight = await repository.lock(session, insight_id)
    if insight is None or not await readable(session, [insight]):
        raise NotFound
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(insight, name, value)
    await session.flush()
    await session.refresh(insight)
    return insight


async def unpin(session: Session, insight_id: str) -> None:
    """Delete an insight; its tiles show nothing from then on. NotFound."""
    insight = await repository.lock(session, insight_id)
    if insight is None or not await readable(session, [insight]):
        raise NotFound
    await pins.unpin_versions(session, insight_id)
    await repository.remove(session, insight_id)


async def find_result(session: Session, now: datetime, insight_id: str) -> Lookup:
    """What is kept of an insight's result. Raises NotFound, and as `take_snapshot` for its data."""
    insight = await read_insight(session, insight_id)
    data = await snapshot_of(session, insight)
    return await look_up(session, now, [wanted_of(insight, data)])


def wanted_of(insight: InsightRow, data: DataSnapshot, query: SemanticQuery | None = None) -> Wanted:
    """What showing an insight takes; `query` where it is not quite its own."""
    own = query if query is not None else SemanticQuery.model_validate(insight.query)
    return Wanted(insight.id, own, insight.chart == "auto", data)
