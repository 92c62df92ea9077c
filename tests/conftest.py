"""Fixtures of all tests: a real PostgreSQL, the real app on a real socket, callers in workspaces.

Tests do not roll back: each works in workspaces of its own, and the tenant wall keeps them apart
as it keeps customers apart. One PostgreSQL and one event loop serve a whole test process.
"""

from __future__ import annotations

import asyncio
import compileall
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from answerable.api.app import create_app, front_door
from answerable.api.assembly import build_runtime
from answerable.api.processes import listen
from answerable.api.protocol import protocol_with
from answerable.jobs.worker import Worker
from answerable.kit.clock import FixedClock
from answerable.kit.db.migrate import migrate
from answerable.kit.postgres import Cluster, app_url_for
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.telemetry.logs import configure_logs
from tests.factories.callers import Caller, Workspace, register
from tests.factories.waiting import eventually

# No property depends on the machine's speed.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")

CreateWorkspace = Callable[[], Awaitable[Workspace]]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the program once, also where an image asks Python to write no byte code: the tests start some
    hundred processes, half of whose time would go by with compiling it. Sandboxed children write none."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(__file__).parents[1] / "src", quiet=2)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of this test process's own."""
    cluster = Cluster(tmp_path_factory.mktemp("postgresql"))
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def admin_url(cluster: Cluster) -> str:
    """The migrated database as the role that owns the tables."""
    migrate(cluster.admin_url)
    return cluster.admin_url


@pytest.fixture(scope="session")
def app_url(admin_url: str) -> str:
    """The same database as the role that serves requests."""
    return app_url_for(admin_url)


@pytest.fixture(scope="session")
def system_url(cluster: Cluster) -> str:
    """A migrated database for tests with worker processes of their own (`tests.factories.system`)."""
    url = urlunsplit(urlsplit(cluster.admin_url)._replace(path="/answerable_system"))
    migrate(url)
    return url


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with fast clocks and cheap password hashes."""
    configure_logs("error", "console")
    return test_settings(tmp_path_factory.mktemp("data"))


def test_settings(data_dir: Path) -> Settings:
    """Settings for a data folder: everything real, only smaller."""
    return Settings.model_validate(
        {
            "data_dir": data_dir,
            "auth": {"hash_memory_kib": 1024, "hash_time_cost": 1, "throttle_attempts": 1000},
            "jobs": {"polling_seconds": 0.2, "heartbeat_seconds": 0.5, "backoff_seconds": 0.05},
            "log": {"level": "warning"},
            "inference": {"private_hosts": ["127.0.0.1"]},
            "connections": {
                "roots": [data_dir.parent],
                "private_hosts": ["127.0.0.1"],
                "sample_rows": 1000,
            },
            "sources": {
                "roots": [data_dir.parent],
                "private_hosts": ["127.0.0.1"],
                "politeness_seconds": 0,
                "portion_items": 6,
                "batch_items": 3,
            },
        }
    )


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
async def runtime(settings: Settings, app_url: str) -> AsyncIterator[Runtime]:
    """The running system, as web and worker processes have it."""
    runtime = build_runtime(settings, app_url)
    yield runtime
    await runtime.close()


@pytest.fixture(scope="session")
def app(runtime: Runtime) -> FastAPI:
    """The real application."""
    return create_app(runtime)


@pytest.fixture(scope="session")
async def base_url(app: FastAPI, settings: Settings) -> AsyncIterator[str]:
    """The application on a loopback port, served by the same server as in production."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        front_door(app),
        http=protocol_with(settings.http.header_seconds),
        timeout_keep_alive=settings.http.keep_alive_seconds,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await eventually(lambda: _started(server))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task


async def _started(server: uvicorn.Server) -> bool:
    return server.started


@pytest.fixture(scope="session")
async def client(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client without credentials."""
    async with httpx.AsyncClient(base_url=base_url, timeout=90) as client:
        yield client


@pytest.fixture(scope="session")
async def worker(settings: Settings, app_url: str) -> AsyncIterator[None]:
    """A worker beside the server, with connections of its own, so that uploads are worked through."""
    runtime = build_runtime(settings, app_url)
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(runtime).run(stop))
    yield
    stop.set()
    await task
    await runtime.close()


@pytest.fixture
def create_workspace(client: httpx.AsyncClient) -> CreateWorkspace:
    """Makes a fresh workspace whose owner is a fresh person."""

    async def create() -> Workspace:
        return await register(client)

    return create


@pytest.fixture
async def workspace(create_workspace: CreateWorkspace) -> Workspace:
    """A fresh workspace, with callers of every role on demand."""
    return await create_workspace()


@pytest.fixture
async def owner(workspace: Workspace) -> Caller:
    """The owner of the test's workspace."""
    return workspace.owner


@pytest.fixture
async def editor(workspace: Workspace) -> Caller:
    """An editor in the test's workspace."""
    return await workspace.member("editor")


@pytest.fixture
async def viewer(workspace: Workspace) -> Caller:
    """A viewer in the test's workspace."""
    return await workspace.member("viewer")


@pytest.fixture
async def stranger(create_workspace: CreateWorkspace) -> Caller:
    """The owner of another workspace."""
    return (await create_workspace()).owner


@pytest.fixture
def clock() -> FixedClock:
    """A clock that the test moves."""
    return FixedClock(datetime(2026, 6, 15, 12, 0, tzinfo=UTC))


@pytest.fixture
def unique() -> str:
    """A word that no other test uses."""
    return secrets.token_hex(6)
