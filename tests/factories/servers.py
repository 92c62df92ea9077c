"""A whole server as a user starts it: `answerable serve` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from answerable.kit.postgres import Cluster
from tests.factories.waiting import wait_until

ROOT = Path(__file__).parents[2]
_LOWEST_PORT, _PORTS = 10_000, 20_000
_dice = random.SystemRandom()  # no test's seed decides


def free_port() -> int:
    """A loopback port that nobody listens on, below those that the system gives to connections that go out:
    one of these could have it before the server that it is meant for."""
    while True:
        port = _LOWEST_PORT + _dice.randrange(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass
class Server:
    """One `answerable serve` on a data folder. `environment` adds to the settings."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment that the server and its commands run in."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "ANSWERABLE_DATA_DIR": str(self.data_dir),
            "ANSWERABLE_HTTP__PORT": str(self.port),
            "ANSWERABLE_LOG__LEVEL": "warning",
            "ANSWERABLE_AUTH__HASH_MEMORY_KIB": "1024",
            "ANSWERABLE_AUTH__HASH_TIME_COST": "1",
            "ANSWERABLE_JOBS__POLLING_SECONDS": "0.2",
            "ANSWERABLE_JOBS__HEARTBEAT_SECONDS": "0.3",
            "ANSWERABLE_JOBS__STALL_SECONDS": "2",
            "ANSWERABLE_JOBS__BACKOFF_SECONDS": "0.1",
            **self.environment,
        }

    def start(self) -> None:
        """Start it and wait until it is ready. One that never is does not go on behind the tests."""
        self.launch()
        try:
            wait_until(self.ready, seconds=120)
        except BaseException:
            self.remove()
            raise

    def launch(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "answerable.cli.main", "serve"]
        with (self.data_dir.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.variables, stdout=log, stderr=log)

    def ready(self) -> bool:
        """Whether it answers that it can work. No certificates are read: a start is asked very often."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=10, verify=False).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def children(self) -> list[psutil.Process]:
        """Web and worker processes: the supervisor's children that run Python."""
        assert self.process is not None
        return [child for child in psutil.Process(self.process.pid).children() if _runs_python(child)]

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def kill_everything(self) -> None:
        """SIGKILL for every process, PostgreSQL's included."""
        assert self.process is not None
        victims = self.processes()
        for victim in victims:
            victim.kill()
        psutil.wait_procs(victims, timeout=60)
        self.process.wait(60)

    def remove(self) -> None:
        """Stop it and remove what it kept outside of its data folder."""
        if self.process is not None:
            self.stop()
        shutil.rmtree(Cluster(self.data_dir).folder, ignore_errors=True)


def _runs_python(process: psutil.Process) -> bool:
    try:
        return "python" in process.name()
    except psutil.NoSuchProcess:  # it has ended since it was listed
        return False
