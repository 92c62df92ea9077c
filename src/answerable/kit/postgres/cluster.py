"""The embedded PostgreSQL: made, started, adopted and stopped by the supervisor.

It listens on a Unix socket in a folder of its own (mode 0700) and asks for passwords. A server
that survived its supervisor is adopted; one that was killed recovers by PostgreSQL's own means.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from answerable.kit.parent import end_with_parent
from answerable.kit.postgres import binaries, memory

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_PORT = 5432  # only names the socket file
_MARK = "postgresql.mark"

# Small enough to idle in little memory. `shared_buffers` is set at each start, by the machine's memory.
_CONFIGURATION = {
    "listen_addresses": "",
    "max_connections": "200",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "min_wal_size": "80MB",
    "wal_compression": "pglz",
    "io_method": "sync",  # no idle I/O workers
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "20s",
    "random_page_cost": "1.1",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_min_messages": "warning",
    # Statements may carry people's data; errors are logged without them.
    "log_min_error_statement": "panic",
    "shared_preload_libraries": "",
}


class ClusterError(RuntimeError):
    """The embedded PostgreSQL cannot be made or started; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Running:
    pid: int
    ready: bool


class Cluster:
    """One PostgreSQL data folder and the server on it."""

    def __init__(self, data_dir: Path, *, port: int = _PORT, shared_buffers_mb: int | None = None) -> None:
        """The one that belongs to a data folder. Without `shared_buffers_mb` its part of the machine's memory
        is used."""
        self._user = binaries.system_user()
        self._data_dir = data_dir.resolve()
        self._locate()
        self._port = port
        self._buffers_mb = shared_buffers_mb or memory.shared_buffers_mb(memory.memory_bytes())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def admin_url(self) -> str:
        """libpq URL of the administrator's role; it holds the password."""
        password = (self.folder / "admin.password").read_text().strip()
        host = quote(str(self._socket), safe="")
        return f"postgresql://postgres:{quote(password, safe='')}@/answerable?host={host}&port={self._port}"

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None."""
        running = self._running()
        return running.pid if running else None

    def start(self) -> None:
        """Bring the server up: initialise the folder on first use, adopt a running server, else start
        one. Returns when it takes connections. Raises ClusterError."""
        self._bin = binaries.bin_folder()
        if binaries.runs_as_root():
            _keep_mark(self._data_dir)
            self._locate()
        self._make_folders()
        if not (self._pgdata / "PG_VERSION").exists():
            self._initialise()
        deadline = time.monotonic() + _START_SECONDS
        while not self._try_start(deadline):
            if time.monotonic() > deadline:
                raise ClusterError(f"PostgreSQL does not start. Its last words:\n{self._last_words()}")
            # Backends of a killed server may still hold its shared memory for a moment.
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop the server fast and cleanly: running transactions roll back, nothing is lost."""
        running = self._running()
        if running is not None:
            os.kill(running.pid, signal.SIGINT)
        if self._process is not None:
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
            self._process = None
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while self._running() is not None and time.monotonic() < deadline:
            time.sleep(0.02)

    def is_alive(self) -> bool:
        """Whether the server runs."""
        return self._running() is not None

    def _locate(self) -> None:
        self.folder = _cluster_folder(self._data_dir)
        self._pgdata = self.folder / "data"
        self._log = self.folder / "postgresql.log"
        self._socket = _socket_folder(self.folder)

    def _make_folders(self) -> None:
        for folder in {self.folder, self._socket}:
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _initialise(self) -> None:
        password_file = self.folder / "admin.password"
        if not password_file.exists():
            self._write_private(password_file, secrets.token_urlsafe(32))
        command = [
            str(self._bin / "initdb"),
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *(f"--set={name}={value}" for name, value in _CONFIGURATION.items()),
            f"--pgdata={self._pgdata}",
        ]
        done = subprocess.run(
            command, capture_output=True, check=False, cwd=self.folder, user=self._uid, group=self._gid
        )
        if done.returncode != 0:
            raise ClusterError(
                f"PostgreSQL's folder {self._pgdata} cannot be made: {done.stderr.decode(errors='replace')}"
            )

    def _try_start(self, deadline: float) -> bool:
        running = self._running()
        if running is None:
            self._wait_for_last(deadline)
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        str(self._bin / "postgres"), "-D", str(self._pgdata),
                        "-k", str(self._socket), "-p", str(self._port), "-h", "",
                        "-c", f"shared_buffers={self._buffers_mb}MB",
                    ],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                    start_new_session=True,  # a Ctrl-C in the terminal is the supervisor's to handle
                    preexec_fn=_stop_with_parent,  # noqa: PLW1509 (no threads run before the fork)
                    user=self._uid, group=self._gid, extra_groups=None if self._uid is None else [],
                )  # fmt: skip
        while time.monotonic() < deadline:
            running = self._running()
            if running is not None and running.ready:
                return True
            if self._process is None and running is None:
                return False
            time.sleep(0.01)
        return False

    def _wait_for_last(self, deadline: float) -> None:
        """Until the server that was started before has gone: it takes its pid file away a moment earlier,
        and one that nobody waits for stays in the process table."""
        if self._process is not None:
            try:
                self._process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise ClusterError(f"PostgreSQL (process {self._process.pid}) does not end.") from error
            self._process = None

    def _running(self) -> _Running | None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None  # reaped: a dead child would still count as a process
        try:
            lines = (self._pgdata / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            os.kill(pid, 0)
        except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
            return None
        if not _is_postgres(pid):
            return None
        return _Running(pid, ready=len(lines) >= 8 and lines[7].strip() == "ready")

    def _write_private(self, path: Path, content: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(content)
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    @property
    def _uid(self) -> int | None:
        return None if self._user is None else self._user.pw_uid

    @property
    def _gid(self) -> int | None:
        return None if self._user is None else self._user.pw_gid

    def _last_words(self) -> str:
        try:
            return self._log.read_text(errors="replace")[-2000:]
        except OSError as error:
            return str(error)


def _cluster_folder(data_dir: Path) -> Path:
    """Below the data folder; for root a folder of its own in /var/lib, whose parents are open already,
    because PostgreSQL then runs as another user who could not reach a closed home."""
    if not binaries.runs_as_root():
        return data_dir / "postgresql"
    mark = data_dir / _MARK
    salt = mark.read_text().strip() if mark.exists() else ""
    name = hashlib.sha256(f"{data_dir}{salt}".encode()).hexdigest()[:12]
    return binaries.SHARED_FOLDER / f"cluster-{name}"


def _keep_mark(data_dir: Path) -> None:
    """Mark the data folder, so that one made anew at the same path gets a database of its own and not
    that of the folder which was deleted. A folder from before there were marks keeps its database."""
    mark = data_dir / _MARK
    if mark.exists():
        return
    in_use = any((data_dir / name).exists() for name in ("secret.key", "files"))
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=".mark-") as scratch:
        scratch.write("" if in_use else secrets.token_hex(8))
        scratch.flush()
        with contextlib.suppress(FileExistsError):  # another process that starts now was first
            os.link(scratch.name, mark)


def _socket_folder(cluster: Path) -> Path:
    """The cluster's own folder, or a short one: a socket's path has at most 107 bytes."""
    if len(str(cluster / f".s.PGSQL.{_PORT}")) <= 100:
        return cluster
    name = hashlib.sha256(str(cluster).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"answerable-{os.geteuid()}-{name}"


def _is_postgres(pid: int) -> bool:
    """Whether the process is a PostgreSQL server and not another that got its number."""
    try:
        name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
    except FileNotFoundError:
        return not Path("/proc/self").exists()  # no /proc on this system: believe the pid file
    return name == "postgres" and not state.startswith("Z")


def _stop_with_parent() -> None:
    """In the child: a fast shutdown when the supervisor dies."""
    end_with_parent(signal.SIGINT)
