"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.scripted_server import ScriptedServer, scripted_server


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server whose answers the test writes down."""
    with scripted_server() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "KEY", "DATA_DIR", "PASSWORD", "DATABASE_URL"):
        monkeypatch.delenv(f"ANSWERABLE_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
