"""What the index holds after documents came, changed and went."""

from __future__ import annotations

import asyncio

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import IndexedDocument, delete_documents, prepare_document, store_document
from answerable.knowledge.indexing.passage import SentenceSketch, pack_vectors
from answerable.knowledge.lexical.term_ids import DIMENSIONS, TermIds
from answerable.knowledge.lexical.words import words
from tests.conftest import CreateWorkspace
from tests.factories.callers import Workspace
from tests.knowledge.library import OIL, OXYGEN, RETURNS, passages, put


def counts(admin_url: str, workspace_id: str) -> dict[int, int]:
    """The workspace's term statistics, without terms that occur nowhere."""
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT term, chunks FROM lexical_terms WHERE workspace_id = %s AND chunks <> 0",
            [ids.decode("ws", workspace_id)],
        ).fetchall()
    return dict(rows)


def chunk_count(admin_url: str, workspace_id: str) -> int:
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM chunks WHERE workspace_id = %s", [ids.decode("ws", workspace_id)]
        ).fetchone()
    return 0 if row is None else row[0]


async def test_the_statistics_count_the_chunks_that_have_each_term(
    runtime: Runtime, workspace: Workspace, admin_url: str
) -> None:
    await put(runtime, workspace.id, OIL, OXYGEN)
    await put(runtime, workspace.id, RETURNS)
    number = TermIds(workspace.id)
    found = counts(admin_url, workspace.id)
    assert found[0] == 3
    for word in ("oil", "oxygen", "the", "return"):
        expected = sum(word in words(text) for text in (OIL, OXYGEN, RETURNS))
        assert found.get(number(word), 0) == expected, word


async def test_indexing_a_document_twice_leaves_it_once(
    runtime: Runtime, workspace: Workspace, admin_url: str
) -> None:
    document = IndexedDocument(ids.new_id("doc"), "twice")
    prepared = await prepare_document(runtime, workspace.id, document, passages(OIL, OXYGEN))
    after = []
    for _ in range(2):
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            await store_document(session, prepared)
        after.append((chunk_count(admin_url, workspace.id), counts(admin_url, workspace.id)))
    assert after[0] == after[1]
    assert after[0][0] == 2


async def test_deleting_a_document_takes_everything_of_it(
    runtime: Runtime, workspace: Workspace, admin_url: str
) -> None:
    document_id = await put(runtime, workspace.id, OIL, OXYGEN)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [document_id])
        await delete_documents(session, [document_id])
    assert chunk_count(admin_url, workspace.id) == 0
    assert counts(admin_url, workspace.id) == {}


async def test_deleting_a_document_may_take_longer_than_other_work(
    runtime: Runtime, workspace: Workspace
) -> None:
    """A hundred thousand passages take minutes."""
    document_id = await put(runtime, workspace.id, OIL)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        before = await session.scalar(text("SHOW statement_timeout"))
        await delete_documents(session, [document_id])
        during = await session.scalar(text("SHOW statement_timeout"))
    assert (before, during) == ("1min", "15min")


async def test_a_document_that_is_stored_many_times_at_once_is_there_once(
    runtime: Runtime, workspace: Workspace, admin_url: str
) -> None:
    documents = [IndexedDocument(ids.new_id("doc"), f"document {number}") for number in range(3)]
    prepared = [
        await prepare_document(runtime, workspace.id, document, passages(OIL, OXYGEN, RETURNS))
        for document in documents
    ]

    async def store(number: int) -> None:
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            await store_document(session, prepared[number % 3])

    await asyncio.gather(*(store(number) for number in range(12)))
    assert chunk_count(admin_url, workspace.id) == 9
    assert counts(admin_url, workspace.id)[0] == 9


async def test_one_tenant_cannot_delete_anothers_document_from_the_index(
    runtime: Runtime, create_workspace: CreateWorkspace, admin_url: str
) -> None:
    mine, other = await create_workspace(), await create_workspace()
    document_id = await put(runtime, mine.id, OIL)
    async with runtime.database.begin(Principal.system(other.id)) as session:
        await delete_documents(session, [document_id])
    assert chunk_count(admin_url, mine.id) == 1


async def test_the_search_functions_owner_can_neither_log_in_nor_write(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        role = connection.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'answerable_lexical'"
        ).fetchone()
        owned = connection.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
            " AND proowner = 'answerable_lexical'::regrole"
        ).fetchall()
        writes = connection.execute(
            "SELECT has_table_privilege('answerable_lexical', 'chunks', 'INSERT, UPDATE, DELETE'),"
            " has_column_privilege('answerable_lexical', 'chunks', 'text', 'SELECT')"
        ).fetchone()
    assert role == (False, False, False)
    assert owned == [("lexical_candidates",)]
    assert writes == (False, False)


async def test_candidates_by_words_are_the_callers_own(
    runtime: Runtime, create_workspace: CreateWorkspace, app_url: str
) -> None:
    mine, other = await create_workspace(), await create_workspace()
    await put(runtime, mine.id, OIL)
    term = TermIds(mine.id)("oil")
    query = "SELECT count(*) FROM lexical_candidates(%s::int[], %s::sparsevec, 100, 100)"
    arguments = [[term], f"{{{term}:1}}/{DIMENSIONS}"]
    seen = []
    with psycopg.connect(app_url) as connection:
        for workspace_id in (mine.id, other.id, None):
            if workspace_id is not None:
                connection.execute(f"SET LOCAL answerable.workspace_id = '{ids.decode('ws', workspace_id)}'")
            seen.append(connection.execute(query, arguments).fetchone())
            connection.rollback()
    assert seen == [(1,), (0,), (0,)]


@given(
    st.integers(0, 6).flatmap(
        lambda count: st.tuples(
            st.lists(st.lists(st.integers(1, DIMENSIONS), max_size=9), min_size=count, max_size=count),
            st.sampled_from([0, 4, 384]),
        )
    )
)
def test_a_sketch_reads_as_it_was_packed(shape: tuple[list[list[int]], int]) -> None:
    words_of, dimensions = shape
    vectors = np.random.default_rng(1).normal(size=(len(words_of), dimensions)).astype(np.float32)
    spans = np.arange(2 * len(words_of), dtype=np.int32).reshape(-1, 2)
    sketch = SentenceSketch(
        spans,
        np.array([len(found) for found in words_of], np.int32),
        np.array([word for found in words_of for word in found], np.int32),
        vectors,
    )
    read = SentenceSketch.unpack(sketch.pack(), pack_vectors(sketch.vectors))
    assert (read.spans == spans).all()
    assert read.words.tolist() == sketch.words.tolist()
    assert read.word_counts.tolist() == sketch.word_counts.tolist()
    if words_of:  # of no sentences there are no dimensions
        np.testing.assert_allclose(read.vectors, vectors, atol=np.abs(vectors).max(initial=0) / 200)


@pytest.mark.parametrize("text", ["", "\n\n", "x" * 50_000, "слово " * 3000, " ".join(map(str, range(3000)))])
async def test_odd_passages_are_indexed(
    runtime: Runtime, workspace: Workspace, admin_url: str, text: str
) -> None:
    await put(runtime, workspace.id, text)
    assert chunk_count(admin_url, workspace.id) == 1
