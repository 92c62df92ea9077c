"""What starting the program loads: engines live in sandboxed children alone."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.factories.servers import ROOT


def test_no_parent_process_loads_an_engine_or_a_file_reader() -> None:
    """They cost memory and start-up time, and DuckDB complains on standard error when it stops."""
    program = "import answerable.api.supervisor, sys; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}  # whether it is installed or not
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split())
    assert "answerable.data.datasets.publishing" in loaded
    assert loaded.isdisjoint({"duckdb", "python_calamine", "altair", "pyarrow"})
    assert ran.stderr == ""


def test_a_web_process_raises_its_limit_of_open_files() -> None:
    """The usual 1,024 end with less than a thousand open streams."""
    program = (
        "import resource; from answerable.api.processes import allow_open_files;"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard));"
        "print(allow_open_files(), *resource.getrlimit(resource.RLIMIT_NOFILE), hard)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    told, soft, after, hard = map(int, ran.stdout.split())
    assert told == soft == (65_536 if hard < 0 else min(hard, 65_536))
    assert after == hard
