"""Run a semantic query: compile, check, estimate, compute, and put the result into words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from answerable.data.connections.live import LiveTable, live_tables
from answerable.data.datasets.errors import DatasetNotReady, VersionExpired
from answerable.data.datasets.service import exact_version
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.engines.as_it_was import as_of_version, over_newest
from answerable.data.engines.cache import CacheKey, QueriesInFlight, ResultCache
from answerable.data.engines.chart_frame import JsonObject
from answerable.data.engines.charts import choose_chart
from answerable.data.engines.compiler import Compiled, compile_query, within_limits
from answerable.data.engines.dialects.tables import PhysicalTable
from answerable.data.engines.query_limits import service as query_limits
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.data.engines.repository import ReadyTable, instants_of, ready_tables
from answerable.data.engines.sight import sight_of
from answerable.data.engines.statements import (
    LiveStatement,
    Statement,
    apart,
    file_statement,
    live_statement,
    one_connection,
    warehouse_statement,
)
from answerable.data.questions.notes import LiveNoted, NarrowedNoted, Note, OpenNoted, ZeroDatesNoted
from answerable.data.questions.sentence import state_result
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.unfinished import ended
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery, read_fields
from answerable.data.semantics.reach import RowLimit, reach
from answerable.data.semantics.result import QueryResult
from answerable.data.semantics.segments import expanded
from answerable.data.semantics.service import current_model, model_at, revision_within, viewer_of
from answerable.data.warehouse.service import physical_table
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.telemetry.tracing import SpanAttributes, SpanKind, record_content, span


@dataclass(frozen=True, slots=True)
class ExecutedQuery:
    """A result with everything that answers for it.

    `sentence` states the result, `words` the query; `data_versions` has the version of each dataset
    that was read, by dataset id; `notes` are what the data leaves open about it; `cached` says that an
    equal query over the same data had been run; `sight` is the word for what bound its rows.
    """

    query: SemanticQuery
    result: QueryResult
    sql: str
    words: str
    sentence: str
    chart: JsonObject | None
    model_revision: str
    data_versions: dict[str, int]
    notes: tuple[Note, ...] = ()
    cached: bool = False
    sight: str | None = None


@dataclass(frozen=True, slots=True)
class DataSnapshot:
    """A workspace's model and the newest ready version of each of its datasets, by dataset id: all that a
    query needs of the database. Versions are files that never change; `live` are the datasets whose rows
    stay in a connected database. `model_revision` is set where the model is one of before, or not all of it
    is seen: `limits` bind the rows that are read, by the names of datasets, and `unlisted` are the fields
    whose values the model leaves out therefore. Whoever sees alike has one `reach`; None: everything.
    `cost` is what the workspace lets one query cost."""

    workspace_id: str
    model: SemanticModel
    ready: dict[str, ReadyTable]
    model_revision: str | None = None
    live: dict[str, LiveTable] = field(default_factory=dict)
    limits: Mapping[str, tuple[RowLimit, ...]] = field(default_factory=dict)
    unlisted: frozenset[tuple[str, str]] = frozenset()
    reach: str | None = None
    cost: QueryLimits = NO_LIMITS

    @property
    def revision(self) -> str:
        """The revision of the model, under which it can be asked for again."""
        return self.model_revision or self.model.revision


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query that may be run: its statement, and the data that it reads. `meant` is what it means today."""

    query: SemanticQuery
    meant: SemanticQuery
    model: SemanticModel
    model_revision: str
    compiled: Compiled
    statement: Statement
    moments: tuple[tuple[str, int], ...]
    data_versions: dict[str, int]
    notes: tuple[Note, ...]
    sight: str | None
    cost: QueryLimits
    started: float


