"""Who ends, cancels and deletes at once does not wait in a circle: PostgreSQL counts its deadlocks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from answerable.jobs import JobContext
from answerable.jobs import repository as jobs
from answerable.jobs.tickets import Ticket
from answerable.kit import ids
from answerable.kit.errors import Conflict, NotFound
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.tables import DocumentRow
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.sources import repository as sources
from answerable.knowledge.sources import service
from answerable.knowledge.sources.service import NewSource
from answerable.knowledge.sources.sync import intake, repository
from answerable.knowledge.sources.sync import service as syncing
from answerable.knowledge.sources.sync.portion import Portion
from tests.factories.system import SystemBench, random_moments
from tests.factories.waiting import eventually
from tests.knowledge.parsing.files import zipped

_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_WAITS = (
    "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
)
_LEFT = """
    SELECT (SELECT count(*) FROM documents d WHERE d.is_member
            AND NOT EXISTS (SELECT FROM document_members m WHERE m.document_id = d.id)),
           (SELECT count(*) FROM documents d WHERE NOT d.is_member
            AND NOT EXISTS (SELECT FROM source_items i WHERE d.id IN (i.document_id, i.superseded_id))),
           (SELECT count(*) FROM indexed_documents i
            WHERE NOT EXISTS (SELECT FROM documents d WHERE d.id = i.document_id)),
           (SELECT count(*) FROM documents d JOIN document_members m ON m.document_id = d.id
            JOIN documents c ON c.id = m.container_id WHERE d.status IN ('queued', 'processing'))
"""


class Bench(SystemBench):
    """The system with a folder that is synced, and work taken up by hand."""

    @property
    def folder(self) -> Path:
        """What is synced."""
        return self.data_dir.parent / "shelf"

    async def add(self) -> str:
        """Add the folder as a source; its id."""
        async with self.runtime.database.begin(self.principal) as session:
            new = NewSource("folder", "Shelf", {"path": str(self.folder), "watch": False})
            return (await service.create(session, self.runtime, new)).source.id

    async def start(self, source_id: str) -> str:
        """Start a sync; the run's id."""
        async with self.runtime.database.begin(self.principal) as session:
            return (await syncing.start(session, source_id)).id

    async def cancel(self, run_id: str) -> None:
        """Cancel a sync, unless it has ended."""
        with suppress(Conflict):
            async with self.runtime.database.begin(self.principal) as session:
                await syncing.cancel(session, run_id)

    async def started(self, job_id: str) -> JobContext:
        """A queued job, as the worker has it that has just taken it up."""
        rows = self.execute("SELECT id, args FROM procrastinate_jobs")
        (ticket_id,) = [row[0] for row in rows if row[1]["job_id"] == job_id]  # type: ignore[index]
        ticket = Ticket(int(str(ticket_id)), self.principal.workspace_id or "", job_id, 1)
        async with self.runtime.database.begin(self.principal) as session:
            assert await jobs.claim(session, ticket) is not None
        return JobContext(self.runtime, ticket)

    def deadlocks(self) -> int:
        """How many PostgreSQL has broken up in this database."""
        return int(str(self.execute(_DEADLOCKS)[0][0]))


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(system_url, tmp_path / "data")
    bench.folder.mkdir()
    yield bench
    await bench.close()


async def _take_in(bench: Bench, source_id: str) -> str:
    """Sync the folder by hand; the run's id."""
    run_id = await bench.start(source_id)
    async with bench.runtime.database.begin(bench.principal) as session:
        run = await repository.get_run(session, run_id)
    assert run is not None
    await Portion(await bench.started(str(run.job_id)), run_id, 1).work()
    return run_id


async def _read(
    bench: Bench, job: JobContext, document_id: str
) -> tuple[DocumentRow, documents.ReadDocument]:
    """A document's reading up to its last transaction."""
    async with job.begin() as session:
        attempt = await documents.begin_attempt(session, document_id)
    assert attempt is not None
    parsed = ParsedDocument("About parcels and refunds.", (), (), None, "text/plain")
    indexed = IndexedDocument(document_id, "Title", attempt.source_id)
    passage = Passage(0, 0, len(parsed.text), parsed.text)
    prepared = await prepare_document(bench.runtime, attempt.workspace_id, indexed, [passage])
    return attempt, documents.ReadDocument(parsed, prepared, "1:200:0")


