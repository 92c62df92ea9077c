"""Texts of many parts: stored, cut, found, quoted, cut anew, renewed and deleted as short ones are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest

from answerable.cli.verify.rows import check_rows
from answerable.jobs import cancel_job, get_job
from answerable.kit import ids
from answerable.knowledge.chunking import chunk
from answerable.knowledge.documents import service, tasks, texts
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus
from answerable.knowledge.parsing.document import Heading, Page, ParsedDocument, Table
from answerable.knowledge.parsing.long_text import LongText, LongTextWriter, is_blank
from answerable.knowledge.retrieval import search
from tests.factories.system import SystemBench, random_moments
from tests.factories.waiting import eventually

pytestmark = pytest.mark.timeout(300)

PART = 1_000


def prose(paragraphs: int, seed: str = "") -> str:
    """Paragraphs with a chapter's heading every twenty, some letters beyond ASCII, each paragraph its own."""
    lines = []
    for number in range(paragraphs):
        if number % 20 == 0:
            lines.append(f"{number // 20 + 1}. Chapter of the harbour")
        lines.append(
            f"Entry {seed}{number} of the café’s log: parcel {number * 7919} was weighed at the quay, "
            f"and the clerk wrote down that berth {number % 97} stood empty. Nobody asked for it before "
            "evening came."
        )
    return "\n\n".join(lines)


def test_a_long_text_is_read_like_a_string(tmp_path: Path) -> None:
    text = prose(40)
    writer = LongTextWriter(tmp_path / "text", 97)
    writer.write(text[:500])
    writer.write("to be cut off " * 40)
    writer.cut(500)
    writer.write(text[500:])
    long = LongText(tmp_path / "text", writer.finish())
    assert len(long) == len(text)
    assert "".join(long.parts()) == text
    for start in range(0, len(text), 61):
        for length in (0, 1, 96, 97, 98, 400):
            assert long[start : start + length] == text[start : start + length]
            span = (start, start + length)
            assert (long.find("\n\n", *span), long.rfind(". ", *span)) == (
                text.find("\n\n", *span),
                text.rfind(". ", *span),
            )
    assert is_blank(long, 3, 3)
    assert not is_blank(long, 0, len(long))
    long.close()


def test_parts_that_the_file_does_not_have_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("é".encode() * 10)
    with pytest.raises(ValueError, match="not those"):
        LongText(tmp_path / "text", [(10, 19)])
    with pytest.raises(ValueError, match="another length"):
        list(LongText(tmp_path / "text", [(9, 20)]).parts())
    (tmp_path / "link").symlink_to(tmp_path / "text")
    with pytest.raises(OSError, match="link"):
        LongText(tmp_path / "link", [(10, 20)])


@pytest.mark.parametrize("overlap", [0, 20])
def test_a_long_text_is_cut_as_it_would_be_in_memory(tmp_path: Path, overlap: int) -> None:
    text = prose(60) + "\n\n" + "word " * 4000 + "\n\n" + "x" * 9000
    headings = tuple(
        Heading(1, text[at : at + 9], at, at + 9)
        for at in range(len(text))
        if text.startswith("1. Chapte", at)
    )
    writer = LongTextWriter(tmp_path / "text", 311)
    writer.write(text)
    held = ParsedDocument(text, (), headings, None, "text/plain")
    long = ParsedDocument(
        "", (), headings, None, "text/plain", long=LongText(tmp_path / "text", writer.finish())
    )
    cut = list(chunk(held, target_tokens=60, overlap_tokens=overlap))
    assert len(cut) > 100
    assert list(chunk(long, target_tokens=60, overlap_tokens=overlap)) == cut


