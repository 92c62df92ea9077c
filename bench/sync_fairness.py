"""One workspace syncs 100,000 items while another uploads single documents: how long each upload waits.

The same uploads are made before the sync begins, so that the two waits compare.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg

from answerable.api.assembly import build_runtime
from answerable.api.processes import run_worker
from answerable.kit.postgres import app_url_for
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.sources import service as sources
from answerable.knowledge.sources.service import NewSource
from answerable.knowledge.sources.sync import service as syncing
from bench.knowledge_bed import fresh_cluster, member, new_workspace

BUDGET_SECONDS = 5.0
_POLL_SECONDS = 0.05
_LIMIT_SECONDS = 300.0


def settings_for(folder: Path) -> Settings:
    """A data folder and a folder to sync, side by side."""
    given = {"data_dir": folder / "data", "sources": {"roots": [folder / "shelf"]}, "log": {"level": "error"}}
    return Settings.model_validate(given)


def fill(shelf: Path, items: int) -> None:
    """Write small files, a thousand a folder."""
    for number in range(items):
        place = shelf / f"{number // 1000:03d}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
        (place / f"{number:06d}.md").write_text(
            f"Note number {number} speaks of parcel {number * 7919 % items}."
        )


@contextmanager
def workers(settings: Settings, url: str, count: int) -> Iterator[None]:
    """Worker processes that run while inside."""
    spawning = multiprocessing.get_context("spawn")
    running = [spawning.Process(target=run_worker, args=(settings, url)) for _ in range(count)]
    for process in running:
        process.start()
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join(30)


async def wait_of_upload(runtime: Runtime, workspace_id: str, number: int) -> float:
    """Seconds from an upload to its being ready."""

    async def content() -> AsyncIterator[bytes]:
        yield f"A single upload of another tenant, number {number}.".encode()

    started = time.perf_counter()
    async with runtime.database.begin(member(workspace_id)) as session:
        accepted = await documents.upload(session, runtime, content(), NewDocument(f"{number}.txt"))
    while time.perf_counter() - started < _LIMIT_SECONDS:
        async with runtime.database.begin(member(workspace_id)) as session:
            if (await documents.read(session, accepted.document.id)).status == "ready":
                return time.perf_counter() - started
        await asyncio.sleep(_POLL_SECONDS)
    raise TimeoutError("an upload was not read in time")


async def items_seen(admin_url: str) -> int:
    """How far the sync has come."""
    async with await psycopg.AsyncConnection.connect(admin_url) as connection:
        row = await (await connection.execute("SELECT coalesce(max(seen), 0) FROM sync_runs")).fetchone()
    return int(row[0]) if row else 0


async def measure(
    runtime: Runtime, admin_url: str, shelf: Path, options: argparse.Namespace
) -> dict[str, object]:
    """The waits before and during the sync."""
    crowd, single = new_workspace(admin_url), new_workspace(admin_url)
    await wait_of_upload(runtime, single, -1)  # the workers load their model
    before = [await wait_of_upload(runtime, single, number) for number in range(options.uploads)]
    async with runtime.database.begin(member(crowd)) as session:
        new = NewSource("folder", "shelf", {"path": str(shelf), "watch": False})
        source = (await sources.create(session, runtime, new)).source
        run = await syncing.start(session, source.id)
    started = time.perf_counter()
    while await items_seen(admin_url) < min(200, options.items // 2):  # noqa: ASYNC110 - another process's work
        await asyncio.sleep(_POLL_SECONDS)
    during = []
    for number in range(options.uploads):
        during.append(await wait_of_upload(runtime, single, 1_000_000 + number))
        await asyncio.sleep(options.pause)
    seen, seconds = await items_seen(admin_url), time.perf_counter() - started
    async with runtime.database.begin(member(crowd)) as session:
        queued = (await syncing.report(session, run.id, source.id)).run
        status = queued.status
    stopping = time.perf_counter()
    if status in ("queued", "running"):
        async with runtime.database.begin(member(crowd)) as session:
            await syncing.cancel(session, run.id)
    return {
        "items": options.items,
        "seen_meanwhile": seen,
        "items_per_second": round(seen / seconds, 1),
        "status_meanwhile": status,
        "wait_before_p50_s": round(float(np.median(before)), 2),
        "wait_during_p50_s": round(float(np.median(during)), 2),
        "wait_during_max_s": round(max(during), 2),
        "cancel_s": round(time.perf_counter() - stopping, 2),
        "budget_s": BUDGET_SECONDS,
    }


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with fresh_cluster() as (folder, admin_url):
        shelf = folder / "shelf"
        fill(shelf, options.items)
        settings, url = settings_for(folder), app_url_for(admin_url)
        runtime = build_runtime(settings, url)
        with workers(settings, url, options.workers):
            try:
                return await measure(runtime, admin_url, shelf, options)
            finally:
                await runtime.close()


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--uploads", type=int, default=20, help="single uploads, one after the other")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two of them")
    parser.add_argument("--workers", type=int, default=1)
    print(json.dumps({"sync_fairness": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
