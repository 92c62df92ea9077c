"""A tenant with few of the rows gets all of its own, whichever way vectors are compared."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import generations
from answerable.knowledge.indexing import repository as index
from answerable.knowledge.indexing.passage import IndexedDocument, Passage, SentenceSketch
from answerable.knowledge.indexing.preparation import (
    PassageVectors,
    PreparedPassage,
    dense_vector,
    sparse_vector,
)
from answerable.knowledge.retrieval import SearchMode, repository
from answerable.knowledge.retrieval.nearby import nearby
from answerable.knowledge.retrieval.query import QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from tests.conftest import CreateWorkspace

EMPTY_SKETCH = SentenceSketch(
    np.zeros((0, 2), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros((0, 0), np.float32)
).pack()
_CROWD, _OWN, _WANTED, _COPIES = 2400, 24, 20, 8000


async def fill(runtime: Runtime, workspace_id: str, vectors: np.ndarray, first: int = 0) -> None:
    """Insert chunks with these vectors as one document, numbered from `first` on."""
    document = IndexedDocument(ids.new_id("doc"), "vectors")
    rows = [
        PreparedPassage(
            Passage(n, n, n + 1, "x"),
            [n + 1],
            sparse_vector({n + 1: 1.0}),
            EMPTY_SKETCH,
            {1: PassageVectors(dense_vector(v), b"")},
        )
        for n, v in enumerate(vectors, first)
    ]
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await index.put_document(session, document, len(rows))
        await index.insert_chunks(session, document, rows)


async def nearest(database: Database, workspace_id: str, query: np.ndarray, *, exact: bool) -> list[int]:
    """The ordinals of the chunks that a search by meaning finds."""
    weighted = WeightedQuery.of(QueryTerms.of("nothing", workspace_id), {0: _OWN}, query)
    pool, reach = Pool(_WANTED, _WANTED, 1.0), Reach(_OWN, exact=exact)
    async with database.begin(Principal.system(workspace_id)) as session:
        await repository.settle_plans(session, pool, reach)
        near = await repository.nearest(session, weighted, reach, pool)
        found = await repository.score_candidates(session, weighted, SearchMode.DENSE, pool, near)
    return [candidate.ordinal for candidate in found]


async def nearby_ordinals(runtime: Runtime, workspace_id: str, query: np.ndarray) -> list[int]:
    """The same by the walk that a search of everything begins with."""
    weighted = WeightedQuery.of(QueryTerms.of("nothing", workspace_id), {0: _OWN}, query)
    pool, reach = Pool(_WANTED, _WANTED, 1.0), Reach(_OWN)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await repository.settle_plans(session, pool, reach)
        used = (await generations.of_workspace(session)).active
        near = await nearby(session, runtime, used, weighted, reach, pool)
        found = await repository.score_candidates(session, weighted, SearchMode.DENSE, pool, near.rows)
    return [candidate.ordinal for candidate in found]


@pytest.mark.parametrize("exact", [True, False])
async def test_a_tenant_with_one_percent_of_the_rows_gets_its_nearest(
    runtime: Runtime, create_workspace: CreateWorkspace, admin_url: str, app_url: str, exact: bool
) -> None:
    """Also on a connection where statements stay parsed and most searches are the crowd's."""
    crowd, small = await create_workspace(), await create_workspace()
    random = np.random.default_rng(5)
    centres = random.normal(size=(12, 384))
    made = centres[random.integers(0, 12, _CROWD + _OWN)] + 0.7 * random.normal(size=(_CROWD + _OWN, 384))
    made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    own, query = made[_CROWD:], made[0]
    await fill(runtime, crowd.id, made[:_CROWD])
    await fill(runtime, small.id, own)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ANALYZE chunks, chunk_vectors")
    wanted = set(np.argsort(-(own @ query))[:_WANTED].tolist())
    database = Database(app_url, pool_size=1, prepared_statements=True)
    try:
        for turn in range(16):
            if turn % 4 < 3:
                await nearest(database, crowd.id, made[turn], exact=exact)
                continue
            found = await nearest(database, small.id, query, exact=exact)
            assert len(found) == _WANTED
            assert len(wanted & set(found)) >= 0.95 * _WANTED
    finally:
        await database.close()


@pytest.mark.timeout(300)
async def test_thousands_of_copies_of_one_passage_do_not_hide_the_others(
    runtime: Runtime, create_workspace: CreateWorkspace, admin_url: str
) -> None:
    """They are each other's only neighbours in the index's graph; other tenants' walks end there too."""
    copies, other = await create_workspace(), await create_workspace()
    random = np.random.default_rng(7)
    made = random.normal(size=384) + random.normal(size=(_OWN, 384))
    own = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    alike = random.normal(size=(4, 384))
    alike = np.repeat(alike / np.linalg.norm(alike, axis=1, keepdims=True), _COPIES // 4, axis=0)
    await fill(runtime, copies.id, own[:12])
    await fill(runtime, copies.id, alike.astype(np.float32), first=_OWN)
    await fill(runtime, copies.id, own[12:], first=12)
    await fill(runtime, other.id, own)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ANALYZE chunks, chunk_vectors")
    shares = []
    for query in own:
        wanted = set(np.argsort(-(own @ query))[:4].tolist())
        found = set(await nearest(runtime.database, copies.id, query, exact=False))
        shares.append(len(found & wanted) / 4)
        assert set(await nearby_ordinals(runtime, other.id, query)) >= wanted
    assert np.mean(shares) >= 0.75
