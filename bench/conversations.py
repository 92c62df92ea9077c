"""Conversations over HTTP on one web process: 500 at once, each a question and a follow-up over a table, with
the time to the first byte and to the end; and 2,000 streams held open at once while a model thinks, with the
memory that each takes. Every stream must end with its answer.

    python -m bench.conversations --conversations 500 --streams 2000
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import psutil
from aiohttp import web

from bench.system import free_port, wait_ready

STREAMS_BUDGET = 2_000
_FILES = 16_384
_REGISTERED = {"email": "bench@example.com", "password": "correct horse battery", "workspace_name": "Bench"}
_COUNTRIES = ("Germany", "France", "Spain")
_TABLE = "order_id,order_date,country,amount\n" + "\n".join(
    f"O{n:05d},{2024 + n % 2}-{n % 12 + 1:02d}-{n % 28 + 1:02d},{_COUNTRIES[n % 3]},{n % 90}"
    for n in range(5_000)
)
_HANDBOOK = "# Expenses\n\nExpenses above 500 euros need the approval of the department head.\n"
_OPEN_QUESTION = "What should I know about money that I lay out for the firm?"
_WRITTEN = {
    "cannot_answer": False,
    "sentences": [
        {
            "text": "Expenses above 500 euros need the approval of the department head.",
            "citations": [{"passage": 1, "quote": ""}],
        }
    ],
}


class Model:
    """A provider on loopback that thinks until it is told to answer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.thinking = 0
        self.answers = asyncio.Event()

    async def start(self) -> web.AppRunner:
        """Listen; the runner is to be cleaned up."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, backlog=4_096).start()
        return runner

    async def _answer(self, request: web.Request) -> web.Response:
        await request.read()
        self.thinking += 1
        await self.answers.wait()
        message = {"role": "assistant", "content": json.dumps(_WRITTEN)}
        return web.json_response(
            {
                "id": "c",
                "object": "chat.completion",
                "created": 0,
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        )


class Client:
    """The API as one person uses it."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def post(self, path: str, **options: object) -> dict[str, object]:
        """POST, and the JSON of the answer."""
        async with self._http.post(f"/api/v1/{path}", **options) as answer:  # type: ignore[arg-type]
            answer.raise_for_status()
            found: dict[str, object] = await answer.json()
            return found

    async def ready(self, path: str) -> None:
        """Returns once a document or dataset is."""
        while True:
            async with self._http.get(f"/api/v1/{path}") as answer:
                status = (await answer.json())["status"]
            if status == "ready":
                return
            if status == "failed":
                raise RuntimeError(f"{path} failed")
            await asyncio.sleep(0.1)

    async def upload(self, kind: str, name: str, text: str) -> None:
        """Upload a file and wait for its end."""
        form = aiohttp.FormData()
        form.add_field("file", text.encode(), filename=name)
        made = await self.post(kind, data=form)
        row = made["document"] if kind == "documents" else made["datasets"][0]  # type: ignore[index]
        await self.ready(f"{kind}/{row['id']}")  # type: ignore[index]

    async def say(self, session: str, content: str) -> tuple[float, float, bool]:
        """Seconds to the first byte and to the end of a streamed answer, and whether it is whole."""
        begun = time.perf_counter()
        url = f"/api/v1/chat/sessions/{session}/messages"
        async with self._http.post(url, json={"content": content}) as answer:
            first = b""
            last = b""
            at = 0.0
            async for piece in answer.content.iter_any():
                if not first:
                    first, at = piece, time.perf_counter() - begun
                last = (last + piece)[-200_000:]
        return at, time.perf_counter() - begun, b"\nevent: answer\n" in last


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1)}


