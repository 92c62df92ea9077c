"""Documents whose words a former version found: found all the time, and indexed anew in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import tasks
from answerable.knowledge.indexing import preparation, renew_words, repository
from answerable.knowledge.lexical import words_before
from answerable.knowledge.retrieval import SearchMode, search
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import upload_document
from tests.knowledge.library import put

THAI = "ราคาสินค้า"


@pytest.fixture
def former_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What is indexed is indexed as version 1 did, until `undo`."""
    monkeypatch.setattr(preparation, "words", words_before.words)
    monkeypatch.setattr(repository, "VERSION", 1)
    yield monkeypatch
    monkeypatch.undo()


async def scores(runtime: Runtime, workspace: Workspace, query: str) -> list[float]:
    """The scores of what lexical search finds."""
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        found = await search(session, runtime, query, mode=SearchMode.LEXICAL)
    return [passage.score for passage in found.passages]


async def state(runtime: Runtime, workspace: Workspace) -> tuple[object, ...]:
    """Term counts, chunks' terms and versions of the workspace, in order."""
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        counts = await session.fetch("SELECT term, chunks FROM lexical_terms WHERE chunks > 0 ORDER BY 1", {})
        terms = await session.fetch("SELECT terms, weights::text, sentences FROM chunks ORDER BY text", {})
        versions = await session.fetch("SELECT words_version FROM indexed_documents", {})
    return counts, terms, sorted(set(versions))


async def test_a_document_of_a_former_version_is_found_before_and_after(
    runtime: Runtime, workspace: Workspace, former_version: pytest.MonkeyPatch
) -> None:
    document = await put(runtime, workspace.id, f"{THAI} 25 baht", "The price is 25 baht.")
    former_version.undo()
    assert len(await scores(runtime, workspace, THAI)) == 1
    assert await scores(runtime, workspace, "สินค้า") == []
    await renew_words(runtime, workspace.id, document)
    assert len(await scores(runtime, workspace, THAI)) == 1
    assert len(await scores(runtime, workspace, "สินค้า")) == 1
    renewed = await state(runtime, workspace)
    await renew_words(runtime, workspace.id, document)
    assert await state(runtime, workspace) == renewed
    await put(runtime, workspace.id, f"{THAI} 25 baht", "The price is 25 baht.", document_id=document)
    assert await state(runtime, workspace) == renewed


async def test_a_document_that_is_gone_is_not_renewed(runtime: Runtime, workspace: Workspace) -> None:
    await renew_words(runtime, workspace.id, ids.new_id("doc"))
    assert (await state(runtime, workspace))[1] == []


@pytest.mark.usefixtures("worker")
async def test_the_periodic_work_renews_words_and_tells_languages(
    editor: Caller, runtime: Runtime, unique: str
) -> None:
    text = f"Der Vertrag {unique} wird für zwei Jahre geschlossen und verlängert sich, wenn er nicht endet."
    document = await upload_document(editor, "a.txt", text)
    assert document["language"] == "de"
    principal = Principal.system(editor.workspace_id)
    async with runtime.database.begin(principal) as session:
        await session.fetch("UPDATE indexed_documents SET words_version = 1 RETURNING 1", {})
        await session.fetch("UPDATE documents SET language = NULL RETURNING 1", {})
        await session.fetch("UPDATE indexed_documents SET facts = facts - 'language' RETURNING 1", {})
    search_for = {"query": unique, "filters": {"languages": ["de"]}}
    assert (await editor.post("/api/v1/search", json=search_for)).json()["results"] == []
    await tasks.renew_words(runtime, datetime.now(UTC))
    assert len((await editor.post("/api/v1/search", json=search_for)).json()["results"]) == 1
    assert (await editor.get(f"/api/v1/documents/{document['id']}")).json()["language"] == "de"
    async with runtime.database.begin(principal) as session:
        assert await repository.with_words_before(session, 2, 10) == []