class Bench(SystemBench):
    """A system whose texts are long from ten thousand characters on."""

    def __init__(self, admin_url: str, data_dir: Path) -> None:
        super().__init__(admin_url, data_dir, parsing={"part_characters": PART})

    async def upload(self, text: str, name: str = "log.txt") -> DocumentRow:
        """Take a text file in."""

        async def chunks() -> AsyncIterator[bytes]:
            yield text.encode()

        async with self.runtime.database.begin(self.principal) as session:
            return (await service.upload(session, self.runtime, chunks(), NewDocument(name))).document

    async def read(self, document: DocumentRow) -> DocumentRow:
        """The document once it has ended."""
        ended = (
            f"EXISTS (SELECT FROM documents WHERE id = '{_uuid(document)}' AND status IN ('ready', 'failed'))"
        )
        await eventually(partial(self.holds, ended), seconds=90)
        async with self.runtime.database.begin(self.principal) as session:
            return await service.read(session, document.id)

    async def text(self, document: DocumentRow) -> texts.TextRange:
        """All of its text."""
        async with self.runtime.database.begin(self.principal) as session:
            return await service.read_text(session, document.id)

    def problems(self) -> list[str]:
        """What `answerable verify` says of the rows."""
        with psycopg.connect(self.admin_url) as connection:
            return [problem.check for problem in check_rows(connection)[1]]

    def counts(self) -> dict[str, int]:
        """How many rows there are."""
        names = ("document_texts", "document_text_parts", "chunks", "chunk_vectors", "staged_chunks",
                 "staged_vectors", "staged_terms", "indexed_documents")  # fmt: skip
        return {name: int(str(self.execute(f"SELECT count(*) FROM {name}")[0][0])) for name in names}


def _uuid(document: DocumentRow) -> str:
    return str(ids.decode("doc", document.id))