async def _waits_or(bench: Bench, work: asyncio.Task[None]) -> bool:
    return work.done() or await bench.holds(_WAITS)


async def test_documents_that_go_together_do_not_wait_for_one_that_ends_meanwhile(bench: Bench) -> None:
    for name in ("a.md", "b.md"):
        (bench.folder / name).write_text(f"The note {name} speaks of parcels.")
    source_id = await bench.add()
    await _take_in(bench, source_id)
    before = bench.deadlocks()
    async with bench.runtime.database.begin(bench.principal) as session:
        rows = await repository.all_items(session, source_id, 10)
        found = [await documents.read(session, str(row.document_id)) for row in rows]
    first, second = [await bench.started(str(each.job_id)) for each in found]
    attempt, read = await _read(bench, first, found[0].id)
    async with first.complete() as session:
        await documents.finish(session, bench.runtime, attempt, read)
    attempt, read = await _read(bench, second, found[1].id)

    async def forget() -> None:
        async with bench.runtime.database.begin(bench.principal) as session:
            await intake.forget(session, source_id, rows)

    async with second.complete() as session:
        forgetting = asyncio.create_task(forget())
        await eventually(partial(_waits_or, bench, forgetting))
        await documents.finish(session, bench.runtime, attempt, read)
    await forgetting
    assert bench.execute("SELECT 1 FROM documents") == bench.execute("SELECT 1 FROM chunks") == []
    assert bench.deadlocks() == before


async def test_the_end_of_a_sync_and_its_being_cancelled_do_not_wait_for_each_other(bench: Bench) -> None:
    (bench.folder / "a.md").write_text("A note about parcels.")
    source_id = await bench.add()
    run_id = await bench.start(source_id)
    async with bench.runtime.database.begin(bench.principal) as session:
        run = await repository.get_run(session, run_id)
    assert run is not None
    job = await bench.started(str(run.job_id))
    before = bench.deadlocks()
    async with job.complete() as session:
        cancelling = asyncio.create_task(bench.cancel(run_id))
        await eventually(partial(_waits_or, bench, cancelling))
        await sources.lock(session, source_id)  # as a sync's last transaction does
        assert await syncing.begin_portion(session, run_id, 1) is None
    await cancelling
    assert bench.deadlocks() == before
    assert bench.execute("SELECT status FROM sync_runs") == [("cancelled",)]


@pytest.mark.timeout(250)
async def test_syncs_cancelled_and_archives_deleted_at_random_moments_leave_nothing_over(
    bench: Bench,
) -> None:
    moments = random_moments()
    before = bench.deadlocks()
    shared = {f"s{number}.txt": f"Shared note {number} about parcels." for number in range(6)}
    source_id = await bench.add()
    bench.worker()
    bench.worker()
    for turn in range(3):
        for number in range(4):
            held = dict(moments.sample(sorted(shared.items()), 3))
            own = zipped({f"own{number}.txt": f"Own note {number} of turn {turn}."})
            (bench.folder / f"a{number}.zip").write_bytes(zipped({**held, "inner.zip": own}))
        for name, text in shared.items():
            (bench.folder / name).unlink(missing_ok=True)
            if moments.random() < 0.5:
                (bench.folder / name).write_text(text)
        run_id = await bench.start(source_id)
        await asyncio.sleep(moments.uniform(0, 1.0))
        found = [ids.encode("doc", row[0]) for row in bench.execute("SELECT id FROM documents")]  # type: ignore[arg-type]
        chosen = moments.sample(found, min(2, len(found)))
        await asyncio.gather(bench.cancel(run_id), *(_delete(bench, each) for each in chosen))
    for path in bench.folder.iterdir():
        path.write_bytes(path.read_bytes() + b" ")  # what was deleted by hand comes back with other bytes
    await bench.nothing_open()
    await bench.start(source_id)
    await bench.nothing_open()
    assert bench.deadlocks() == before
    assert bench.execute(_LEFT) == [(0, 0, 0, 0)]
    (ended,) = bench.execute("SELECT status, failed FROM sync_runs ORDER BY created_at DESC LIMIT 1")
    assert ended == ("succeeded", 0)


async def _delete(bench: Bench, document_id: str) -> None:
    with suppress(NotFound):
        async with bench.runtime.database.begin(bench.principal) as session:
            await documents.delete(session, document_id)
