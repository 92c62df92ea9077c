"""Sources: added, changed, shown, removed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from answerable.jobs import Subject, enqueue
from answerable.jobs.recurrence import is_schedule
from answerable.kit import ids
from answerable.kit.crypto import SecretBox
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.outbound import OutboundFailure
from answerable.kit.paging import PageRequest
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources import configuration, repository
from answerable.knowledge.sources.errors import as_error, outbound_problem
from answerable.knowledge.sources.registry import connector_for, context_of
from answerable.knowledge.sources.sync import repository as runs
from answerable.knowledge.sources.sync import service as syncing
from answerable.knowledge.sources.tables import SourceRow, SourceStatus, SyncRunRow
from answerable.plugins.connectors import ConnectorFailure

REMOVE = "sources.remove"


@dataclass(frozen=True, slots=True)
class NewSource:
    """What a person says of a source."""

    kind: str
    name: str
    config: Mapping[str, JsonValue]
    schedule: str | None = None
    chunking: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source, the run under way, and how many documents are its own."""

    source: SourceRow
    run: SyncRunRow | None
    document_count: int


async def create(session: Session, runtime: Runtime, new: NewSource) -> SourceState:
    """Add a source. Its secrets are sealed; nothing is read before the first sync.

    Raises UnknownConnector, InvalidInput for its configuration or schedule, NameTaken.
    """
    connector = connector_for(new.kind)
    config = configuration.parse(connector, new.config)
    _check_schedule(new.schedule)
    row = SourceRow(
        id=ids.new_id("src"),
        workspace_id=session.workspace_id,
        kind=new.kind,
        name=new.name,
        schedule=new.schedule,
        chunking=None if new.chunking is None else dict(new.chunking),
        created_by=session.principal.user_id,
    )
    configuration.keep(runtime.get(SecretBox), row, config)
    await repository.add(session, row)
    await syncing.keep_watch(session, row)
    await syncing.plan(session, row)
    await session.flush()
    return SourceState(row, None, 0)


async def change(
    session: Session,
    runtime: Runtime,
    source_id: str,
    given: Mapping[str, JsonValue],
) -> SourceState:
    """Change name, schedule or configuration. A configuration is given whole, its secrets included, so
    that nobody can send a kept secret to another address.

    The sync under way, if any, goes on with the new one. Raises as `create` does, and NotFound.
    """
    if given.keys() == {"chunking"}:
        await _cut_otherwise(session, source_id, given["chunking"])
        return await read(session, source_id)
    row = await syncing.locked_source(session, source_id)
    if "name" in given:
        row.name = str(given["name"])
    if "schedule" in given:
        schedule = given["schedule"]
        row.schedule = None if schedule is None else str(schedule)
        _check_schedule(row.schedule)
    if "chunking" in given:
        row.chunking = _chunking(given["chunking"])
    if isinstance(config := given.get("config"), dict):
        configuration.keep(runtime.get(SecretBox), row, configuration.parse(connector_for(row.kind), config))
        row.cursor = None  # positions belong to the place that they were given by
    await repository.save(session, row)
    await syncing.keep_watch(session, row)
    await syncing.plan(session, row)
    await session.flush()
    return await read(session, source_id)


async def _cut_otherwise(session: Session, source_id: str, chunking: JsonValue) -> None:
    """What may be changed of the source of uploads too."""
    row = await repository.lock(session, source_id)
    if row is None:
        raise NotFound
    row.chunking = _chunking(chunking)
    await repository.save(session, row)


def _chunking(given: JsonValue) -> dict[str, JsonValue] | None:
    return dict(given) if isinstance(given, dict) else None


async def read(session: Session, source_id: str) -> SourceState:
    """One source. NotFound."""
    row = await repository.get(session, source_id)
    if row is None:
        raise NotFound
    return (await _states(session, [row]))[0]


async def names(session: Session, source_ids: Collection[str]) -> dict[str, str]:
    """The names of those of the sources that exist, by their ids."""
    return await repository.names(session, source_ids)


async def list_sources(session: Session, request: PageRequest) -> Sequence[SourceState]:
    """Sources, newest first, one more than the page holds."""
    return await _states(session, await repository.page(session, request))


async def _states(session: Session, rows: Sequence[SourceRow]) -> Sequence[SourceState]:
    found = [row.id for row in rows]
    counts = await repository.document_counts(session, found)
    under_way = await runs.open_runs(session, found)
    return [SourceState(row, under_way.get(row.id), counts.get(row.id, 0)) for row in rows]


async def remove(session: Session, source_id: str) -> str:
    """Stop a source and have it removed with its documents. The id of the job that does so."""
    row = await syncing.locked_source(session, source_id)
    row.status = SourceStatus.REMOVING.value
    await syncing.stop_for_removal(session, source_id)
    await repository.clear_alarm(session, source_id)
    await syncing.keep_watch(session, row)
    await repository.save(session, row)
    return await enqueue(session, REMOVE, subject=Subject("source", source_id), source_id=source_id)


async def check(runtime: Runtime, kind: str, config: Mapping[str, JsonValue]) -> None:
    """Returns when the place can be read. UnknownConnector, InvalidInput, SourceUnreadable,
    SourceUnreachable."""
    connector = connector_for(kind)
    try:
        await connector.check(configuration.parse(connector, config), context_of(runtime))
    except ConnectorFailure as failure:
        raise as_error(failure) from failure
    except OutboundFailure as failure:
        raise as_error(outbound_problem(failure)) from failure


def _check_schedule(schedule: str | None) -> None:
    if schedule is not None and not is_schedule(schedule):
        raise InvalidInput(
            "Give the schedule as 'every 15m', 'every 2h', 'every 1d' or a cron line of five fields (UTC).",
            errors=[FieldError("schedule", "not a schedule")],
            reason="bad_schedule",
        )
