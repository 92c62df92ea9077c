"""Workers killed, late or cancelled: afterwards a document is ready once, or failed with its reason."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from answerable.identity.workspaces.files import remove_leftovers
from answerable.jobs import JobContext
from answerable.jobs import repository as jobs
from answerable.jobs.tickets import Ticket
from answerable.kit import ids
from answerable.knowledge.documents import service, texts
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document
from answerable.knowledge.parsing.document import ParsedDocument
from tests.factories.callers import Caller
from tests.factories.system import SystemBench, random_moments
from tests.factories.uploads import send_file, settled, upload_document
from tests.factories.waiting import eventually

URL = "/api/v1/documents"
WAITS_FOR_A_LOCK = (
    "EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
)
CHUNKS = 6


class Bench(SystemBench):
    """The system with documents in it."""

    async def upload(self, text: str) -> DocumentRow:
        """Take a text file in."""

        async def chunks() -> AsyncIterator[bytes]:
            yield text.encode()

        async with self.runtime.database.begin(self.principal) as session:
            accepted = await service.upload(session, self.runtime, chunks(), NewDocument("a.md"))
            return accepted.document

    async def started(self, document: DocumentRow) -> JobContext:
        """The job that reads the document, as the worker has it that has just taken it up."""
        ((ticket_id,),) = self.execute("SELECT id FROM procrastinate_jobs")
        ticket = Ticket(int(str(ticket_id)), document.workspace_id, str(document.job_id), 1)
        async with self.runtime.database.begin(self.principal) as session:
            assert await jobs.claim(session, ticket) is not None
        return JobContext(self.runtime, ticket)

    async def documents(self) -> list[DocumentRow]:
        """All documents as they are."""
        async with self.runtime.database.begin(self.principal) as session:
            return [await service.read(session, row) for row in await self._ids()]

    async def _ids(self) -> list[str]:
        rows = await asyncio.to_thread(self.execute, "SELECT id FROM documents ORDER BY id")
        return [ids.encode("doc", row[0]) for row in rows]  # type: ignore[arg-type]


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(system_url, tmp_path)
    yield bench
    await bench.close()


def _text(number: int) -> str:
    sections = [
        f"# Section {part} of {number}\n\n" + f"Sentence {part} about parcels and refunds. " * 25
        for part in range(CHUNKS)
    ]
    return "\n\n".join(sections)


async def test_workers_killed_at_any_moment_leave_each_document_ready_once_or_failed(bench: Bench) -> None:
    moments = random_moments()
    for number in range(2):
        await bench.upload(_text(number))
    for _ in range(2):
        worker = bench.worker()
        attempts = await _attempts(bench)
        await eventually(partial(_busy, bench, attempts), seconds=60)
        await asyncio.sleep(moments.uniform(0, 0.4))
        await bench.kill(worker)
    bench.worker()
    await eventually(lambda: _all_ended(bench), seconds=60)
    for document in await bench.documents():
        counts = bench.execute(
            "SELECT (SELECT count(*) FROM chunks WHERE document_id = %(id)s),"
            " (SELECT count(*) FROM document_texts WHERE document_id = %(id)s),"
            " (SELECT count(*) FROM indexed_documents WHERE document_id = %(id)s)".replace(
                "%(id)s", f"'{ids.decode('doc', document.id)}'"
            )
        )[0]
        ready = document.status == DocumentStatus.READY
        assert counts == ((document.chunk_count, 1, 1) if ready else (0, 0, 0)), document.status
        assert ready or (document.error_code and document.error_detail)
        assert not ready or (document.chunk_count or 0) >= CHUNKS


async def _attempts(bench: Bench) -> int:
    rows = await asyncio.to_thread(bench.execute, "SELECT coalesce(sum(attempt), 0)::int FROM documents")
    return int(str(rows[0][0]))


async def _busy(bench: Bench, attempts: int) -> bool:
    """A new attempt has begun, or everything has ended."""
    return await _attempts(bench) > attempts or await _all_ended(bench)


async def _all_ended(bench: Bench) -> bool:
    open_ones = "SELECT 1 FROM documents WHERE status IN ('queued', 'processing')"
    return not await asyncio.to_thread(bench.execute, open_ones)


async def test_a_late_attempt_writes_nothing(bench: Bench) -> None:
    document = await bench.upload("# Title\n\nText of the late one.")
    parsed = ParsedDocument("Text of the late one.", (), (), None, "text/plain")
    indexed = IndexedDocument(document.id, "Late", document.source_id)
    passage = Passage(0, 0, len(parsed.text), parsed.text)
    prepared = await prepare_document(bench.runtime, document.workspace_id, indexed, [passage])
    begun = []
    for _ in range(2):
        async with bench.runtime.database.begin(bench.principal) as session:
            attempt = await service.begin_attempt(session, document.id)
            assert attempt is not None
            begun.append(attempt)
    late, current = begun
    assert (late.attempt, current.attempt) == (1, 2)
    async with bench.runtime.database.begin(bench.principal) as session:
        await service.finish(session, bench.runtime, late, service.ReadDocument(parsed, prepared, "1:200:0"))
        assert await texts.read(session, document.id) is None
    assert bench.execute("SELECT 1 FROM chunks") == []
    async with bench.runtime.database.begin(bench.principal) as session:
        await service.finish(
            session, bench.runtime, current, service.ReadDocument(parsed, prepared, "1:200:0")
        )
    async with bench.runtime.database.begin(bench.principal) as session:
        assert (await service.read(session, document.id)).status == DocumentStatus.READY
        await service.fail(session, document.id, "late", "Too late.")
        assert await service.begin_attempt(session, document.id) is None
    async with bench.runtime.database.begin(bench.principal) as session:
        assert (await service.read(session, document.id)).status == DocumentStatus.READY


async def test_the_end_of_a_job_and_a_deletion_of_its_document_do_not_wait_for_each_other(
    bench: Bench,
) -> None:
    document = await bench.upload("# Title\n\nText that is finished and deleted at once.")
    job = await bench.started(document)
    async with job.begin() as session:
        attempt = await service.begin_attempt(session, document.id)
    assert attempt is not None
    parsed = ParsedDocument("Text that is finished.", (), (), None, "text/plain")
    indexed = IndexedDocument(document.id, "Title", document.source_id)
    passage = Passage(0, 0, len(parsed.text), parsed.text)
    prepared = await prepare_document(bench.runtime, document.workspace_id, indexed, [passage])

    async def delete() -> None:
        async with bench.runtime.database.begin(bench.principal) as session:
            await service.delete(session, document.id)

    async with job.complete() as session:
        await service.finish(
            session, bench.runtime, attempt, service.ReadDocument(parsed, prepared, "1:200:0")
        )
        deleting = asyncio.create_task(delete())
        await eventually(lambda: bench.holds(WAITS_FOR_A_LOCK))
    await deleting
    assert bench.execute("SELECT 1 FROM documents") == bench.execute("SELECT 1 FROM chunks") == []


async def test_an_upload_whose_transaction_fails_leaves_no_file_but_an_old_one_is_swept(bench: Bench) -> None:
    kept = await bench.upload("kept")
    orphan = await bench.upload("orphan")
    bench.execute("DELETE FROM documents WHERE id = %s", ids.decode("doc", orphan.id))
    store = bench.runtime.files
    await remove_leftovers(bench.runtime)
    assert store.path(orphan.file_key).exists()
    for key in (kept.file_key, orphan.file_key):
        os.utime(store.path(key), (1, 1))
    await remove_leftovers(bench.runtime)
    assert store.path(kept.file_key).exists()
    assert not store.path(orphan.file_key).exists()


@pytest.mark.usefixtures("worker")
async def test_a_cancelled_document_leaves_nothing_partial(editor: Caller) -> None:
    answer = (await send_file(editor, URL, "a.md", "\n\n".join(_text(n) for n in range(120)))).json()
    document_url = f"{URL}/{answer['document']['id']}"

    async def under_way() -> bool:
        return (await editor.get(f"/api/v1/jobs/{answer['job']['id']}")).json()["progress"] is not None

    await eventually(under_way)
    assert (await editor.post(f"/api/v1/jobs/{answer['job']['id']}/cancel")).status_code == 202
    document = await settled(editor, document_url)
    assert (document["status"], document["error"]["code"]) == ("failed", "cancelled")  # type: ignore[index]
    assert (await editor.get(f"{document_url}/text")).status_code == 409
    assert (await editor.post("/api/v1/search", json={"query": "parcels"})).json()["results"] == []


@pytest.mark.usefixtures("worker")
async def test_a_document_deleted_while_it_is_read_stays_deleted(editor: Caller, unique: str) -> None:
    answer = (await send_file(editor, URL, "a.md", "\n\n".join(_text(n) for n in range(120)))).json()
    document_id, job_id = answer["document"]["id"], answer["job"]["id"]

    async def under_way() -> bool:
        return (await editor.get(f"/api/v1/jobs/{job_id}")).json()["progress"] is not None

    await eventually(under_way)
    assert (await editor.delete(f"{URL}/{document_id}")).status_code == 204

    async def ended() -> bool:
        return (await editor.get(f"/api/v1/jobs/{job_id}")).json()["status"] == "cancelled"

    await eventually(ended)
    after = await upload_document(editor, "b.txt", f"Another text {unique}")
    assert after["status"] == "ready"
    results = (await editor.post("/api/v1/search", json={"query": "parcels and refunds"})).json()["results"]
    assert document_id not in {result["document_id"] for result in results}