async def take_snapshot(
    session: Session, versions: Mapping[str, int] | None = None, revision: str | None = None
) -> DataSnapshot:
    """The data of the session's workspace as it is now, or as it was: `versions` of datasets by their ids,
    `revision` of the model; as far as the session's principal sees. What is computed from it holds no
    connection.

    Raises NotFound, DatasetNotReady, VersionExpired and RevisionUnknown.
    """
    latest = await current_model(session)
    model = latest if revision is None else await model_at(session, revision)
    revision = revision or await revision_within(session)
    of_before = model is not latest
    ready = await ready_tables(session, [dataset.id for dataset in model.datasets], with_columns=of_before)
    live = await live_tables(session, [d.id for d in model.datasets if d.id not in ready])
    if of_before:
        newest = {id_: t for id_, t in ready.items() if (versions or {}).get(id_, t.version) == t.version}
        model = over_newest(model, latest, newest, live)
    for dataset_id, number in (versions or {}).items():
        if dataset_id in live:
            _require_now(live[dataset_id], number)
            continue
        found = await exact_version(session, dataset_id, number)
        if dataset_id not in ready or ready[dataset_id].version != number:
            model = as_of_version(model, dataset_id, found.columns or [])
        physical = physical_table(session.workspace_id, found.relation, found.columns or [])
        instants = instants_of(found.columns or [])
        ready[dataset_id] = ReadyTable(
            dataset_id, number, found.table_path or "", physical=physical, instants=instants
        )
    cost = await query_limits.limits(session)
    if not latest.policies and not latest.hidden_fields:
        return DataSnapshot(session.workspace_id, model, ready, revision, live, cost=cost)
    if model is not latest:  # what binds is what holds today, also for questions about before
        access = {"policies": latest.policies, "hidden_fields": latest.hidden_fields}
        model = model.model_copy(update=access)
    seen = reach(model, await viewer_of(session))
    if seen.key is not None and revision is None:
        revision = latest.revision
    return DataSnapshot(
        session.workspace_id, seen.model, ready, revision, live, seen.limits, seen.unlisted, seen.key, cost
    )


def _require_now(table: LiveTable, number: int) -> None:
    """Of a live table there is no state of before: at most its columns are still those of then."""
    if table.structure != number:
        raise VersionExpired(
            f"The rows lie in {table.connection.name} and are not kept. Leave the version out to read them "
            "as they are now."
        )


def versions_read(data: DataSnapshot, query: SemanticQuery) -> dict[str, int]:
    """The version of each dataset that the query reads, by dataset id. Raises InvalidQuery, or
    DatasetNotReady."""
    return _sources(data, _compile(data, query)).versions


def state_read(
    data: DataSnapshot, query: SemanticQuery
) -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    """(the version of each dataset that the query reads, by its id; when the connected databases among them
    are to be asked anew): what is kept of a query goes with these. Raises as `versions_read`."""
    sources = _sources(data, _compile(data, query))
    return sources.versions, sources.moments


def _compile(data: DataSnapshot, query: SemanticQuery) -> Compiled:
    compiled = compile_query(query, data.model)
    return within_limits(compiled, data.limits, data.model.calendar.time_zone)


async def run_query(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, *, as_of: datetime | None = None
) -> ExecutedQuery:
    """The result of the query; `as_of` tells which periods are over, where only whole ones are wanted.

    Raises InvalidQuery with every problem found, DatasetNotReady, QueryTooLarge, QueryTimeout,
    QueryOutOfMemory, QueryFailed or EngineUnavailable.
    """
    with span(SpanKind.TOOL, "query", {SpanAttributes.TOOL_NAME: "query"}) as current:
        executed = await _run(runtime, data, query, as_of)
        current.set_attribute("answerable.query.rows", executed.result.row_count)
        current.set_attribute("answerable.query.cached", executed.cached)
        record_content(current, given=query.model_dump(mode="json", exclude_none=True), gave=executed.sql)
        return executed


