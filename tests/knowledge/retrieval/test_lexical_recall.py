"""Words that occur in very many chunks: those that have several of them are found among all the others."""

from __future__ import annotations

import numpy as np
import psycopg

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import repository as index
from answerable.knowledge.indexing.passage import IndexedDocument, Passage, SentenceSketch
from answerable.knowledge.indexing.preparation import PreparedPassage, sparse_vector
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import SearchMode, search
from tests.conftest import CreateWorkspace

_EMPTY = SentenceSketch(
    np.zeros((0, 2), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros((0, 0), np.float32)
).pack()
_MANY, _BOTH = 1400, 5
QUERY = "the kettle and the grinder"
_RARE = ("alembic", "bellows", "crucible")


async def fill(runtime: Runtime, workspace_id: str) -> IndexedDocument:
    """Many chunks about each of two things, and at the end a few about both."""
    texts = [f"Here is a {word}." for word in _RARE]
    texts += ["Here is a kettle."] * _MANY + ["Here is a grinder."] * _MANY + ["A kettle, a grinder."] * _BOTH
    number = TermIds(workspace_id)
    document = IndexedDocument(ids.new_id("doc"), "household")
    rows = []
    for ordinal, text in enumerate(texts):
        weights = text_weights(number.of(words(text)))
        passage = Passage(ordinal, 0, len(text), text)
        rows.append(PreparedPassage(passage, sorted(weights), sparse_vector(weights), _EMPTY))
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await index.put_document(session, document, len(rows))
        await index.insert_chunks(session, document, rows)
    return document


async def test_chunks_with_both_of_two_frequent_words_are_found(
    runtime: Runtime, create_workspace: CreateWorkspace, admin_url: str
) -> None:
    owner, other = await create_workspace(), await create_workspace()
    await fill(runtime, owner.id)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ANALYZE chunks")
    async with runtime.database.begin(Principal.system(owner.id)) as session:
        found = await search(session, runtime, QUERY, mode=SearchMode.LEXICAL, limit=_BOTH)
    assert [passage.candidate.text for passage in found.passages] == ["A kettle, a grinder."] * _BOTH
    async with runtime.database.begin(Principal.system(other.id)) as session:
        assert (await search(session, runtime, QUERY, mode=SearchMode.LEXICAL)).passages == ()


async def test_rarer_words_beside_do_not_hide_the_chunks_with_both(
    runtime: Runtime, create_workspace: CreateWorkspace
) -> None:
    """All chunks of the rare words are looked at anyway; the pairs are for the words whose chunks are not."""
    owner = await create_workspace()
    await fill(runtime, owner.id)
    query = f"{QUERY}, {' and '.join(_RARE)}"
    async with runtime.database.begin(Principal.system(owner.id)) as session:
        found = await search(session, runtime, query, mode=SearchMode.LEXICAL, limit=len(_RARE) + _BOTH)
    texts = [passage.candidate.text for passage in found.passages]
    assert texts.count("A kettle, a grinder.") == _BOTH
    assert {f"Here is a {word}." for word in _RARE} <= set(texts)


async def test_pairs_of_another_tenants_words_give_nothing(
    runtime: Runtime, create_workspace: CreateWorkspace
) -> None:
    """Also by asking the function itself, with the numbers of the other's words."""
    owner, other = await create_workspace(), await create_workspace()
    await fill(runtime, owner.id)
    number = TermIds(owner.id)
    kettle, grinder = (number(words(word)[0]) for word in ("kettle", "grinder"))
    weights = sparse_vector({kettle: 1.0, grinder: 1.0})
    asked = (
        "SELECT * FROM lexical_candidates("
        "%(a)s::int[], %(w)s::sparsevec, 1000, 10, firsts => %(a)s::int[], seconds => %(b)s::int[])"
    )
    parameters = {"a": [kettle], "b": [grinder], "w": weights}
    async with runtime.database.begin(Principal.system(other.id)) as session:
        assert await session.fetch(asked, parameters) == []
    async with runtime.database.begin(Principal.system(owner.id)) as session:
        assert len(await session.fetch(asked, parameters)) == 10
