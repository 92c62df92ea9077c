from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from answerable.kit.sandbox import ForkServer
from tests.factories.processes import processes_below
from tests.kit.sandbox import ways


@pytest.fixture(autouse=True)
def no_child_remains(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """After each test no sandboxed process and no private folder is left. Yields the folders' parent."""
    parent = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(parent))
    others = processes_below("answerable.kit.sandbox")  # of the system that other tests share
    yield parent
    assert processes_below("answerable.kit.sandbox") - others == set()
    assert list(parent.glob("answerable-sandbox-*")) == []


@pytest.fixture(params=["cold", "warm"])
async def either_way(request: pytest.FixtureRequest, no_child_remains: Path) -> AsyncIterator[None]:
    """Runs the test with cold children and with forks of a warm server."""
    server = ForkServer(["tests.kit.sandbox.targets"]) if request.param == "warm" else None
    token = ways.SERVER.set(server)
    yield
    ways.SERVER.reset(token)
    if server is not None:
        await server.close()