async def _run(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, as_of: datetime | None
) -> ExecutedQuery:
    prepared = await _prepare(runtime, data, query, as_of)
    cache = runtime.get(ResultCache)
    key = CacheKey(
        workspace_id=data.workspace_id,
        query_hash=prepared.meant.canonical_hash,
        model_revision=prepared.model.revision,
        data_versions=(*sorted(prepared.data_versions.items()), *prepared.moments),
        reach=data.reach,
    )
    known = cache.get(key)
    if known is not None:
        return _executed(prepared, _timed(known, prepared), cached=True)

    async def compute() -> QueryResult:
        result = await _computed(runtime, prepared)
        cache.put(key, result)
        return result

    # Under other limits it may end otherwise, so that it is another's work.
    result = await runtime.get(QueriesInFlight).join((key, prepared.cost), compute)
    return _executed(prepared, _timed(result, prepared))


async def _computed(runtime: Runtime, prepared: _Prepared) -> QueryResult:
    rows = await prepared.statement.run(runtime, prepared.compiled, prepared.cost)
    limit = runtime.settings.query.max_rows
    return QueryResult(
        columns=list(prepared.compiled.columns),
        rows=rows.rows,
        row_count=len(rows.rows),
        truncated=rows.truncated or len(rows.rows) > limit,
        sql=prepared.statement.shown,
        estimate=rows.estimate,
    )


async def estimate_query(runtime: Runtime, data: DataSnapshot, query: SemanticQuery) -> ExecutedQuery:
    """The same up to the run: the statement, its columns and what it would read, without rows."""
    prepared = await _prepare(runtime, data, query, None)
    expected = await prepared.statement.estimate(runtime, prepared.cost)
    result = QueryResult(
        columns=list(prepared.compiled.columns),
        rows=[],
        row_count=0,
        sql=prepared.statement.shown,
        estimate=expected,
    )
    words = describe(query, prepared.model)
    return ExecutedQuery(
        query=query,
        result=_timed(result, prepared),
        sql=result.sql,
        words=words,
        sentence="",
        chart=None,
        model_revision=prepared.model_revision,
        data_versions=prepared.data_versions,
        notes=prepared.notes,
        sight=prepared.sight,
    )


async def _prepare(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, as_of: datetime | None
) -> _Prepared:
    started = time.perf_counter()
    model = data.model
    meant = ended(query, Now.at(as_of or runtime.clock.now(), model.calendar))
    compiled = _compile(data, meant)
    sources = _sources(data, compiled)
    statement = await _statement(runtime, data, compiled, sources)
    if isinstance(statement, LiveStatement):
        notes: tuple[Note, ...] = (
            LiveNoted(code="read_live", connection=statement.connection.name),
            *(_zero_dates_noted(model, *place) for place in statement.zero_dates),
        )
    else:
        notes = _open_notes(query, model, {table.dataset_id: table for table in sources.files.values()})
    if narrowed := [d.label for d in model.datasets if d.name in sources.read & data.limits.keys()]:
        notes = (*notes, NarrowedNoted(code="rows_narrowed", datasets=tuple(narrowed)))
    return _Prepared(
        query=query,
        meant=meant,
        model=model,
        model_revision=data.revision,
        compiled=compiled,
        statement=statement,
        moments=sources.moments,
        data_versions=sources.versions,
        notes=notes,
        sight=sight_of(data.limits, sources.read),
        cost=data.cost,
        started=started,
    )


def _zero_dates_noted(model: SemanticModel, dataset: str, field: str) -> Note:
    owner = model.dataset(dataset)
    found = owner.field(field) if owner is not None else None
    label = found.label if found is not None else field
    return ZeroDatesNoted(
        code="zero_dates_unknown", dataset=owner.label if owner is not None else dataset, field=label
    )


