"""Web processes of their own, as a supervisor starts them, to be killed or to share one database."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from answerable.api.processes import listen, run_web
from answerable.kit.settings import Settings
from tests.factories.processes import spawn
from tests.factories.servers import free_port
from tests.factories.waiting import eventually


def serve(app_url: str, settings: str, port: int) -> None:
    """The body of a web process."""
    run_web(Settings.model_validate(json.loads(settings)), app_url, listen("127.0.0.1", port))


def on_folder(settings: Settings, folder: Path) -> Settings:
    """The same settings on a data folder of its own that has the same keys, as a second server has."""
    for kept in settings.data_dir.glob("*.key"):
        (folder / kept.name).write_bytes(kept.read_bytes())
    return settings.model_copy(deep=True, update={"data_dir": folder})


@dataclass(frozen=True)
class WebProcess:
    """A process that serves HTTP."""

    url: str
    process: BaseProcess

    async def kill(self) -> None:
        """Kill it as `kill -9` does; returns when it is gone."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.join)


@asynccontextmanager
async def web_process(settings: Settings, app_url: str) -> AsyncIterator[WebProcess]:
    """A process that answers; killed at the end."""
    port = free_port()
    process = spawn(serve, app_url, settings.model_dump_json(), port)
    url = f"http://127.0.0.1:{port}"
    try:
        await eventually(lambda: _answers(url))
        yield WebProcess(url, process)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(verify=False) as client:  # no certificates are read at each asking
            return (await client.get(f"{url}/health/live")).status_code == 200
    except httpx.HTTPError:
        return False
