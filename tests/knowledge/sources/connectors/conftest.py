"""What connectors get from a server, and a web server to read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from answerable.kit.outbound import Outbound
from answerable.plugins.connectors import ConnectorContext
from tests.factories.web_server import WebServer, web_server


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[ConnectorContext]:
    """A context that may read this machine's 127.0.0.1, which is not `localhost`."""
    outbound = Outbound()
    yield ConnectorContext(outbound, [tmp_path], ["127.0.0.1"], politeness_seconds=0)
    outbound.close()
