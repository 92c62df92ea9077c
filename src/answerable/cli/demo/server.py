"""The server that the demo starts beside itself, and stops with itself."""

from __future__ import annotations

import subprocess
import sys
import time
from types import TracebackType
from typing import Self

import httpx

from answerable.cli.failure import CommandFailed
from answerable.kit.parent import end_with_parent
from answerable.kit.settings import Settings

_START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.1
_LAST_WORDS = 2000  # bytes of the log


class DemoServer:
    """`answerable serve` as a child process; leaving the context stops it cleanly."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.address = f"http://{settings.http.host}:{settings.http.port}"
        self.log = settings.data_dir / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        http = self._settings.http
        command = [sys.executable, "-m", "answerable.cli.main", "serve"]
        command += ["--data-dir", str(self._settings.data_dir), "--host", http.host, "--port", str(http.port)]
        self._settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal is the demo's to pass on
                preexec_fn=end_with_parent,  # noqa: PLW1509 - no threads run here
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait_until_ready(self) -> None:
        """Returns when the server can do its work. CommandFailed, with its last words, when it cannot."""
        deadline = time.monotonic() + _START_SECONDS
        with httpx.Client(trust_env=False, timeout=5) as http:
            while time.monotonic() < deadline:
                self._check_alive()
                try:
                    if http.get(f"{self.address}/health/ready").status_code == 200:
                        return
                except httpx.HTTPError:
                    pass  # not yet listening
                time.sleep(_POLL_SECONDS)
        raise CommandFailed(f"the server is not ready after {_START_SECONDS:.0f} s: see {self.log}.")

    def wait(self) -> None:
        """Returns never; CommandFailed when the server ends by itself, KeyboardInterrupt on Ctrl-C."""
        if self._process is not None:
            self._process.wait()
        self._check_alive()

    def _check_alive(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            words = self.log.read_bytes()[-_LAST_WORDS:].decode(errors="replace").strip().splitlines()
            last = words[-1] if words else "without a word"
            raise CommandFailed(
                f"the server ended: {last.removeprefix('answerable: ')} (all of it in {self.log})"
            )
