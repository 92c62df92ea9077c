"""Start times, idle memory and size on disk of the whole system, as a user starts it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.metadata import distributions
from pathlib import Path

import psutil

BUDGETS = {"first_start_s": 6.0, "later_start_s": 3.0, "idle_pss_mb": 400.0, "environment_mb": 700.0}
_IDLE_SECONDS = 10.0
_LIMIT_SECONDS = 60.0


def main() -> None:
    """Print the figures beside their budgets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    try:
        first, _ = start_once(folder)
        later, idle = start_once(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {
        "first_start_s": round(first, 2),
        "later_start_s": round(later, 2),
        "idle_pss_mb": round(idle, 1),
        "environment_mb": round(size_mb(Path(sys.prefix)) - development_mb(), 1),
    }
    print(json.dumps({"system": figures, "budgets": BUDGETS}))


def start_once(folder: Path) -> tuple[float, float]:
    """Seconds from the command to the first ready answer, and the idle PSS of all processes in MB."""
    port = free_port()
    environment = {
        **os.environ,
        "ANSWERABLE_DATA_DIR": str(folder),
        "ANSWERABLE_HTTP__PORT": str(port),
        "ANSWERABLE_LOG__LEVEL": "error",
    }
    command = [str(Path(sys.executable).parent / "answerable"), "serve"]
    started = time.perf_counter()
    server = subprocess.Popen(command, env=environment)
    try:
        wait_ready(port, server)
        ready = time.perf_counter() - started
        time.sleep(_IDLE_SECONDS)
        return ready, pss_mb(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wait_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait for `/health/ready`. RuntimeError when the server ends or never is."""
    deadline = time.monotonic() + _LIMIT_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with status {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server was not ready in time")


def pss_mb(pid: int) -> float:
    """Proportional set size of a process and all its descendants."""
    root = psutil.Process(pid)
    return sum(p.memory_full_info().pss for p in [root, *root.children(recursive=True)]) / 1e6


def size_mb(folder: Path) -> float:
    """Bytes on disk below a folder, hard links counted once."""
    seen: dict[int, int] = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            seen[status.st_ino] = status.st_blocks * 512
    return sum(seen.values()) / 1e6


def development_mb() -> float:
    """What the tools for developing take: the distributions that only `requirements/dev.txt` names."""
    requirements = Path(__file__).parents[1] / "requirements"
    needed = locked(requirements / "runtime.txt") | locked(requirements / "weights.txt")
    needed |= locked(requirements / "build.txt") | {"pip", "setuptools", "answerable"}
    extra = [d for d in distributions() if d.name.lower().replace("_", "-") not in needed]
    files = {Path(str(d.locate_file(file))).resolve() for d in extra for file in d.files or ()}
    compiled = {c for file in files for c in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc")}
    return sum(file.stat().st_blocks * 512 for file in files | compiled if file.is_file()) / 1e6


def locked(path: Path) -> set[str]:
    """The names of the distributions in a requirement file."""
    return {line.partition("==")[0] for line in path.read_text().splitlines() if "==" in line}


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
