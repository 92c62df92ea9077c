"""A gateway under test: its server, a workspace with providers, and the rows of its calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg
import uvicorn

from answerable.api.app import create_app, front_door
from answerable.api.processes import listen
from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, register
from tests.factories.upstream import Upstream
from tests.factories.waiting import eventually


@asynccontextmanager
async def served(runtime: Runtime) -> AsyncIterator[str]:
    """The app on a loopback port, served as in production."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        front_door(create_app(runtime)),
        http="httptools",
        timeout_keep_alive=runtime.settings.http.keep_alive_seconds,
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


@dataclass(frozen=True)
class Row:
    """The part of a usage row that tests look at."""

    outcome: str
    model: str | None
    input_tokens: int
    output_tokens: int
    estimated: bool
    attempts: int
    error_code: str | None


@dataclass(frozen=True)
class Bed:
    """A workspace of the test's own, with an API key and a client that carries it."""

    url: str
    owner: Caller
    key: str
    key_id: str
    client: httpx.AsyncClient
    admin_url: str

    async def provider(self, upstream: Upstream, name: str, *models: str, kind: str = "openai") -> None:
        """Configure a provider whose models have the upstream's address."""
        base = upstream.openai_url if kind == "openai" else upstream.url
        answer = await self.owner.post(
            "/api/v1/providers",
            json={"name": name, "kind": kind, "base_url": base, "api_key": "sk-test", "models": list(models)},
        )
        assert answer.status_code == 201, answer.text

    async def alias(self, name: str, *groups: Sequence[str]) -> None:
        """An alias whose groups are tried in order."""
        targets = [
            {"model": model, "group": number} for number, group in enumerate(groups) for model in group
        ]
        answer = await self.owner.post("/api/v1/model-aliases", json={"name": name, "targets": targets})
        assert answer.status_code == 201, answer.text

    async def cached_alias(self, name: str, model: str, cache: dict[str, object]) -> None:
        """An alias with a rule for its answers."""
        body = {"name": name, "targets": [{"model": model}], "cache": cache}
        answer = await self.owner.post("/api/v1/model-aliases", json=body)
        assert answer.status_code == 201, answer.text

    async def rows(self, count: int) -> list[Row]:
        """The usage rows of the workspace, once there are so many; AssertionError when there are more."""

        async def found() -> list[Row]:
            rows = await asyncio.to_thread(self._rows)
            return rows if len(rows) >= count else []

        rows = await eventually(found) if count else await asyncio.to_thread(self._rows)
        assert len(rows) == count, rows
        return rows

    def _rows(self) -> list[Row]:
        workspace = ids.decode("ws", self.owner.workspace_id)
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT outcome, model, input_tokens, output_tokens, estimated, attempts, error_code"
                " FROM usage_records WHERE workspace_id = %s ORDER BY started_at",
                [workspace],
            ).fetchall()
        return [Row(*row) for row in found]


async def new_bed(client: httpx.AsyncClient, url: str, admin_url: str) -> Bed:
    """A fresh workspace at a gateway, with a key for calling models."""
    owner = (await register(client)).owner
    answer = await owner.post("/api/v1/api-keys", json={"name": "gateway"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    with_key = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=90)
    return Bed(url, owner, made["key"], made["id"], with_key, admin_url)


def chat(model: str = "small", **more: object) -> dict[str, object]:
    """The body of a chat call."""
    return {"model": model, "messages": [{"role": "user", "content": "Hello?"}], **more}
