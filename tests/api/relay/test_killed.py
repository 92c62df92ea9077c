"""A web process that is killed in the middle of many streams."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import AsyncExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import uvicorn

from answerable.api.app import create_app, front_door
from answerable.api.assembly import build_runtime
from answerable.api.processes import listen
from answerable.inference.usage.log import UsageLog
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming
from tests.factories.processes import spawn
from tests.factories.servers import free_port
from tests.factories.upstream import Reply, Upstream
from tests.factories.waiting import eventually

STREAMS = 200


def serve(app_url: str, settings: str, port: int) -> None:
    """The body of a web process."""
    system = build_runtime(Settings.model_validate(json.loads(settings)), app_url)
    config = uvicorn.Config(
        front_door(create_app(system)), http="httptools", ws="none", log_config=None, access_log=False
    )
    uvicorn.Server(config).run(sockets=[listen("127.0.0.1", port)])


async def test_every_stream_of_a_killed_process_has_its_row(
    bed: Bed, upstream: Upstream, relay_settings: Settings, app_url: str, tmp_path: Path
) -> None:
    upstream.default = Reply(endless=True, gap=0.1)
    changed = relay_settings.model_copy(deep=True, update={"data_dir": tmp_path})
    for kept in relay_settings.data_dir.glob("*.key"):
        (tmp_path / kept.name).write_bytes(kept.read_bytes())
    port = free_port()
    process = spawn(serve, app_url, changed.model_dump_json(), port)
    try:
        url = f"http://127.0.0.1:{port}"
        await eventually(lambda: _answers(url))
        async with AsyncExitStack() as clients:
            await asyncio.gather(*(_begin(clients, bed, url) for _ in range(STREAMS)))
            _kill(process)
    finally:
        process.kill()
    successor = build_runtime(changed, app_url)
    await successor.get(UsageLog).replay()
    await successor.close()
    rows = await bed.rows(STREAMS)
    assert {row.outcome for row in rows} == {"interrupted"}
    assert all(row.input_tokens > 0 for row in rows)


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{url}/health/live")).status_code == 200
    except httpx.HTTPError:
        return False


async def _begin(clients: AsyncExitStack, bed: Bed, url: str) -> None:
    reader, _ = await clients.enter_async_context(streaming(bed, chat(stream=True), url))
    await reader.readuntil(b"\n\n")


def _kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
