"""What every vector store must do, by each that comes with the system."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.jobs.worker import Worker
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import delete_documents
from answerable.knowledge.retrieval import Scope
from tests.conftest import CreateWorkspace
from tests.factories.callers import Workspace
from tests.factories.waiting import eventually
from tests.knowledge.stores.placing import clustered, fill, found, go_over, nearest, stored, told

pytestmark = pytest.mark.usefixtures("worker")
_MANY, _WANTED = 600, 20


async def placed(runtime: Runtime, workspace: Workspace, store: str) -> None:
    """Let the workspace be searched in the store."""
    if store != "pgvector":
        await go_over(runtime, workspace, store)


async def test_the_nearest_are_found_in_their_order(
    runtime: Runtime, workspace: Workspace, store: str
) -> None:
    await placed(runtime, workspace, store)
    vectors = clustered(_MANY)
    documents = await fill(runtime, workspace.id, vectors)
    await told(runtime, workspace.id)
    shares = []
    for query in clustered(10, seed=4):
        best, warning = await found(runtime, workspace.id, query, _WANTED)
        assert (len(best), warning) == (_WANTED, "")
        similar = [float(vectors[documents.index(doc) * 10 + n] @ query) for doc, n in best]
        np.testing.assert_allclose(similar, sorted(similar, reverse=True), atol=2e-3)
        shares.append(len(set(best) & nearest(vectors, documents, query, _WANTED)) / _WANTED)
    assert np.mean(shares) >= 0.95


async def test_a_tenant_finds_its_own_alone_and_all_of_it(
    runtime: Runtime, create_workspace: CreateWorkspace, store: str
) -> None:
    crowd, small = await create_workspace(), await create_workspace()
    for workspace in (crowd, small):
        await placed(runtime, workspace, store)
    vectors = clustered(_MANY + 30)
    await fill(runtime, crowd.id, vectors[:_MANY])
    own = await fill(runtime, small.id, vectors[_MANY:])
    for workspace in (crowd, small):
        await told(runtime, workspace.id)
    best, warning = await found(runtime, small.id, vectors[0], _WANTED)
    assert warning == ""
    assert len(best) == _WANTED
    assert {document for document, _ in best} <= set(own)


async def test_what_belongs_to_a_conversation_is_found_within_it_alone(
    runtime: Runtime, workspace: Workspace, store: str
) -> None:
    await placed(runtime, workspace, store)
    vectors = clustered(_MANY + 60)
    common = await fill(runtime, workspace.id, vectors[:_MANY])
    here, there = ids.new_id("chat"), ids.new_id("chat")
    own = await fill(runtime, workspace.id, vectors[_MANY:], session_id=here)
    await told(runtime, workspace.id)
    if store != "pgvector":  # carried over here or by the worker

        async def is_told() -> bool:
            return set((await stored(runtime, workspace.id)).values()) == set(common)

        assert await eventually(is_told, seconds=60)
    person = Principal(workspace.id, workspace.owner.user_id)
    query = vectors[_MANY]
    for within, seen in ((None, False), (there, False), (here, True)):
        best, _ = await found(runtime, workspace.id, query, _WANTED, principal=person.within(within))
        assert len(best) == _WANTED
        assert (own[0] in {document for document, _ in best}) is seen
        assert {document for document, _ in best} <= set(common + own if seen else common)


async def test_filters_that_few_pass_give_their_full_number(
    runtime: Runtime, workspace: Workspace, store: str
) -> None:
    """By documents, and by a source: nothing outside, and all that is asked for."""
    await placed(runtime, workspace, store)
    vectors = clustered(_MANY + 30)
    source = ids.new_id("src")
    await fill(runtime, workspace.id, vectors[:_MANY])
    own = await fill(runtime, workspace.id, vectors[_MANY:], source)
    await told(runtime, workspace.id)
    wanted = nearest(vectors[_MANY:], own, vectors[0], _WANTED)
    for scope in (Scope(document_ids=tuple(own)), Scope(source_ids=(source,))):
        best, warning = await found(runtime, workspace.id, vectors[0], _WANTED, scope)
        assert warning == ""
        assert len(set(best) & wanted) >= 0.95 * _WANTED
        assert {document for document, _ in best} <= set(own)
    assert (await found(runtime, workspace.id, vectors[0], 5, Scope(document_ids=())))[0] == []


async def test_a_filter_that_too_many_documents_pass_to_be_named_is_kept_as_well(
    runtime: Runtime, workspace: Workspace, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.knowledge.retrieval.nearby._MOST_DOCUMENTS", 1)
    await placed(runtime, workspace, store)
    vectors = clustered(_MANY)
    source = ids.new_id("src")
    await fill(runtime, workspace.id, vectors[: _MANY - 60])
    own = await fill(runtime, workspace.id, vectors[_MANY - 60 :], source)
    await told(runtime, workspace.id)
    best, warning = await found(runtime, workspace.id, vectors[0], _WANTED, Scope(source_ids=(source,)))
    assert warning == ""
    assert len(best) == _WANTED
    assert len(set(best) & nearest(vectors[_MANY - 60 :], own, vectors[0], _WANTED)) >= 0.95 * _WANTED


async def test_what_was_stored_is_found_and_what_was_deleted_is_not_from_the_commit_on(
    runtime: Runtime, workspace: Workspace, store: str
) -> None:
    """Before the store has been told, and after."""
    await placed(runtime, workspace, store)
    vectors = clustered(100)
    documents = await fill(runtime, workspace.id, vectors)
    await told(runtime, workspace.id)
    (late,) = await fill(runtime, workspace.id, vectors[:10] + 0.001)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [documents[0]])
    for _ in range(2):
        best, _warning = await found(runtime, workspace.id, vectors[0], 100)
        assert best[0] == (late, 0)
        assert documents[0] not in {document for document, _ in best}
        assert len(best) == 100
        await told(runtime, workspace.id)


async def test_a_workspace_without_passages_finds_none(
    runtime: Runtime, workspace: Workspace, store: str, worker: Worker
) -> None:
    await placed(runtime, workspace, store)
    assert await found(runtime, workspace.id, clustered(1)[0]) == ([], "")
