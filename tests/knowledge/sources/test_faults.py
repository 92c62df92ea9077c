"""Syncs killed at seeded moments, sources that change meanwhile, tenants side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.sources import service
from answerable.knowledge.sources.service import NewSource
from answerable.knowledge.sources.sync import service as syncing
from tests.factories.system import SystemBench, random_moments
from tests.factories.waiting import eventually

FILES = 26


class Bench(SystemBench):
    """The system with a folder that is synced."""

    @property
    def folder(self) -> Path:
        """What is synced."""
        return self.data_dir.parent / "shelf"

    async def add(self) -> str:
        """Add the folder as a source; its id."""
        config = {"path": str(self.folder)}
        async with self.runtime.database.begin(self.principal) as session:
            new = NewSource("folder", "Shelf", config)
            return (await service.create(session, self.runtime, new)).source.id

    async def start(self, source_id: str) -> str:
        """Start a sync; the run's id."""
        async with self.runtime.database.begin(self.principal) as session:
            return (await syncing.start(session, source_id)).id

    async def seen(self, more_than: int) -> bool:
        """Whether the sync has come beyond a number of items, or ended."""
        return await self.holds(
            f"EXISTS (SELECT 1 FROM sync_runs WHERE seen > {more_than} OR finished_at IS NOT NULL)"
        )

    def one(self, statement: str) -> tuple[object, ...]:
        """A statement's one row."""
        (row,) = self.execute(statement)
        return row


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(system_url, tmp_path / "data")
    bench.folder.mkdir()
    for number in range(FILES):
        (bench.folder / f"n{number:03d}.md").write_text(f"Note number {number} about parcels.")
    yield bench
    await bench.close()


COUNTS = "SELECT seen, added, changed, unchanged, deleted, failed FROM sync_runs"
WITHOUT_OWNER = """
    SELECT (SELECT count(*) FROM documents d
            WHERE NOT EXISTS (SELECT 1 FROM source_items i WHERE i.document_id = d.id)),
           (SELECT count(*) FROM source_items WHERE document_id IS NULL)
"""


@pytest.mark.timeout(200)
async def test_a_sync_killed_at_any_moment_loses_nothing_and_doubles_nothing(bench: Bench) -> None:
    moments = random_moments()
    await bench.start(await bench.add())
    for kill in range(4):
        worker = bench.worker()
        await eventually(partial(bench.seen, kill * 5), seconds=60)
        await asyncio.sleep(moments.uniform(0, 0.15))
        await bench.kill(worker)
    bench.worker()
    await bench.nothing_open()
    assert bench.one("SELECT status FROM sync_runs") == ("succeeded",)
    assert bench.one(COUNTS) == (FILES, FILES, 0, 0, 0, 0)
    assert bench.one("SELECT count(*), count(DISTINCT sha256) FROM documents") == (FILES, FILES)
    assert bench.one(WITHOUT_OWNER) == (0, 0)
    assert bench.one("SELECT count(DISTINCT document_id) FROM indexed_documents") == (FILES,)


async def test_a_source_that_changes_during_the_sync_is_whole_after_the_next(bench: Bench) -> None:
    moments = random_moments()
    source_id = await bench.add()
    await bench.start(source_id)
    bench.worker()
    await eventually(partial(bench.seen, 0), seconds=60)
    for number in moments.sample(range(FILES), 9):
        path = bench.folder / f"n{number:03d}.md"
        if number % 3:
            path.write_text(f"Changed note number {number}.")
        else:
            path.unlink()
        (bench.folder / f"new{number:03d}.md").write_text(f"A new note, number {number}.")
    await bench.nothing_open()
    await bench.start(source_id)
    await bench.nothing_open()
    assert bench.execute("SELECT 1 FROM sync_runs WHERE status <> 'succeeded' OR failed > 0") == []
    held = {path.name for path in bench.folder.iterdir()}
    assert {row[0] for row in bench.execute("SELECT external_id FROM source_items")} == held
    waiting = bench.one("SELECT count(superseded_id) FROM source_items")[0]
    assert bench.one("SELECT count(*) FROM documents") == (len(held) + int(str(waiting)),)


async def test_a_late_portion_of_a_run_that_was_paused_and_resumed_writes_nothing(bench: Bench) -> None:
    source_id = await bench.add()
    run_id = await bench.start(source_id)
    for change in (syncing.pause, syncing.resume):
        async with bench.runtime.database.begin(bench.principal) as session:
            await change(session, source_id)
    async with bench.runtime.database.begin(bench.principal) as session:
        assert await syncing.begin_portion(session, run_id, 1) is None
        assert await syncing.begin_portion(session, run_id, 2) is not None
    bench.worker()
    await bench.nothing_open()
    assert bench.one(COUNTS) == (FILES, FILES, 0, 0, 0, 0)


async def test_a_large_sync_does_not_keep_another_tenants_upload_waiting(bench: Bench) -> None:
    for number in range(FILES, 4 * FILES):
        (bench.folder / f"n{number:03d}.md").write_text(f"Note number {number} about parcels.")
    await bench.start(await bench.add())
    other = Principal.system(ids.new_id("ws"))
    bench.execute(
        "INSERT INTO workspaces (id, name) VALUES (%s, 'Other')", ids.decode("ws", other.workspace_id or "")
    )
    bench.worker()
    await eventually(partial(bench.seen, 20), seconds=60)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"A single upload of another tenant."

    async with bench.runtime.database.begin(other) as session:
        uploaded = await documents.upload(session, bench.runtime, chunks(), NewDocument("a.txt"))
    place = ids.decode("doc", uploaded.document.id)
    await eventually(
        lambda: bench.holds(f"EXISTS (SELECT 1 FROM documents WHERE id = '{place}' AND status = 'ready')"),
        seconds=60,
    )
    assert bench.one("SELECT status FROM sync_runs") == ("running",)
