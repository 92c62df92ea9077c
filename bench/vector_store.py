"""A vector store elsewhere beside pgvector: the same passages, questions and system, first with the vectors
in PostgreSQL, then with a copy of them in a Chroma server; how fast the copy was made, what a search takes,
and what it finds of the ten nearest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from answerable.api.assembly import build_runtime
from answerable.jobs.worker import Worker
from answerable.kit.postgres import app_url_for
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.knowledge.embedding import TextEncoder, load_encoder
from answerable.knowledge.indexing import choice, reembedding
from answerable.knowledge.retrieval import SearchMode
from bench.knowledge_bed import fresh_cluster, member
from bench.search_load import Bed, Probe, fill, probes
from bench.search_scale import ProbeEncoder, Way, latencies, recall

_PROGRAM = Path(sys.prefix) / "chroma-server" / "bin" / "chroma"
_STORE = "chroma"


@contextmanager
def chroma(program: Path) -> Iterator[tuple[str, int]]:
    """A Chroma server over a folder of its own; its address and process."""
    with TemporaryDirectory(prefix="answerable-bench-chroma-") as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        place = ["--path", folder, "--host", "127.0.0.1", "--port", str(port)]
        quiet = subprocess.DEVNULL
        server = subprocess.Popen([str(program), "run", *place], stdout=quiet, stderr=quiet)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_ready(url)
            yield url, server.pid
        finally:
            server.terminate()
            server.wait(30)


def _wait_ready(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=5).close()
            return
        time.sleep(0.2)
    raise TimeoutError("Chroma does not answer")


async def go_over(runtime: Runtime, workspace_id: str) -> float:
    """Let the workspace be searched in the store; the seconds until it was."""
    started = time.perf_counter()
    async with runtime.database.begin(member(workspace_id)) as session:
        await choice.choose(session, runtime, _STORE)
    await reembedding.follow_settings(runtime)
    while True:
        async with runtime.database.begin(member(workspace_id)) as session:
            used = (await choice.status(session, runtime)).used
        if used.active.store == _STORE and used.building is None:
            return time.perf_counter() - started
        await asyncio.sleep(0.2)


async def searched(runtime: Runtime, bed: Bed, asked: list[Probe]) -> dict[str, float]:
    """Times of a search and of one by meaning alone, and what that found of the ten nearest."""
    dense = Way("dense", bed.workspace_id, asked, SearchMode.DENSE)
    figures = await latencies(runtime, Way("search", bed.workspace_id, asked))
    figures |= await latencies(runtime, dense)
    found = await recall(runtime, Way("by", bed.workspace_id, asked[:40]))
    return {**figures, "dense_recall_at_10": found["by_dense_recall_at_10"]}


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with fresh_cluster() as (folder, admin_url), chroma(options.program) as (url, pid):
        bed = fill(admin_url, options.chunks)
        asked = probes(admin_url, bed.workspace_id, options.probes)
        runtime = build_runtime(Settings(data_dir=folder), app_url_for(admin_url))
        runtime.settings.search.stores = {_STORE: {"url": url}}
        inner = TextEncoder(lambda: load_encoder(folder, threads=1))
        runtime.provide(TextEncoder, lambda _: ProbeEncoder(inner, asked))
        stop = asyncio.Event()
        working = asyncio.create_task(Worker(runtime).run(stop))
        figures: dict[str, object] = {"chunks": options.chunks}
        figures["pgvector"] = await searched(runtime, bed, asked)
        seconds = await go_over(runtime, bed.workspace_id)
        figures["copied_a_second"] = round(options.chunks / seconds)
        figures[_STORE] = await searched(runtime, bed, asked)
        figures["server_mb"] = round(psutil.Process(pid).memory_full_info().pss / 1e6)
        stop.set()
        await working
        await runtime.close()
        return figures


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--probes", type=int, default=100)
    parser.add_argument("--program", type=Path, default=_PROGRAM, help="Chroma's server")
    print(json.dumps({"vector_store": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
