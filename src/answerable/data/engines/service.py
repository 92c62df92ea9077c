"""Run a semantic query: compile, check, estimate, compute, and put the result into words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from answerable.data.datasets.storage import DatasetFiles
from answerable.data.engines.cache import CacheKey, QueriesInFlight, ResultCache
from answerable.data.engines.charts.choosing import choose_chart
from answerable.data.engines.charts.frame import JsonObject
from answerable.data.engines.compiler import Compiled, compile_query, within_limits
from answerable.data.engines.noted import notes_of
from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.data.engines.sight import sight_of
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.engines.sources import Sources, sources_of
from answerable.data.engines.statements import (
    Statement,
    file_statement,
    live_statement,
    warehouse_statement,
)
from answerable.data.questions.notes import Note
from answerable.data.questions.sentence import state_result
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.unfinished import ended
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import QueryResult
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


def versions_read(data: DataSnapshot, query: SemanticQuery) -> dict[str, int]:
    """The version of each dataset that the query reads, by dataset id. Raises InvalidQuery, or
    DatasetNotReady."""
    return sources_of(data, _compile(data, query)).versions


def state_read(
    data: DataSnapshot, query: SemanticQuery
) -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    """(the version of each dataset that the query reads, by its id; when the connected databases among them
    are to be asked anew): what is kept of a query goes with these. Raises as `versions_read`."""
    sources = sources_of(data, _compile(data, query))
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
    sources = sources_of(data, compiled)
    statement = await _statement(runtime, data, compiled, sources)
    return _Prepared(
        query=query,
        meant=meant,
        model=model,
        model_revision=data.revision,
        compiled=compiled,
        statement=statement,
        moments=sources.moments,
        data_versions=sources.versions,
        notes=notes_of(query, data, statement, sources),
        sight=sight_of(data.limits, sources.read),
        cost=data.cost,
        started=started,
    )


async def _statement(runtime: Runtime, data: DataSnapshot, compiled: Compiled, sources: Sources) -> Statement:
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
