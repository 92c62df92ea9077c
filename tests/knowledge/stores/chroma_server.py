"""A Chroma server of a test's own: the real program over a folder, which can be stopped and started again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.factories.servers import free_port
from tests.factories.waiting import wait_until

PROGRAM = Path(sys.prefix) / "chroma-server" / "bin" / "chroma"


def program() -> Path:
    """The server's program; the test is left out where it is not installed."""
    if not PROGRAM.exists():
        pytest.skip("the Chroma server is not installed: 'make test' does so")
    return PROGRAM


@dataclass
class ChromaServer:
    """`chroma run` over a folder, always on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        place = ["--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen([str(program()), "run", *place], stdout=quiet, stderr=quiet)
        wait_until(self._answers, seconds=60)

    def stop(self) -> None:
        """End it; what it has stays in the folder."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def collections(self) -> list[str]:
        """The names of what it has."""
        base = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database"
        return [found["name"] for found in httpx.get(f"{base}/collections", timeout=10).json()]

    def drop(self, name: str) -> None:
        """Lose a collection, behind the system's back."""
        base = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database"
        httpx.delete(f"{base}/collections/{name}", timeout=10).raise_for_status()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=10, verify=False).status_code == 200
        except httpx.HTTPError:
            return False
