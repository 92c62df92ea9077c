"""The surface of the command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run

COMMANDS = (
    "serve", "web", "worker", "migrate", "ask", "search", "ingest", "models", "providers", "keys",
    "sources", "warehouse", "verify", "doctor", "demo", "version",
)  # fmt: skip


def test_help_names_every_command() -> None:
    page = run("--help")
    assert page.status == 0
    assert all(command in page.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_help_page_of_its_own(command: str) -> None:
    page = run(command, "--help")
    assert page.status == 0
    assert f"Usage: answerable {command}" in page.output


def test_the_version_is_one_line() -> None:
    assert run("version").output.startswith("answerable ")


def test_a_misspelt_command_gets_a_suggestion_and_status_2() -> None:
    finished = run("sreve")
    assert finished.status == 2
    assert "serve" in finished.errors


def test_the_version_imports_nothing_heavy() -> None:
    code = (
        "import sys; from answerable.cli.main import main\ntry: main(['version'])\nexcept SystemExit: pass\n"
    )
    code += "print([name for name in ('httpx', 'fastapi', 'sqlalchemy', 'psycopg') if name in sys.modules])"
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