async def conversations(client: Client, count: int) -> dict[str, object]:
    """So many at once, each a question and a follow-up."""
    sessions = [str((await client.post("chat/sessions", json={}))["id"]) for _ in range(count)]

    async def converse(number: int, session: str) -> list[tuple[float, float, bool]]:
        first = await client.say(session, f"total amount by country where amount is over {number % 50}")
        return [first, await client.say(session, "only Germany")]

    begun = time.perf_counter()
    found = await asyncio.gather(*(converse(n, session) for n, session in enumerate(sessions)))
    turns = [turn for conversation in found for turn in conversation]
    return {
        "conversations": count,
        "turns": len(turns),
        "whole": sum(turn[2] for turn in turns),
        "first_byte": spread([turn[0] for turn in turns]),
        "end": spread([turn[1] for turn in turns]),
        "turns_per_second": round(len(turns) / (time.perf_counter() - begun), 1),
    }


async def open_streams(
    client: Client, model: Model, process: psutil.Process, count: int
) -> dict[str, object]:
    """So many streams held open at once, then let go."""
    sessions = [str((await client.post("chat/sessions", json={}))["id"]) for _ in range(count)]
    before = process.memory_info().rss
    told = [asyncio.create_task(client.say(session, _OPEN_QUESTION)) for session in sessions]
    most = 0
    while model.thinking < count and not all(task.done() for task in told):
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.2)
    opened, most = model.thinking, max(most, process.memory_info().rss)
    model.answers.set()
    turns = await asyncio.gather(*told)
    return {
        "streams": count,
        "thinking_at_once": opened,
        "whole": sum(turn[2] for turn in turns),
        "kb_each": round((most - before) / count / 1000, 1),
        "budget": STREAMS_BUDGET,
    }


async def measure(port: int, pid: int, model: Model, options: argparse.Namespace) -> dict[str, object]:
    """All figures of a server that is ready."""
    runner = await model.start()
    timeout = aiohttp.ClientTimeout(total=800)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        f"http://127.0.0.1:{port}", timeout=timeout, connector=connector
    ) as http:
        client = Client(http)
        token = (await client.post("auth/register", json=_REGISTERED))["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        await client.upload("datasets", "orders.csv", _TABLE)
        await client.upload("documents", "handbook.md", _HANDBOOK)
        process = _web_process(pid)
        talked = await conversations(client, options.conversations)
        provider = {"name": "local", "kind": "openai", "base_url": f"http://127.0.0.1:{model.port}/v1"}
        await client.post("providers", json={**provider, "api_key": "none", "models": ["m"]})
        await client.post("model-aliases", json={"name": "answers", "targets": [{"model": "m"}]})
        held = await open_streams(client, model, process, options.streams)
    await runner.cleanup()
    return {"conversations": talked, "open_streams": held}


def _web_process(pid: int) -> psutil.Process:
    """The process that serves HTTP: the child of the supervisor that has the most connections."""
    children = psutil.Process(pid).children(recursive=True)
    return max(children, key=lambda child: len(child.net_connections("tcp")))


def main() -> int:
    """Print one JSON object. Returns 1 when a stream did not end with its answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--streams", type=int, default=STREAMS_BUDGET)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    port, model = free_port(), Model()
    command = [str(Path(sys.executable).parent / "answerable"), "serve", "--data-dir", str(folder)]
    environment = {
        **os.environ,
        "ANSWERABLE_LOG__LEVEL": "error",
        "ANSWERABLE_QUERY__MAX_WAITING": str(options.conversations),
        "ANSWERABLE_INFERENCE__PRIVATE_HOSTS": '["127.0.0.1"]',
        # Access is asked for again while a stream is open; a token must outlive the longest run.
        "ANSWERABLE_AUTH__ACCESS_TOKEN_SECONDS": "3600",
    }
    server = subprocess.Popen([*command, "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    # After the server has begun with the usual limit, which it has to raise itself.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        wait_ready(port, server)
        figures = asyncio.run(measure(port, server.pid, model, options))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))
    whole = [(part["whole"], part.get("turns", part.get("streams"))) for part in figures.values()]  # type: ignore[attr-defined]
    together = figures["open_streams"]["thinking_at_once"]  # type: ignore[index]
    return 0 if all(found == expected for found, expected in whole) and together == options.streams else 1


if __name__ == "__main__":
    sys.exit(main())
