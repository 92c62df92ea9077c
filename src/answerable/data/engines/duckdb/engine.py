"""The engine as the rest sees it: statements in, typed rows out; a bounded pool of processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from answerable.data.engines.duckdb.transport import Cell, Kind, decode_rows
from answerable.data.engines.errors import (
    EngineUnavailable,
    QueryFailed,
    QueryOutOfMemory,
    QueryOverflow,
    QueryTimeout,
    StatementRefused,
)
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.data.engines.query_limits.scanning import TOO_LARGE, excess_of
from answerable.data.engines.queue import FairQueue
from answerable.data.semantics.result import Estimate
from answerable.kit.errors import AnswerableError
from answerable.kit.sandbox import JsonObject, Limits, SandboxError, Worker
from answerable.kit.settings import QuerySettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TARGET = "answerable.data.engines.duckdb.child:run"
_GRACE_SECONDS = 1.5  # after the interrupt, before the kill
_START_SECONDS = 15.0
_MEMORY_SHARE = 0.6  # of the process, for DuckDB's buffers; the rest is the interpreter and results

LIMIT_CODES = frozenset({TOO_LARGE, "timeout", "memory", "overflow"})
"""What every engine may refuse; the rest is of DuckDB's own statements."""
_REFUSALS: dict[str, type[AnswerableError]] = {
    "statement": StatementRefused,
    "memory": QueryOutOfMemory,
    "failed": QueryFailed,
    "overflow": QueryOverflow,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave. `truncated`: a limit on rows or bytes cut it."""

    names: list[str]
    kinds: list[Kind]
    rows: list[list[Cell]]
    truncated: bool
    estimate: Estimate


class DuckDBEngine:
    """Runs statements in warm child processes that see only the files below `root`.

    Processes start when needed and stop after `idle_seconds`. At most `engines` statements run at
    once; a bounded number wait.
    """

    def __init__(self, settings: QuerySettings, root: Path) -> None:
        self._settings = settings
        self._root = root
        self._free: list[Worker] = []
        self._all: list[Worker] = []
        self._queue = FairQueue(settings.engines, settings.max_waiting)
        self._idle: dict[Worker, asyncio.TimerHandle] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    async def estimate(
        self, sql: str, tables: Mapping[str, Path], *, owner: str = "", limits: QueryLimits = NO_LIMITS
    ) -> Estimate:
        """What the statement would read; it is not run. Raises as `run` does."""
        answer = await self._call(sql, tables, owner, limits, explain_only=True)
        return Estimate.model_validate(answer["estimate"])

    async def run(
        self, sql: str, tables: Mapping[str, Path], *, owner: str = "", limits: QueryLimits = NO_LIMITS
    ) -> Rows:
        """The statement's rows over the Parquet files of `tables` (name → path), in the turn of `owner`,
        within its `limits` and the server's.

        Raises StatementRefused, QueryTooLarge, QueryTimeout, QueryOutOfMemory, QueryFailed or
        EngineUnavailable.
        """
        answer = await self._call(sql, tables, owner, limits, explain_only=False)
        kinds = [Kind(kind) for kind in answer["kinds"]]
        return Rows(
            names=answer["names"],
            kinds=kinds,
            rows=decode_rows(answer["rows"], kinds),
            truncated=answer["truncated"],
            estimate=Estimate.model_validate(answer["estimate"]),
        )

    async def close(self) -> None:
        """End every process at once."""
        for handle in self._idle.values():
            handle.cancel()
        await asyncio.gather(*(worker.close() for worker in self._all), *self._stopping)

    @property
    def running(self) -> int:
        """How many processes are alive."""
        return sum(worker.running for worker in self._all)

    async def _call(
        self, sql: str, tables: Mapping[str, Path], owner: str, limits: QueryLimits, *, explain_only: bool
    ) -> JsonObject:
        settings = self._settings
        seconds = limits.seconds(settings)
        payload: JsonObject = {
            "sql": sql,
            "tables": {name: str(path.resolve()) for name, path in tables.items()},
            "explain_only": explain_only,
            "seconds": seconds,
            "memory_bytes": int(settings.memory_bytes * _MEMORY_SHARE),
            "threads": max(1, min(4, os.cpu_count() or 1)),
            "scan_limits": limits.scans(settings),
            "max_rows": settings.max_rows,
            "max_bytes": settings.max_result_bytes,
        }
        async with self._queue.place(owner, settings.timeout_seconds), self._worker() as worker:
            start = 0.0 if worker.running else _START_SECONDS
            deadline = seconds + _GRACE_SECONDS + start
            try:
                return await worker.call(payload, deadline=deadline)
            except SandboxError as error:
                raise typed_failure(error, limits, settings) from error

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Worker]:
        worker = self._free.pop() if self._free else self._new_worker()
        idle = self._idle.pop(worker, None)
        if idle is not None:
            idle.cancel()
        try:
            yield worker
        finally:
            self._free.append(worker)
            loop = asyncio.get_running_loop()
            self._idle[worker] = loop.call_later(self._settings.idle_seconds, self._stop, worker)

    def _new_worker(self) -> Worker:
        limits = Limits(
            memory_bytes=self._settings.memory_bytes,
            cpu_seconds=int(self._settings.timeout_seconds * 4) + 10,
            wall_seconds=self._settings.timeout_seconds + _GRACE_SECONDS + _START_SECONDS,
            file_bytes=0,
        )
        worker = Worker(TARGET, limits=limits, read=[self._root])
        self._all.append(worker)
        return worker

    def _stop(self, worker: Worker) -> None:
        self._idle.pop(worker, None)
        task = asyncio.get_running_loop().create_task(worker.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)


def typed_failure(error: SandboxError, limits: QueryLimits, settings: QuerySettings) -> AnswerableError:
    """The failure of an engine's process as callers are told of it, within whose limits it ran."""
    if error.kind == "refused" and error.code == TOO_LARGE:
        return limits.too_large(settings, *excess_of(error.detail))
    if error.kind == "timeout" or (error.kind == "refused" and error.code == "timeout"):
        return limits.too_slow(settings)
    if error.kind == "refused":
        return _REFUSALS[error.code](error.detail)
    if error.kind == "cpu":
        return QueryTimeout(
            "The query took too long and was stopped. Choose a shorter period or fewer groups."
        )
    if error.kind == "memory":
        return QueryOutOfMemory(
            "The query needs more memory than it may use. Choose a shorter period or fewer groups."
        )
    return EngineUnavailable("The query engine stopped unexpectedly. Try again.")