async def _statement(
    runtime: Runtime, data: DataSnapshot, compiled: Compiled, sources: _Sources
) -> Statement:
    limit, zone = runtime.settings.query.max_rows, data.model.calendar.time_zone
    if sources.live:
        return live_statement(compiled, sources.live, time_zone=zone, max_rows=limit)
    if sources.warehouse:
        return await warehouse_statement(
            runtime, data.workspace_id, compiled, sources.warehouse, time_zone=zone
        )
    files = DatasetFiles(runtime, data.workspace_id)
    paths = {name: files.table(table.table_path) for name, table in sources.files.items()}
    instants = {name: table.instants for name, table in sources.files.items() if table.instants}
    return file_statement(
        data.workspace_id, compiled, paths, instants=instants, time_zone=zone, max_rows=limit
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where the rows lie that a statement reads, by the names of its datasets: all in versions of ours, or
    all in one connected database."""

    files: dict[str, ReadyTable]
    live: dict[str, LiveTable]

    @property
    def warehouse(self) -> dict[str, PhysicalTable]:
        """The tables of the warehouse, where all that is read has one; else none, and the Parquet files,
        which every version has, are read together."""
        found = {name: table.physical for name, table in self.files.items()}
        return {n: t for n, t in found.items() if t is not None} if None not in found.values() else {}

    @property
    def versions(self) -> dict[str, int]:
        """The version of each dataset, by its id."""
        found = {table.dataset_id: table.version for table in self.files.values()}
        return found | {table.dataset_id: table.structure for table in self.live.values()}

    @property
    def read(self) -> set[str]:
        """The datasets that are read, by name."""
        return {*self.files, *self.live}

    @property
    def moments(self) -> tuple[tuple[str, int], ...]:
        """When each connected database is to be asked anew."""
        return tuple(sorted({(t.connection.id, t.connection.moment) for t in self.live.values()}))


def _sources(data: DataSnapshot, compiled: Compiled) -> _Sources:
    """Raises DatasetNotReady, and InvalidQuery where no single engine has all the rows."""
    ids = {d.name: d.id for d in data.model.datasets if d.name in compiled.datasets}
    files = {name: data.ready[id_] for name, id_ in ids.items() if id_ in data.ready}
    live = {name: data.live[id_] for name, id_ in ids.items() if id_ in data.live}
    missing = [name for name in ids if name not in files and name not in live]
    if missing:
        raise DatasetNotReady(f"{', '.join(missing)} has no data yet. Ask again when it is ready.")
    if files and live:
        raise apart(
            f"{', '.join(sorted(live))} lies in a connected database and {', '.join(sorted(files))} not"
        )
    if live:
        one_connection(live)
    return _Sources(files, live)


def _open_notes(query: SemanticQuery, model: SemanticModel, ready: dict[str, ReadyTable]) -> tuple[Note, ...]:
    """What nobody has decided about the columns that a query reads."""
    names = {dataset.id: dataset.name for dataset in model.datasets}
    asked = {(names[table.dataset_id], q.column): q for table in ready.values() for q in table.open_questions}
    if not asked:
        return ()
    read = read_fields(expanded(query, model), model)
    return tuple(
        OpenNoted(code="open_question", dataset=dataset, sentence=q.sentence, finding=q.arguments)
        for (dataset, column), q in asked.items()
        if (dataset, column) in read
    )


def _timed(result: QueryResult, prepared: _Prepared) -> QueryResult:
    milliseconds = round((time.perf_counter() - prepared.started) * 1_000, 2)
    return result.model_copy(update={"latency_ms": milliseconds})


def _executed(prepared: _Prepared, result: QueryResult, *, cached: bool = False) -> ExecutedQuery:
    # Words are made anew even for a cached result: equal queries may name their periods differently.
    return ExecutedQuery(
        query=prepared.query,
        result=result,
        sql=result.sql,
        words=describe(prepared.query, prepared.model),
        sentence=state_result(prepared.query, prepared.model, result),
        chart=choose_chart(prepared.query, prepared.model, result),
        model_revision=prepared.model_revision,
        data_versions=prepared.data_versions,
        notes=prepared.notes,
        cached=cached,
        sight=prepared.sight,
    )
