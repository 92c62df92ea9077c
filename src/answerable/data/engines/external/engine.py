"""External databases as the rest sees them: statements in, typed rows out, a bounded pool of processes."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerable.data.engines.duckdb.engine import LIMIT_CODES, typed_failure
from answerable.data.engines.errors import EngineUnavailable
from answerable.data.engines.external.catalogue import Catalogue, ServerFacts
from answerable.data.engines.external.decode import decode_by_columns
from answerable.data.engines.external.errors import ConnectionFailed
from answerable.data.engines.external.place import Place
from answerable.data.engines.query_limits.bounds import NO_LIMITS, QueryLimits
from answerable.data.engines.queue import FairQueue
from answerable.data.ingestion.outcome import TableProfile
from answerable.data.semantics.result import Cell, Column, Estimate
from answerable.kit.errors import AnswerableError
from answerable.kit.sandbox import JsonObject, Limits, SandboxError, Worker
from answerable.kit.settings import ConnectionSettings, QuerySettings

TARGET = "answerable.data.engines.external.child:run"
_GRACE_SECONDS = 6.0  # after the database was told to stop, before the kill
_START_SECONDS = 20.0
_FILE_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class ExternalRows:
    """What a statement gave. `truncated`: a limit on rows or bytes cut it."""

    rows: list[list[Cell]]
    truncated: bool
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks which database: `owner` is the workspace that waits for its turn."""

    owner: str
    place: Place

    @property
    def key(self) -> str:
        """Tells processes apart: one serves one place for one workspace."""
        text = f"{self.owner} {self.place.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()