@pytest.fixture
async def bench(system_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(system_url, tmp_path)
    yield bench
    await bench.close()


async def test_a_text_of_many_parts_is_found_quoted_and_deleted(bench: Bench) -> None:
    bench.worker()
    document = await bench.read(await bench.upload(prose(150)))
    assert document.status == DocumentStatus.READY, document.error_detail
    found = await bench.text(document)
    assert found.text == prose(150)
    assert found.total == len(found.text)
    counts = bench.counts()
    assert counts["document_text_parts"] == found.total // PART
    assert counts["chunks"] == counts["chunk_vectors"] == document.chunk_count
    assert counts["staged_chunks"] == counts["staged_vectors"] == counts["staged_terms"] == 0
    assert [found.text[start:end] for _, _, start, end in found.headings][:2] == [
        "1. Chapter of the harbour",
        "2. Chapter of the harbour",
    ]  # fmt: skip
    assert len(found.headings) == 8
    async with bench.runtime.database.begin(bench.principal) as session:
        results = await search(session, bench.runtime, "parcel 981956")
    best = results.passages[0].candidate
    assert "parcel 981956" in best.text
    assert found.text[best.start : best.end] == best.text
    assert bench.problems() == []
    async with bench.runtime.database.begin(bench.principal) as session:
        await service.delete(session, document.id)
    assert set(bench.counts().values()) == {0}
    assert bench.problems() == []


async def test_workers_killed_at_any_moment_leave_a_long_text_ready_once_and_repeat_no_vector(
    bench: Bench,
) -> None:
    moments = random_moments()
    document = await bench.upload(prose(220))
    staged = 0
    for _ in range(3):
        worker = bench.worker()
        more = f"(SELECT count(*) FROM staged_chunks) > {staged} OR EXISTS (SELECT FROM chunks)"
        await eventually(partial(bench.holds, more), seconds=60)
        await asyncio.sleep(moments.uniform(0, 0.3))
        await bench.kill(worker)
        kept = bench.counts()["staged_chunks"]
        assert kept >= staged or bench.counts()["chunks"]
        staged = kept
    first = dict(bench.execute("SELECT ordinal, public_id FROM staged_chunks"))
    bench.worker()
    read = await bench.read(document)
    assert (read.status, read.error_detail) == (DocumentStatus.READY, None)
    counts = bench.counts()
    assert counts["chunks"] == counts["chunk_vectors"] == read.chunk_count
    assert counts["staged_chunks"] == counts["staged_vectors"] == 0
    last = dict(bench.execute("SELECT ordinal, public_id FROM chunks"))
    assert {ordinal: last[ordinal] for ordinal in first} == first
    assert (await bench.text(document)).text == prose(220)
    assert bench.problems() == []


async def test_a_worker_killed_while_it_moves_the_passages_leaves_none_until_all_are_there(
    bench: Bench,
) -> None:
    document = await bench.upload(prose(150))
    with psycopg.connect(bench.admin_url) as other:
        # Whoever ends a long document writes here last: the move before it has been made by then.
        other.execute("LOCK TABLE lexical_terms IN ACCESS EXCLUSIVE MODE")
        worker = bench.worker()
        waits = "EXISTS (SELECT FROM pg_locks WHERE relation = 'lexical_terms'::regclass AND NOT granted)"
        await eventually(partial(bench.holds, waits), seconds=60)
        assert bench.counts()["chunks"] == 0
        assert bench.counts()["staged_chunks"] > 0
        await bench.kill(worker)
        other.rollback()
    await eventually(partial(bench.holds, f"NOT {waits}"))
    assert (bench.counts()["chunks"], bench.counts()["document_texts"]) == (0, 0)
    bench.worker()
    read = await bench.read(document)
    assert bench.counts()["chunks"] == read.chunk_count
    assert bench.problems() == []


async def test_a_long_text_is_cancelled_while_its_passages_are_moved(bench: Bench) -> None:
    document = await bench.upload(prose(150))
    with psycopg.connect(bench.admin_url) as other:
        other.execute("LOCK TABLE lexical_terms IN ACCESS EXCLUSIVE MODE")
        bench.worker()
        waits = "EXISTS (SELECT FROM pg_locks WHERE relation = 'lexical_terms'::regclass AND NOT granted)"
        await eventually(partial(bench.holds, waits), seconds=60)
        job_id = str(document.job_id)
        async with bench.runtime.database.begin(bench.principal) as session:
            before = (await get_job(session, job_id)).progress
            asked = await cancel_job(session, job_id)
        assert before is not None
        assert (before.total, before.unit) == (None, "passages on their way into the index")
        assert asked.cancel_requested_at is not None
        await eventually(partial(bench.holds, f"NOT {waits}"))
        other.rollback()
    read = await bench.read(document)
    assert (read.status, read.error_code) == (DocumentStatus.FAILED, "cancelled")
    assert set(bench.counts().values()) == {0}
    assert bench.problems() == []


async def test_a_long_text_deleted_while_it_is_read_leaves_nothing(bench: Bench) -> None:
    document = await bench.upload(prose(220))
    bench.worker()
    await eventually(partial(bench.holds, "EXISTS (SELECT FROM staged_chunks)"), seconds=60)
    async with bench.runtime.database.begin(bench.principal) as session:
        await service.delete(session, document.id)
    await bench.nothing_open()
    assert set(bench.counts().values()) == {0}
    assert bench.problems() == []


async def test_a_long_text_is_cut_anew_by_a_job_and_its_words_are_renewed_part_by_part(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = bench.worker()
    document = await bench.read(await bench.upload(prose(150)))
    await bench.nothing_open()
    await bench.kill(worker)
    before = bench.execute("SELECT count(*), max(end_offset) FROM chunks")[0]
    bench.execute('UPDATE sources SET chunking = \'{"target_tokens": 60, "overlap_tokens": 0}\'')
    await tasks.cut_anew(bench.runtime, datetime.now(UTC))
    await tasks.cut_anew(bench.runtime, datetime.now(UTC))  # no second job
    assert len(bench.execute("SELECT 1 FROM jobs WHERE kind = 'documents.cut'")) == 1
    bench.worker()
    await bench.nothing_open()
    after = bench.execute("SELECT count(*), max(end_offset) FROM chunks")[0]
    assert int(str(after[0])) > int(str(before[0]))
    assert after[1] == before[1]
    assert bench.problems() == []
    words = bench.execute("SELECT document_id, ordinal, terms, weights::text FROM chunks ORDER BY ordinal")
    bench.execute("UPDATE indexed_documents SET words_version = 0")
    bench.execute("UPDATE documents SET language = NULL")
    monkeypatch.setattr("answerable.knowledge.indexing.renewal._AT_ONCE", 7)
    await tasks.renew_words(bench.runtime, datetime.now(UTC))
    assert words == bench.execute(
        "SELECT document_id, ordinal, terms, weights::text FROM chunks ORDER BY ordinal"
    )
    assert bench.problems() == []
    async with bench.runtime.database.begin(bench.principal) as session:
        assert (await service.read(session, document.id)).language == "en"


async def test_a_cancelled_or_failed_long_text_leaves_nothing_staged(bench: Bench) -> None:
    document = await bench.upload(prose(220))
    worker = bench.worker()
    await eventually(partial(bench.holds, "EXISTS (SELECT FROM staged_chunks)"), seconds=60)
    await bench.kill(worker)
    async with bench.runtime.database.begin(bench.principal) as session:
        await service.fail(session, document.id, "crash", "It failed.")
    assert set(bench.counts().values()) == {0}


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("DELETE FROM document_text_parts WHERE start_offset = 3000", "text_with_a_gap"),
        ("UPDATE document_text_parts SET text = 'x' || text WHERE start_offset = 3000", "text_with_a_gap"),
        ("UPDATE document_text_parts SET text = translate(text, 'e', 'E')", "chunk_outside_text"),
        (
            "INSERT INTO staged_terms (document_id, workspace_id, term, chunks)"
            " SELECT id, workspace_id, 1, 1 FROM documents",
            "staged_passages_without_job",
        ),
    ],
)
async def test_verify_finds_a_damaged_long_text(bench: Bench, damage: str, check: str) -> None:
    bench.worker()
    await bench.read(await bench.upload(prose(80)))
    await bench.nothing_open()
    assert bench.problems() == []
    bench.execute(damage)
    assert check in bench.problems()


