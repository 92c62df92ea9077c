"""`answerable verify` on a database of its own: silent when all is well, loud about what is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from answerable.cli.verify.rows import check_rows
from answerable.kit import ids
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.sources import service as sources
from answerable.knowledge.sources.service import NewSource
from answerable.knowledge.sources.sync import service as syncing
from tests.cli.command import Finished, run
from tests.factories.system import SystemBench


@pytest.fixture
async def bench(
    system_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SystemBench]:
    """A system with an uploaded document and a synced folder, all read."""
    bench = SystemBench(system_url, tmp_path / "data")
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", system_url)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path / "data"))
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("a", "b"):
        (shelf / f"{name}.md").write_text(f"# Note {name}\n\nThe note called {name} speaks of kettles.")

    async def chunks() -> AsyncIterator[bytes]:
        yield b"An uploaded note about parcels."

    bench.worker()
    async with bench.runtime.database.begin(bench.principal) as session:
        new = NewSource("folder", "Shelf", {"path": str(shelf)})
        source = (await sources.create(session, bench.runtime, new)).source
        await syncing.start(session, source.id)
        await documents.upload(session, bench.runtime, chunks(), NewDocument("up.txt"))
    await bench.nothing_open()
    yield bench
    await bench.close()


async def verify() -> Finished:
    """The command, in a thread because it has an event loop of its own."""
    return await asyncio.to_thread(run, "verify", "--json", "--min-age", "0")


def loose_file(bench: SystemBench) -> None:
    """A file that no row names."""
    folder = bench.runtime.files.root / str(bench.principal.workspace_id) / "documents" / "upl_x" / "ab"
    folder.mkdir(parents=True)
    (folder / "abc").write_bytes(b"left behind")


def foreign_folder(bench: SystemBench) -> None:
    """A folder of a workspace that is gone."""
    (bench.runtime.files.root / ids.new_id("ws") / "documents").mkdir(parents=True)


def lost_file(bench: SystemBench) -> None:
    """A document whose file somebody removed."""
    bench.runtime.files.path(str(bench.execute("SELECT file_key FROM documents LIMIT 1")[0][0])).unlink()


_ONE = "(SELECT id FROM documents ORDER BY id LIMIT 1)"
_DAMAGE = {
    "chunk_without_document": (f"DELETE FROM documents WHERE id = {_ONE}"),
    "index_entry_without_document": (
        f"UPDATE documents SET status = 'failed', error_code = 'x', error_detail = 'x' WHERE id = {_ONE}"
    ),
    "document_not_indexed": (f"DELETE FROM chunks WHERE document_id = {_ONE}"),
    "chunk_without_vector": ("DELETE FROM chunk_vectors"),
    "vector_of_another_document": ("UPDATE chunk_vectors SET document_id = gen_random_uuid()"),
    "chunk_outside_text": ("UPDATE document_texts SET text = 'x' || text"),
    "wrong_term_count": ("UPDATE lexical_terms SET chunks = chunks + 1 WHERE term = 0"),
    "text_without_document": (f"UPDATE documents SET status = 'queued' WHERE id = {_ONE}"),
    "synced_document_without_item": ("DELETE FROM source_items"),
    "cached_answer_without_document": (
        "INSERT INTO cached_answers (workspace_id, key, sealed, size, tags, created_at, expires_at, encoder)"
        f" SELECT id, 'k', 's', 1, ARRAY['document:{ids.new_id('doc')}'], now(), now(), '' FROM workspaces"
    ),
}
_FILE_DAMAGE: dict[str, Callable[[SystemBench], None]] = {
    "file_without_owner": loose_file,
    "folder_without_workspace": foreign_folder,
    "document_without_file": lost_file,
}


async def test_a_system_at_rest_is_in_order(bench: SystemBench) -> None:
    finished = await verify()
    assert finished.status == 0, finished.output
    report = json.loads(finished.output)
    assert report["ok"] is True
    assert report["counts"]["documents"] == 3
    assert report["counts"]["source_items"] == 2
    people = await asyncio.to_thread(run, "verify")
    assert "every ready document is whole" in " ".join(people.output.split())


async def test_a_conversations_document_is_in_order_too(bench: SystemBench) -> None:
    """It is whole like any other, and its words are counted nowhere."""
    person, chat = ids.new_id("usr"), ids.new_id("chat")
    owner = ids.decode("usr", person)
    bench.execute(
        "INSERT INTO users (id, email, name, password_hash) VALUES (%s, 'a@example.com', 'A', '')", owner
    )
    bench.execute(
        "INSERT INTO chat_sessions (id, workspace_id, owner_id, channel) VALUES (%s, %s, %s, 'api')",
        ids.decode("chat", chat),
        ids.decode("ws", bench.principal.workspace_id or ""),
        owner,
    )

    async def chunks() -> AsyncIterator[bytes]:
        yield b"A note of one conversation about zeppelins."

    async with bench.runtime.database.begin(bench.principal.within(chat)) as session:
        await documents.upload(session, bench.runtime, chunks(), NewDocument("zeppelin.txt"))
    await bench.nothing_open()
    report = json.loads((await verify()).output)
    assert report["ok"], report
    assert report["counts"]["documents"] == 4
    for damage, check in (
        ("UPDATE chunks SET session_id = NULL", "chunk_without_document"),
        ("UPDATE chunk_vectors SET session_id = NULL", "vector_of_another_document"),
        ("UPDATE indexed_documents SET session_id = NULL", "index_entry_without_document"),
    ):
        with psycopg.connect(bench.admin_url) as connection:
            connection.execute(damage)
            assert check in {problem.check for problem in check_rows(connection)[1]}, damage
            connection.rollback()


async def test_deleting_leaves_nothing_behind(bench: SystemBench) -> None:
    async with bench.runtime.database.begin(bench.principal) as session:
        (row,) = [ids.encode("src", each[0]) for each in bench.execute(  # type: ignore[arg-type]
            "SELECT id FROM sources WHERE kind = 'folder'")]  # fmt: skip
        await sources.remove(session, row)
        (uploaded,) = bench.execute("SELECT id FROM documents WHERE file_name = 'up.txt'")
        await documents.delete(session, ids.encode("doc", uploaded[0]))  # type: ignore[arg-type]
    await bench.nothing_open()
    report = json.loads((await verify()).output)
    assert report["ok"], report
    empty = ("sources", "source_items", "documents", "document_texts", "chunks", "chunk_vectors")
    assert {name: report["counts"][name] for name in empty if name != "sources"} == dict.fromkeys(
        empty[1:], 0
    )


async def test_each_damage_of_the_rows_is_found_by_its_name(bench: SystemBench) -> None:
    for check, damage in _DAMAGE.items():
        with psycopg.connect(bench.admin_url) as connection:
            assert check_rows(connection)[1] == []
            connection.execute(damage)
            found = {problem.check: problem for problem in check_rows(connection)[1]}
            connection.rollback()
        assert check in found, check
        assert found[check].count >= 1
        assert found[check].examples


async def test_each_damage_of_the_files_is_found_by_its_name(bench: SystemBench) -> None:
    for check, damage in _FILE_DAMAGE.items():
        damage(bench)
        finished = await verify()
        assert finished.status == 1
        assert check in finished.errors
    found = {problem["check"]: problem for problem in json.loads(finished.output)["problems"]}
    assert {check: problem["count"] for check, problem in found.items()} == dict.fromkeys(_FILE_DAMAGE, 1)


async def test_a_role_behind_the_wall_is_refused(bench: SystemBench, monkeypatch: pytest.MonkeyPatch) -> None:
    from_behind = bench.runtime.database.url.replace("postgresql+psycopg://", "postgresql://", 1)
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", from_behind)
    finished = await asyncio.to_thread(run, "verify")
    assert finished.status == 1
    assert "BYPASSRLS" in finished.errors