class _Running:
    """A process, and what the server calls the session that runs in it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.backend: int | None = None
        self.idle: asyncio.TimerHandle | None = None

    def note(self, progress: JsonObject) -> None:
        """Remember the session, so that it can be stopped from outside."""
        self.backend = progress.get("backend")


class ExternalEngine:
    """Runs statements in warm child processes, each with one connection to one database."""

    def __init__(self, settings: ConnectionSettings, query: QuerySettings) -> None:
        self._settings = settings
        self._query = query
        self._queue = FairQueue(settings.processes, settings.max_waiting)
        self._of_place: dict[str, FairQueue] = {}
        self._cancelling = asyncio.Semaphore(settings.at_once)
        self._free: OrderedDict[_Running, str] = OrderedDict()
        self._all: set[_Running] = set()
        self._cleaning: set[asyncio.Task[None]] = set()

    async def facts(self, reader: Reader) -> ServerFacts:
        """What a test of the connection finds. Raises ConnectionFailed with the remedy."""
        return ServerFacts.model_validate(await self._call(reader, {"action": "check"}, 30))

    async def catalogue(self, reader: Reader) -> Catalogue:
        """The tables that may be read. Raises ConnectionFailed."""
        return Catalogue.model_validate(await self._call(reader, {"action": "catalogue"}, 120))

    async def profile(self, reader: Reader, sql: str, columns: Sequence[dict[str, str]]) -> TableProfile:
        """What the rows of a statement look like. Raises ConnectionFailed."""
        request = {
            "action": "profile",
            "sql": sql,
            "columns": list(columns),
            "max_rows": self._settings.sample_rows,
            "max_bytes": self._query.max_result_bytes,
        }
        return TableProfile.model_validate(await self._call(reader, request, 60))

    async def estimate(self, reader: Reader, sql: str, *, limits: QueryLimits = NO_LIMITS) -> Estimate:
        """What the statement would read; it is not run. Raises as `run` does."""
        request = self._statement(sql, limits, explain_only=True)
        answer = await self._call(reader, request, limits.seconds(self._query), limits)
        return Estimate.model_validate(answer["estimate"])

    async def run(
        self,
        reader: Reader,
        sql: str,
        columns: Sequence[Column],
        *,
        scale: int | None = None,
        limits: QueryLimits = NO_LIMITS,
    ) -> ExternalRows:
        """The statement's rows, in the types of the columns, within the `limits` of whoever reads and the
        server's.

        Raises QueryTooLarge, QueryTimeout, QueryOutOfMemory, ConnectionFailed or EngineUnavailable.
        """
        labels = [column.label for column in columns]
        request = {**self._statement(sql, limits, explain_only=False), "labels": labels}
        answer = await self._call(reader, request, limits.seconds(self._query), limits)
        return ExternalRows(
            rows=decode_by_columns(answer["rows"], columns, scale=scale),
            truncated=answer["truncated"],
            estimate=Estimate.model_validate(answer["estimate"]),
        )

    async def close(self) -> None:
        """End every process at once."""
        for running in self._all:
            if running.idle is not None:
                running.idle.cancel()
        await asyncio.gather(*(running.worker.close() for running in self._all), *self._cleaning)

    @property
    def sample_rows(self) -> int:
        """How many rows a profile is made from."""
        return self._settings.sample_rows

    @property
    def running(self) -> int:
        """How many processes are alive."""
        return sum(running.worker.running for running in self._all)

    def _statement(self, sql: str, limits: QueryLimits, *, explain_only: bool) -> JsonObject:
        query = self._query
        return {
            "action": "query",
            "sql": sql,
            "explain_only": explain_only,
            "scan_limits": limits.scans(query),
            "max_rows": query.max_rows,
            "max_bytes": query.max_result_bytes,
        }

    async def _call(
        self, reader: Reader, request: JsonObject, seconds: float, limits: QueryLimits = NO_LIMITS
    ) -> JsonObject:
        payload = {
            **request,
            "place": reader.place.payload(),
            "seconds": seconds,
            "memory_bytes": self._settings.memory_bytes // 2,
        }
        async with self._turn(reader), self._process(reader) as running:
            start = 0.0 if running.worker.running else _START_SECONDS
            try:
                return await running.worker.call(
                    payload, deadline=seconds + _GRACE_SECONDS + start, on_progress=running.note
                )
            except SandboxError as error:
                if error.kind != "refused":
                    self._stop_backend(reader, running)
                raise self._typed(error, reader.place, limits) from error
            except asyncio.CancelledError:
                self._stop_backend(reader, running)
                raise

    @asynccontextmanager
    async def _turn(self, reader: Reader) -> AsyncIterator[None]:
        """A place among the statements of one database, then one among all. Raises EngineUnavailable."""
        settings, key = self._settings, reader.key
        own = self._of_place.setdefault(key, FairQueue(settings.at_once, settings.max_waiting))
        try:
            async with (
                own.place(reader.owner, self._query.timeout_seconds),
                self._queue.place(reader.owner, self._query.timeout_seconds),
            ):
                yield
        finally:
            if own.unused and self._of_place.get(key) is own:
                del self._of_place[key]

    @asynccontextmanager
    async def _process(self, reader: Reader) -> AsyncIterator[_Running]:
        key = reader.key + _state_of(reader.place)
        running = next((found for found, known in self._free.items() if known == key), None)
        if running is not None:
            del self._free[running]
        else:
            running = await self._start(reader)
        if running.idle is not None:
            running.idle.cancel()
            running.idle = None
        running.backend = None
        try:
            yield running
        finally:
            self._free[running] = key
            loop = asyncio.get_running_loop()
            running.idle = loop.call_later(self._settings.idle_seconds, self._stop, running)

    async def _start(self, reader: Reader) -> _Running:
        while len(self._all) >= self._settings.processes and self._free:
            await self._end(next(iter(self._free)))
        place = reader.place
        read = _files_of(place) if place.is_file else []
        limits = Limits(
            memory_bytes=self._settings.memory_bytes,
            cpu_seconds=int(self._query.timeout_seconds * 4) + 120,
            wall_seconds=max(self._query.timeout_seconds, 120) + _GRACE_SECONDS + _START_SECONDS,
            file_bytes=_FILE_BYTES,
        )
        running = _Running(Worker(TARGET, limits=limits, read=read, network=not place.is_file))
        self._all.add(running)
        return running

    def _stop(self, running: _Running) -> None:
        if running in self._free:
            self._later(self._end(running))

    async def _end(self, running: _Running) -> None:
        self._free.pop(running, None)
        self._all.discard(running)
        if running.idle is not None:
            running.idle.cancel()
        await running.worker.close()

    def _stop_backend(self, reader: Reader, running: _Running) -> None:
        """Tell the server that nobody waits for what it computes: the process that asked is gone."""
        if running.backend is not None and not reader.place.is_file:
            self._later(self._cancel(reader, running.backend))

    async def _cancel(self, reader: Reader, backend: int) -> None:
        limits = Limits(
            memory_bytes=self._settings.memory_bytes, cpu_seconds=20, wall_seconds=30, file_bytes=_FILE_BYTES
        )
        payload: dict[str, Any] = {
            "action": "cancel",
            "place": reader.place.payload(),
            "backend": backend,
            "memory_bytes": self._settings.memory_bytes // 2,
        }
        async with self._cancelling:
            worker = Worker(TARGET, limits=limits, network=True)
            try:
                await worker.call(payload, deadline=30)
            except SandboxError:
                return  # the server ends it by itself, by its own limit of time
            finally:
                await worker.close()

    def _later(self, work: Any) -> None:  # Any: a coroutine of no interest to its caller
        task = asyncio.get_running_loop().create_task(work)
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)

    def _typed(self, error: SandboxError, place: Place, limits: QueryLimits) -> AnswerableError:
        if error.kind == "refused" and error.code not in LIMIT_CODES:
            return ConnectionFailed.of(error.code, error.detail)
        if error.kind == "crash" and place.is_file:
            return ConnectionFailed.of(
                "not_a_database",
                "The process that reads the file stopped at it: the file is damaged, or hostile.",
            )
        if error.kind == "crash":
            return EngineUnavailable("The process that reads the database stopped unexpectedly. Try again.")
        return typed_failure(error, limits, self._query)


def _files_of(place: Place) -> list[Path]:
    """The file, and what its own program keeps beside it."""
    path = Path(place.database)
    beside = [path.with_name(path.name + ending) for ending in (".wal", "-wal", "-shm", "-journal")]
    return [path, *(found for found in beside if found.is_file() and not found.is_symlink())]


def _state_of(place: Place) -> str:
    """Tells a file apart from one that has taken its place, and from itself while another program writes: a
    process reads the files that were there when it was started."""
    if not place.is_file:
        return ""
    try:
        found = Path(place.database).stat()
        return f" {found.st_dev} {found.st_ino} {[path.name for path in _files_of(place)]}"
    except OSError:
        return " gone"