async def test_a_range_knows_the_marks_that_lie_in_it(bench: Bench) -> None:
    text = "".join(chr(97 + number % 26) for number in range(4_500))
    pages = (Page(1, 0, 1_400), Page(2, 1_400, 3_200), Page(3, 3_200, 4_500), Page(4, 4_500, 4_500))
    headings = (Heading(1, text[990:1_010], 990, 1_010), Heading(2, text[3_000:3_009], 3_000, 3_009))
    table = Table(1_500, 1_520, 3_900)
    document = await bench.upload("a document")
    parsed = ParsedDocument(text, pages, headings, None, "text/plain", tables=(table,))
    async with bench.runtime.database.begin(bench.principal) as session:
        await texts.put(session, document.id, parsed, PART)
        whole = await texts.read(session, document.id)
        assert whole is not None
        assert (whole.text, whole.total, whole.end) == (text, 4_500, 4_500)
        assert [page[0] for page in whole.pages] == [1, 2, 3, 4]
        assert (whole.tables, [heading[0] for heading in whole.headings]) == ([[1_500, 1_520, 3_900]], [1, 2])
        part = await texts.read(session, document.id, 995, 1_100)
        assert part is not None
        assert (part.text, part.start, part.end) == (text[995:2_095], 995, 2_095)
        assert [page[0] for page in part.pages] == [1, 2]
        assert ([heading[0] for heading in part.headings], len(part.tables)) == ([1], 1)
        behind = await texts.read(session, document.id, 9_999, 10)
        assert behind is not None
        assert (behind.text, behind.start, behind.end) == ("", 4_500, 4_500)
        row = await service.read(session, document.id)
        loaded = await texts.load(session, row, bench.data_dir, PART)
        assert loaded is not None
        assert (loaded.text, loaded.pages, loaded.headings) == (text, pages, headings)
        long = await texts.load(session, row, bench.data_dir, 400)
        assert long is not None
        assert long.long is not None
        assert (long.whole[:], long.pages, long.tables) == (text, pages, (table,))
