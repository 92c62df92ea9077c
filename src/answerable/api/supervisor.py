"""The supervisor: PostgreSQL, migrations, web and worker processes, from start to clean stop.

Children are forked from a process that has imported everything and holds no threads, so they
start at once and share its memory. One that dies is started again, later each time it fails fast.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess, SpawnProcess
from multiprocessing.process import BaseProcess
from types import FrameType

import structlog

from answerable.api.processes import listen, make_ready, run_web, run_worker
from answerable.kit.db.revision import is_current
from answerable.kit.parent import end_with_parent
from answerable.kit.postgres import Cluster, app_url_for
from answerable.kit.settings import Settings
from answerable.knowledge.stores.chroma_folder import folder_command, serve_folder
from answerable.plugins.vector_stores import VectorStoreAway
from answerable.telemetry import metrics
from answerable.telemetry.logs import configure_logs

log = structlog.get_logger("answerable.supervisor")

_STOP_SECONDS = 20.0
_FAST_DEATH_SECONDS = 10.0
_LONGEST_PAUSE = 30.0


class MigrationFailed(RuntimeError):
    """The database could not be brought up to date; the text has the last line of the reason."""


@dataclass
class _Child:
    name: str
    start: Callable[[], BaseProcess]
    process: BaseProcess | None = None
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0


@dataclass
class Supervisor:
    """Owns the children of one `answerable serve`."""

    settings: Settings
    on_ready: Callable[[], None] | None = None
    _children: list[_Child] = field(default_factory=list)
    _stopping: bool = False
    _cluster: Cluster | None = None
    _listener: socket.socket | None = None

    def run(self) -> int:
        """Start everything, keep it alive, stop it on SIGTERM or SIGINT. Returns the exit status."""
        configure_logs(self.settings.log.level, self.settings.log.format)
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        try:
            self._start()
            while not self._stopping:
                self._revive()
                self._wait(read_end)
        finally:
            self._stop()
        return 0

    def _start(self) -> None:
        settings = self.settings
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.web_processes:
            self._listener = listen(settings.http.host, settings.http.port)
        admin_url = self._bring_up_database()
        app_url = app_database_url(settings, admin_url)
        if not is_current(app_url):
            _migrate(admin_url)
        make_ready()
        for number in range(settings.web_processes):
            self._children.append(_Child(f"web-{number}", self._forker(run_web, app_url, self._listener)))
        for number in range(settings.worker_processes):
            self._children.append(_Child(f"worker-{number}", self._forker(run_worker, app_url)))
        self._add_vector_store()
        for child in self._children:
            self._launch(child)
        if self.on_ready is not None:
            self.on_ready()

    def _add_vector_store(self) -> None:
        """A server over the folder that the settings name; without it vectors are not searched, words are."""
        try:
            command = folder_command(self.settings.search)
        except VectorStoreAway as away:
            log.warning("vector_store_not_started", detail=away.detail)
            return
        if command is not None:
            self._children.insert(0, _Child("vector-store", lambda: _started(serve_folder, command)))

    def _bring_up_database(self) -> str:
        if self.settings.database_url is not None:
            return self.settings.database_url.get_secret_value()
        self._cluster = Cluster(
            self.settings.data_dir, shared_buffers_mb=self.settings.database.shared_buffers_mb
        )
        self._cluster.start()
        log.info("postgresql.ready", pid=self._cluster.pid)
        return self._cluster.admin_url

    def _forker(self, body: Callable[..., None], *arguments: object) -> Callable[[], BaseProcess]:
        return lambda: _started(body, self.settings, *arguments)

    def _launch(self, child: _Child) -> None:
        child.process = child.start()
        child.process.start()
        child.started_at = time.monotonic()
        log.info("process.started", name=child.name, pid=child.process.pid)

    def _revive(self) -> None:
        now = time.monotonic()
        if self._cluster is not None and not self._cluster.is_alive():
            log.error("postgresql.died")
            self._cluster.start()
        for child in self._children:
            if child.process is not None and child.process.exitcode is not None:
                self._note_death(child, now)
            if child.process is None and now >= child.restart_at:
                self._launch(child)

    def _note_death(self, child: _Child, now: float) -> None:
        assert child.process is not None
        fast = now - child.started_at < _FAST_DEATH_SECONDS
        child.failures = child.failures + 1 if fast else 0
        pause = min(_LONGEST_PAUSE, 0.5 * 2 ** (child.failures - 1)) if child.failures > 1 else 0.0
        child.restart_at = now + pause
        log.error("process.died", name=child.name, exit=child.process.exitcode, restart_in=pause)
        if child.process.pid is not None:
            metrics.forget_process(child.process.pid)
        child.process.close()
        child.process = None

    def _wait(self, wakeup: int) -> None:
        sentinels = [child.process.sentinel for child in self._children if child.process is not None]
        for ready in wait([wakeup, *sentinels], timeout=1.0):
            if ready == wakeup:
                os.read(wakeup, 4096)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping = True

    def _stop(self) -> None:
        for child in self._children:
            if child.process is not None and child.process.is_alive():
                child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            if child.process is not None:
                child.process.join(max(0.0, deadline - time.monotonic()))
                if child.process.is_alive():
                    log.error("process.killed", name=child.name)
                    child.process.kill()
                    child.process.join()
        if self._listener is not None:
            self._listener.close()
        if self._cluster is not None:
            self._cluster.stop()
        metrics.remove_files()
        log.info("stopped")


def _migrate(admin_url: str) -> None:
    """Run the migrations in a process of their own, whose machinery the children would carry along."""
    environment = {**os.environ, "ANSWERABLE_DATABASE_URL": admin_url}
    command = [sys.executable, "-m", "answerable.kit.db.migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise MigrationFailed(f"the migrations failed: {last[0]}")


def _started(body: Callable[..., None], *arguments: object) -> BaseProcess:
    # macOS' system libraries do not survive a fork; there children start anew.
    if sys.platform == "linux":
        return ForkProcess(target=_child, args=(body, *arguments))
    return SpawnProcess(target=_child, args=(body, *arguments))


def _child(body: Callable[..., None], *arguments: object) -> None:
    """In the forked child: its own signals, and an end when the supervisor dies."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the supervisor's to pass on
    end_with_parent()
    body(*arguments)


def app_database_url(settings: Settings, admin_url: str) -> str:
    """The URL of the role that serves requests: as set, or derived from the administrator's."""
    if settings.app_database_url is not None:
        return settings.app_database_url.get_secret_value()
    return app_url_for(admin_url)
