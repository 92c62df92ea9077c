"""A gateway on a real socket, in front of a scripted provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from answerable.api.assembly import build_runtime
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, new_bed, served
from tests.conftest import test_settings
from tests.factories.upstream import Upstream


@pytest.fixture(scope="session")
def upstream_server() -> Iterator[Upstream]:
    """One scripted provider for all tests here."""
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(upstream_server: Upstream) -> Upstream:
    """The provider without memory of other tests."""
    upstream_server.reset()
    return upstream_server


@pytest.fixture(scope="session")
def relay_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that let workspaces name providers on loopback."""
    settings = test_settings(tmp_path_factory.mktemp("relay"))
    settings.inference.private_hosts = ["127.0.0.1"]
    settings.inference.usage.flush_seconds = 0.05
    settings.inference.relay.max_body_bytes = 2_000_000
    settings.inference.cache.wait_milliseconds = 10_000  # what is found must not depend on the machine
    return settings


@pytest.fixture(scope="session")
async def relay_runtime(relay_settings: Settings, app_url: str) -> AsyncIterator[Runtime]:
    """The system of the gateway under test."""
    runtime = build_runtime(relay_settings, app_url)
    yield runtime
    await runtime.close()


@pytest.fixture(scope="session")
async def relay_url(relay_runtime: Runtime) -> AsyncIterator[str]:
    """The gateway's address."""
    async with served(relay_runtime) as url:
        yield url


@pytest.fixture(scope="session")
async def relay_client(relay_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway without credentials."""
    async with httpx.AsyncClient(base_url=relay_url, timeout=90) as client:
        yield client


@pytest.fixture
async def bed(
    relay_client: httpx.AsyncClient, relay_url: str, admin_url: str, upstream: Upstream
) -> AsyncIterator[Bed]:
    """A fresh workspace with a key and one provider, whose models are `small` and `large`."""
    bed = await new_bed(relay_client, relay_url, admin_url)
    await bed.provider(upstream, "main", "small", "large")
    yield bed
    await bed.client.aclose()


@pytest.fixture
async def other(relay_client: httpx.AsyncClient, relay_url: str, admin_url: str) -> AsyncIterator[Bed]:
    """Another workspace, with a key and no provider."""
    other = await new_bed(relay_client, relay_url, admin_url)
    yield other
    await other.client.aclose()
