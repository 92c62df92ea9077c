"""A request whose process dies after the commit and before the answer, sent again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
import uvicorn
from fastapi import Depends, FastAPI, Header, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.api.problems import install_error_handlers
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Database, Session
from answerable.kit.http import Router, claim
from answerable.kit.principal import Principal
from tests.jobs.conftest import Bench, spawn

router = Router()


async def _session(request: Request, x_workspace: Annotated[str, Header()]) -> AsyncIterator[Session]:
    database: Database = request.app.state.database
    async with database.begin(Principal.system(x_workspace)) as session:
        await claim(session, request)
        yield session


@router.post("/work", status_code=202)
async def work(session: Annotated[Session, Depends(_session, scope="function")]) -> dict[str, str]:
    """Queue a job, as every endpoint does that starts one."""
    return {"id": await enqueue(session, "quick", subject=Subject("test", "a"), name="a")}


class DieBeforeAnswering:
    """Kills the process when the first byte of an answer is due."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def die(message: Message) -> None:
            del message
            os.kill(os.getpid(), signal.SIGKILL)

        await self.app(scope, receive, send if scope["type"] != "http" else die)


def serve(listener: socket.socket, database_url: str, mortal: bool) -> None:
    """The body of a web process."""
    app = FastAPI()
    install_error_handlers(app)
    app.state.database = Database(database_url, pool_size=2)
    app.include_router(router)
    if mortal:
        app.add_middleware(DieBeforeAnswering)
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none")
    uvicorn.Server(config).run(sockets=[listener])


@pytest.mark.parametrize("repeats", [1, 3])
async def test_a_request_repeated_after_a_kill_before_its_answer_makes_one_job(
    bench: Bench, repeats: int
) -> None:
    tenant = bench.workspace()
    headers = {"X-Workspace": str(tenant.workspace_id), "Idempotency-Key": "once"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/work"
        dying = spawn(serve, listener, bench.app_url, True)
        async with httpx.AsyncClient(timeout=90) as client:
            with pytest.raises(httpx.TransportError):
                await client.post(url, headers=headers)
        await asyncio.to_thread(dying.join)
        assert dying.exitcode == -signal.SIGKILL
        assert bench.execute("SELECT count(*) FROM jobs") == [(1,)]

        living = spawn(serve, listener, bench.app_url, False)
        async with httpx.AsyncClient(timeout=90) as client:
            answers = [await client.post(url, headers=headers) for _ in range(repeats)]
        living.kill()
        await asyncio.to_thread(living.join)
    assert [answer.status_code for answer in answers] == [202] * repeats
    assert bench.execute("SELECT count(*) FROM jobs") == [(1,)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    bench.worker()
    await bench.ended(tenant, answers[0].json()["id"])
    assert bench.marks("effect") == 1
