"""Vectors of a test's own in a workspace's store."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import generations, reembedding
from answerable.knowledge.indexing import repository as index
from answerable.knowledge.indexing.passage import IndexedDocument, Passage, SentenceSketch
from answerable.knowledge.indexing.preparation import (
    PassageVectors,
    PreparedPassage,
    dense_vector,
    sparse_vector,
)
from answerable.knowledge.retrieval import Scope, SearchMode, repository
from answerable.knowledge.retrieval.nearby import nearby
from answerable.knowledge.retrieval.query import QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from answerable.knowledge.retrieval.service import narrowed
from answerable.knowledge.stores import outbox
from answerable.knowledge.stores.following import carry_over
from answerable.knowledge.stores.outbox import Copied
from answerable.knowledge.stores.registry import OpenStores
from tests.factories.callers import Workspace
from tests.factories.waiting import eventually

Numbers = NDArray[np.float32]
PER_DOCUMENT = 10
_SKETCH = SentenceSketch(
    np.zeros((0, 2), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros((0, 0), np.float32)
).pack()


def clustered(count: int, seed: int = 3) -> Numbers:
    """Unit vectors in clusters, as texts' are."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(12, 384))
    made = centres[random.integers(0, 12, count)] + 0.7 * random.normal(size=(count, 384))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


async def fill(
    runtime: Runtime,
    workspace_id: str,
    vectors: Numbers,
    source_id: str | None = None,
    session_id: str | None = None,
) -> list[str]:
    """Index documents of ten passages each with these vectors; their ids."""
    documents = []
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        used = (await generations.held(session)).all
        for start in range(0, len(vectors), PER_DOCUMENT):
            document = IndexedDocument(ids.new_id("doc"), "vectors", source_id, session_id=session_id)
            part = vectors[start : start + PER_DOCUMENT]
            rows = [
                PreparedPassage(
                    Passage(n, n, n + 1, "x"),
                    [n + 1],
                    sparse_vector({n + 1: 1.0}),
                    _SKETCH,
                    {each.number: PassageVectors(dense_vector(vector), b"") for each in used},
                )
                for n, vector in enumerate(part)
            ]
            await index.put_document(session, document, len(rows))
            await index.insert_chunks(session, document, rows)
            documents.append(document.id)
    return documents


async def found(
    runtime: Runtime,
    workspace_id: str,
    query: Numbers,
    size: int = 20,
    scope: Scope | None = None,
    principal: Principal | None = None,
) -> tuple[list[tuple[str, int]], str]:
    """The (document, ordinal) that a search by meaning finds, and its warning."""
    async with runtime.database.begin(principal or Principal.system(workspace_id)) as session:
        used = (await generations.of_workspace(session)).active
        terms = QueryTerms.of("nothing", workspace_id)
        weighted = WeightedQuery.of(terms, await repository.term_counts(session, terms), query)
        weighted = WeightedQuery.of(terms, {0: weighted.chunks}, query)
        object.__setattr__(weighted, "generation", used.number)
        reach = await narrowed(session, Reach.of(scope or Scope(), weighted.chunks), 0)
        pool = Pool(size, size, 1.0)
        await repository.settle_plans(session, pool, reach)
        near = await nearby(session, runtime, used, weighted, reach, pool)
        best = await repository.score_candidates(session, weighted, SearchMode.DENSE, pool, near.rows)
    best.sort(key=lambda each: -each.cosine)
    return [(each.document_id, each.ordinal) for each in best], near.warning


def nearest(vectors: Numbers, documents: Sequence[str], query: Numbers, size: int) -> set[tuple[str, int]]:
    """What an exact search would find."""
    best = np.argsort(-(vectors @ query))[:size].tolist()
    return {(documents[row // PER_DOCUMENT], row % PER_DOCUMENT) for row in best}


async def go_over(runtime: Runtime, workspace: Workspace, store: str | None) -> None:
    """Let the workspace choose a store, and wait until it is searched there."""
    answer = await workspace.owner.put("/api/v1/vector-store", json={"store": store})
    assert answer.status_code == 200, answer.text
    await reembedding.follow_settings(runtime)
    wanted = store or runtime.settings.search.store

    async def is_there() -> bool:
        state = (await workspace.owner.get("/api/v1/vector-store")).json()
        return (state["active"], state["building"]) == (wanted, None)

    await eventually(is_there, seconds=60)


async def told(runtime: Runtime, workspace_id: str) -> None:
    """Carry over what waits."""
    await carry_over(runtime, workspace_id)


async def copied(runtime: Runtime, workspace_id: str) -> Copied:
    """The workspace's collection in the store that it is searched by."""
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        used = (await generations.of_workspace(session)).active
        place = await outbox.collection(session, used.number)
    assert place is not None
    return place


async def stored(runtime: Runtime, workspace_id: str) -> dict[int, str]:
    """What the store holds of the workspace: passages and their documents."""
    place = await copied(runtime, workspace_id)
    copies = runtime.get(OpenStores).of(place.store).copies
    assert copies is not None
    return {
        held.chunk_id: ids.encode("doc", held.document_id)
        async for page in copies.everything(place.collection)
        for held in page
    }
