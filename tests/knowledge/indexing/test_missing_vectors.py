"""What was indexed while there was no encoder gets its vectors once there is one."""

from __future__ import annotations

import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.clock import SystemClock
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import tasks
from answerable.knowledge.embedding import TextEncoder, has_encoder
from answerable.knowledge.indexing import (
    IndexedDocument,
    PreparedDocument,
    add_missing_vectors,
    store_document,
)
from answerable.knowledge.indexing.preparation import prepare
from answerable.knowledge.retrieval import SearchMode, search
from tests.factories.callers import Workspace
from tests.knowledge.library import OIL, OXYGEN, RETURNS, passages


async def index_by_words(runtime: Runtime, workspace_id: str, *texts: str) -> None:
    """Index a document as a machine without an encoder does."""
    prepared = await prepare({1: TextEncoder(lambda: None)}, workspace_id, passages(*texts))
    document = PreparedDocument(IndexedDocument(ids.new_id("doc"), "early"), tuple(prepared), frozenset({1}))
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await store_document(session, document)


def without_vector(admin_url: str, workspace_id: str) -> int:
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM chunks c LEFT JOIN chunk_vectors v ON v.chunk_id = c.id"
            " WHERE c.workspace_id = %s AND v.chunk_id IS NULL",
            [ids.decode("ws", workspace_id)],
        ).fetchone()
    return -1 if row is None else row[0]


@pytest.fixture(autouse=True)
def _encoder(runtime: Runtime) -> None:
    if not has_encoder(runtime):
        pytest.skip("the embedding model is not here")


async def test_vectors_come_in_bounded_parts(runtime: Runtime, workspace: Workspace, admin_url: str) -> None:
    await index_by_words(runtime, workspace.id, OIL, OXYGEN, RETURNS)
    assert await add_missing_vectors(runtime, workspace.id, 2) == 2
    assert without_vector(admin_url, workspace.id) == 1
    assert await add_missing_vectors(runtime, workspace.id, 2) == 1
    assert await add_missing_vectors(runtime, workspace.id, 2) == 0


async def test_the_periodic_work_makes_documents_found_by_meaning(
    runtime: Runtime, workspace: Workspace, admin_url: str
) -> None:
    await index_by_words(runtime, workspace.id, OIL, OXYGEN)
    (runtime.files.root / workspace.id / "documents").mkdir(parents=True)
    await tasks.add_missing_vectors(runtime, SystemClock().now())
    assert without_vector(admin_url, workspace.id) == 0
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        found = await search(session, runtime, "petroleum becomes expensive", mode=SearchMode.DENSE)
    assert found.passages[0].candidate.text == OIL
    assert found.passages[0].candidate.sketch.vectors.shape[1] > 0
