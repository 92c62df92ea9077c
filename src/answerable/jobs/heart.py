"""The worker's heartbeat: a thread with a connection of its own, so that work on the event loop does
not silence it."""

from __future__ import annotations

import threading
import time

import psycopg
import structlog

# An event loop that has not turned for this many stall times is stuck, not busy.
_STUCK_AFTER_STALLS = 10

log = structlog.get_logger(__name__)


class Heart(threading.Thread):
    """Writes `procrastinate_workers.last_heartbeat` until it is stopped."""

    def __init__(self, database_url: str, worker_id: int, *, every: float, stall_seconds: float) -> None:
        super().__init__(name="worker heartbeat", daemon=True)
        self._url = database_url
        self._worker_id = worker_id
        self._every = every
        self._stall_seconds = stall_seconds
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._loop_turned = time.monotonic()
        self._steady_since: float | None = None

    @property
    def lost(self) -> bool:
        """Whether the others took the worker for dead and struck it off."""
        return self._lost.is_set()

    @property
    def steady(self) -> bool:
        """Whether the heart has beaten without a miss for a stall time. Only then is another worker's
        silence its own: after an outage of the database all of them were silent."""
        since = self._steady_since
        return since is not None and time.monotonic() - since >= self._stall_seconds

    def loop_turned(self) -> None:
        """The event loop is alive; called from it."""
        self._loop_turned = time.monotonic()

    def end(self) -> None:
        """Stop beating."""
        self._ended.set()

    def run(self) -> None:
        connection: psycopg.Connection[tuple[object, ...]] | None = None
        while not self._ended.is_set():
            try:
                connection = connection or self._connect()
                if time.monotonic() - self._loop_turned < _STUCK_AFTER_STALLS * self._stall_seconds:
                    self._beat(connection)
            except psycopg.Error as error:
                log.warning("heartbeat_missed", error=str(error))
                self._steady_since = None
                if connection is not None:
                    connection.close()
                connection = None
            self._ended.wait(self._every)
        if connection is not None:
            connection.close()

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        timeout_ms = max(1, round(self._stall_seconds * 1000))
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=max(2, round(self._stall_seconds)),
            prepare_threshold=None,
            application_name="answerable heartbeat",
            options=f"-c statement_timeout={timeout_ms}",
        )

    def _beat(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        cursor = connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = %s", [self._worker_id]
        )
        if cursor.rowcount == 0:
            self._lost.set()
        self._steady_since = self._steady_since or time.monotonic()
