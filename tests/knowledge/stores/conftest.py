"""Workspaces that are searched in a store, of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from answerable.knowledge.stores.registry import OpenStores
from tests.knowledge.stores.chroma_server import ChromaServer


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server."""
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def with_chroma(runtime: Runtime, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch) -> ChromaServer:
    """The system has Chroma set up, and asks the index however few passages there are."""
    if chroma.process is None:
        chroma.start()
    monkeypatch.setattr(runtime.settings.search, "stores", {"chroma": {"url": chroma.url}})
    monkeypatch.setattr(runtime.settings.search, "exact_below", 0)
    monkeypatch.setitem(runtime._made, OpenStores, OpenStores(runtime))
    return chroma


@pytest.fixture(params=["pgvector", "chroma"])
def store(request: pytest.FixtureRequest, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of each store in turn."""
    if request.param == "chroma":
        request.getfixturevalue("with_chroma")
    else:
        monkeypatch.setattr(runtime.settings.search, "exact_below", 0)
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return tmp_path
