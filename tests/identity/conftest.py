"""Servers of a test's own: other settings, a clock that the test moves, a database nobody used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from fastapi import FastAPI

from answerable.api.app import create_app
from answerable.api.assembly import build_runtime
from answerable.identity.passwords import Passwords
from answerable.kit.clock import Clock
from answerable.kit.db.migrate import migrate
from answerable.kit.postgres import Cluster, app_url_for
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from tests.conftest import test_settings as settings_for
from tests.factories.callers import PASSWORD, Caller


@dataclass(frozen=True)
class Server:
    """An app that is called without a socket, so that a test chooses the client's address."""

    app: FastAPI
    runtime: Runtime

    @asynccontextmanager
    async def client(self, address: str = "192.0.2.1") -> AsyncIterator[httpx.AsyncClient]:
        """A client that calls from an address."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield client


class CountingPasswords(Passwords):
    """The real thing, which also says how much work it was given."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.auth)
        self.verified = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Counts, then verifies."""
        self.verified += 1
        return await super().verify(password_hash, password)


StartServer = Callable[..., Server]


@pytest.fixture
async def start_server(app_url: str, tmp_path: Path) -> AsyncIterator[StartServer]:
    """Starts a server on the tests' database: `start_server(clock=…, throttle_attempts=3, …)`."""
    async with AsyncExitStack() as stack:

        def start(
            *, clock: Clock | None = None, url: str = app_url, pool_size: int = 4, **auth: object
        ) -> Server:
            settings = settings_for(tmp_path)
            settings.auth = settings.auth.model_copy(update=auth)
            settings.database.pool_size = pool_size
            runtime = build_runtime(settings, url, clock=clock)
            runtime.provide(Passwords, lambda made: CountingPasswords(made.settings))
            stack.push_async_callback(runtime.close)
            return Server(create_app(runtime), runtime)

        yield start


@pytest.fixture
def unused_database(cluster: Cluster, unique: str) -> str:
    """The app role's address of a migrated database in which nobody has registered."""
    return _new_database(cluster, f"identity_{unique}")


@pytest.fixture(scope="session")
def owned_database(cluster: Cluster) -> str:
    """The app role's address of a database whose server is owned by `owner_of_server`."""
    return _new_database(cluster, "identity_owned")


async def owner_of_server(client: httpx.AsyncClient) -> Caller:
    """The owner of the server on `owned_database`, freshly signed in."""
    body = {"email": "owner@example.com", "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    if answer.status_code == 409:
        answer = await client.post("/api/v1/auth/login", json=body)
    owner = Caller(client, answer.json()["access_token"], body["email"])
    me = (await owner.get("/api/v1/auth/me")).json()
    assert me["server_owner"] is True
    workspace_id = me["memberships"][0]["workspace"]["id"]
    return Caller(client, owner.token, owner.email, workspace_id, me["user"]["id"])


def _new_database(cluster: Cluster, name: str) -> str:
    admin_url = urlunsplit(urlsplit(cluster.admin_url)._replace(path=f"/{name}"))
    migrate(admin_url)
    return app_url_for(admin_url)
