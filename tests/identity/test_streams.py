"""Whoever loses access loses it on the next request and in the stream that is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from answerable.identity.access import RequestContext, Scope, requires, watch_access
from answerable.identity.watch import AccessWatch
from answerable.kit.errors import Unauthenticated
from answerable.kit.http import Router
from tests.factories.callers import PASSWORD, Caller, Workspace, register
from tests.identity.conftest import Server, StartServer, owner_of_server
from tests.identity.test_keys import make_key

router = Router()
KEYS = "/api/v1/api-keys"


@router.get("/test/stream")
async def endless(
    request: Request, context: Annotated[RequestContext, requires(Scope.ASK)]
) -> StreamingResponse:
    """Streams until the access ends, as every stream of the system does."""

    async def body() -> AsyncIterator[bytes]:
        await watch_access(context.runtime, context.principal)
        request.app.state.opened.put_nowait(True)
        while True:
            try:
                await watch_access(context.runtime, context.principal)
            except Unauthenticated:
                yield b"ended"
                return
            yield b"."
            await asyncio.sleep(0.01)

    return StreamingResponse(body())


@dataclass(frozen=True)
class Streaming:
    """A server with an endless stream, its owner, and a workspace of somebody else."""

    server: Server
    client: httpx.AsyncClient
    boss: Caller
    workspace: Workspace

    async def until_open(self, streams: int = 1) -> None:
        """Waits until so many streams have begun."""
        for _ in range(streams):
            await asyncio.wait_for(self.server.app.state.opened.get(), 60)

    def member_url(self, person: Caller) -> str:
        """The address of a member."""
        return f"/api/v1/workspaces/{self.workspace.id}/members/{person.user_id}"


@pytest.fixture
async def streaming(start_server: StartServer, owned_database: str) -> AsyncIterator[Streaming]:
    """Streams that ask often, so that tests wait little."""
    server = start_server(url=owned_database, pool_size=1)
    server.runtime.provide(AccessWatch, lambda made: AccessWatch(made.database, made.clock, seconds=0.05))
    server.app.include_router(router)
    server.app.state.opened = asyncio.Queue()
    async with server.client() as client:
        yield Streaming(server, client, await owner_of_server(client), await register(client))


End = Callable[[Streaming, Caller], Awaitable[httpx.Response]]


async def _cut_off(*streams: asyncio.Task[httpx.Response]) -> None:
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)


async def _disable(on: Streaming, person: Caller) -> httpx.Response:
    return await on.boss.patch(f"/api/v1/users/{person.user_id}", json={"disabled": True})


async def _demote(on: Streaming, person: Caller) -> httpx.Response:
    return await on.workspace.owner.patch(on.member_url(person), json={"role": "viewer"})


async def _remove(on: Streaming, person: Caller) -> httpx.Response:
    return await on.workspace.owner.delete(on.member_url(person))


@pytest.mark.parametrize("end", [_disable, _demote, _remove], ids=["disabled", "demoted", "removed"])
@pytest.mark.parametrize("with_key", [False, True], ids=["token", "key"])
async def test_a_persons_stream_ends_with_their_access(
    streaming: Streaming, end: End, with_key: bool
) -> None:
    person = await streaming.workspace.member("admin")
    caller = await make_key(person) if with_key else person
    stream = asyncio.create_task(caller.get("/test/stream"))
    await streaming.until_open()
    assert (await end(streaming, person)).status_code in (200, 204)
    assert (await asyncio.wait_for(stream, 60)).content.endswith(b"ended")
    assert (await caller.get(KEYS)).status_code in (401, 403, 404)


async def test_a_keys_stream_ends_when_the_key_is_revoked_and_others_go_on(streaming: Streaming) -> None:
    owner = streaming.workspace.owner
    revoked, kept = await make_key(owner), await make_key(owner)
    key_id = (await owner.get(KEYS)).json()["items"][1]["id"]
    ends = asyncio.create_task(revoked.get("/test/stream"))
    stays = asyncio.create_task(kept.get("/test/stream"))
    await streaming.until_open(2)
    assert (await owner.delete(f"{KEYS}/{key_id}")).status_code == 204
    assert (await asyncio.wait_for(ends, 60)).content.endswith(b"ended")
    assert not stays.done()
    await _cut_off(stays)


async def test_a_stream_ends_when_its_person_signs_out(streaming: Streaming) -> None:
    owner = streaming.workspace.owner
    body = {"email": owner.email, "password": PASSWORD}
    pair = (await streaming.client.post("/api/v1/auth/login", json=body)).json()
    stream = asyncio.create_task(Caller(streaming.client, pair["access_token"]).get("/test/stream"))
    await streaming.until_open()
    await streaming.client.post("/api/v1/auth/logout", json={"refresh_token": pair["refresh_token"]})
    assert (await asyncio.wait_for(stream, 60)).content.endswith(b"ended")
    assert (await owner.get(KEYS)).status_code == 200  # another sign-in of the same person


async def test_streams_hold_no_connection(streaming: Streaming) -> None:
    owner = streaming.workspace.owner  # the server's pool has one connection
    streams = [asyncio.create_task(owner.get("/test/stream")) for _ in range(5)]
    await streaming.until_open(5)
    assert (await asyncio.wait_for(owner.get(KEYS), 60)).status_code == 200
    await _cut_off(*streams)


def test_the_stream_belongs_to_no_app_but_the_tests(app: FastAPI) -> None:
    assert "/test/stream" not in app.openapi()["paths"]
