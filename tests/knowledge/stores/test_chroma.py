"""Chroma as a store: a copy that follows, is left without a gap, and may be away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import psycopg
import pytest

from answerable.cli.doctor.finding import Level
from answerable.cli.doctor.stores import check_stores
from answerable.cli.verify.stores import check_stores as verify_stores
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import SearchSettings
from answerable.knowledge.answering.notes import sentence
from answerable.knowledge.answering.service import answer_from_documents
from answerable.knowledge.embedding import TextEncoder
from answerable.knowledge.indexing import delete_documents, reembedding
from answerable.knowledge.stores import following, outbox
from answerable.knowledge.stores.following import carry_over, drop_unowned, put_right
from answerable.knowledge.stores.registry import OpenStores
from answerable.plugins.vector_stores import VectorStoreAway
from tests.conftest import CreateWorkspace
from tests.factories.callers import Workspace
from tests.factories.servers import Server
from tests.factories.waiting import eventually, wait_until
from tests.knowledge.indexing.test_reembedding import dense_titles
from tests.knowledge.library import OIL, OXYGEN, RETURNS, put
from tests.knowledge.retrieval.test_search import found as searched
from tests.knowledge.stores.chroma_server import ChromaServer, program
from tests.knowledge.stores.placing import clustered, copied, fill, found, go_over, stored, told

pytestmark = pytest.mark.usefixtures("worker")


async def answer(workspace: Workspace, query: str, **more: object) -> dict[str, object]:
    """The whole answer of a search."""
    reply = await workspace.owner.post("/api/v1/search", json={"query": query, **more})
    assert reply.status_code == 200, reply.text
    body: dict[str, object] = reply.json()
    return body


def held_back(monkeypatch: pytest.MonkeyPatch, gate: asyncio.Event) -> asyncio.Event:
    """Let nothing be carried over before the gate opens; set when something waits there."""
    inner = following.rows.to_copy
    waiting = asyncio.Event()

    async def to_copy(*arguments: object) -> object:
        waiting.set()
        await gate.wait()
        return await inner(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(following.rows, "to_copy", to_copy)
    return waiting


async def test_a_workspace_goes_over_and_back_without_embedding_anew(
    runtime: Runtime,
    workspace: Workspace,
    with_chroma: ChromaServer,
    admin_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put(runtime, workspace.id, OIL, title="Oil")
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    embedded: list[str] = []

    async def refuse(self: TextEncoder, texts: list[str], spans: object) -> None:
        embedded.extend(texts)

    with monkeypatch.context() as patched:
        patched.setattr(TextEncoder, "encode_spans", refuse)
        await go_over(runtime, workspace, "chroma")
    assert embedded == []
    place = await copied(runtime, workspace.id)
    assert place.collection.name in with_chroma.collections()
    assert len(await stored(runtime, workspace.id)) == 2
    results = await searched(workspace.owner, "Who discovered oxygen?", mode="dense")
    assert [result["title"] for result in results] == ["Oxygen", "Oil"]
    await put(runtime, workspace.id, RETURNS, title="Returns")
    await go_over(runtime, workspace, None)
    assert await dense_titles(runtime, workspace.id) == {"Oil", "Oxygen", "Returns"}
    # a search under way may still ask it; ten minutes later it goes
    await drop_unowned(runtime)
    assert place.collection.name in with_chroma.collections()
    with psycopg.connect(admin_url) as connection:
        connection.execute("UPDATE workspace_encoders SET switched_at = switched_at - interval '11 min'")
    await drop_unowned(runtime)
    assert place.collection.name not in with_chroma.collections()


async def test_deleting_leaves_nothing_in_the_store(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    kept, gone = await fill(runtime, workspace.id, clustered(20))
    await told(runtime, workspace.id)
    assert set((await stored(runtime, workspace.id)).values()) == {kept, gone}
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [gone])

    async def is_gone() -> bool:  # by the worker, which the transaction has told
        return set((await stored(runtime, workspace.id)).values()) == {kept}

    await eventually(is_gone)


async def test_a_deleted_workspaces_collection_goes_too(
    runtime: Runtime, create_workspace: CreateWorkspace, with_chroma: ChromaServer, admin_url: str
) -> None:
    workspace = await create_workspace()
    await go_over(runtime, workspace, "chroma")
    await fill(runtime, workspace.id, clustered(10))
    await told(runtime, workspace.id)
    name = (await copied(runtime, workspace.id)).collection.name
    assert name in with_chroma.collections()
    with psycopg.connect(admin_url) as connection:
        connection.execute("DELETE FROM workspaces WHERE id = %s", [ids.decode("ws", workspace.id)])
    checks = {problem.check for problem in await verify_stores(runtime)}
    assert "collection_without_workspace" in checks
    await drop_unowned(runtime)
    assert name not in with_chroma.collections()


async def test_while_the_store_is_away_words_are_searched_and_the_answer_says_so(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    await go_over(runtime, workspace, "chroma")
    with_chroma.stop()
    try:
        for mode in ("hybrid", "dense"):
            reply = await answer(workspace, "Who discovered oxygen?", mode=mode)
            assert [result["title"] for result in reply["results"]] == ["Oxygen"]  # type: ignore[attr-defined]
            assert reply["mode"] == "lexical"
            (warning,) = reply["warnings"]  # type: ignore[misc]
            assert "'chroma' does not answer" in warning
            assert "words alone" in warning
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            quoted = await answer_from_documents(session, runtime, "Who discovered oxygen?")
        assert quoted.quotes
        assert any("'chroma' does not answer" in sentence(note) for note in quoted.notes)
        await put(runtime, workspace.id, OIL, title="Oil")
        with pytest.raises(VectorStoreAway):
            await carry_over(runtime, workspace.id)
        state = (await workspace.owner.get("/api/v1/vector-store")).json()
        assert state["waiting"] >= 1
    finally:
        with_chroma.start()
    runtime._made[OpenStores] = OpenStores(runtime)  # as later, when the rest is over

    async def is_told() -> bool:
        await following.follow(runtime, runtime.clock.now())
        return (await workspace.owner.get("/api/v1/vector-store")).json()["waiting"] == 0

    await eventually(is_told, seconds=60)
    assert len(await stored(runtime, workspace.id)) == 2
    reply = await answer(workspace, "What caused the oil crisis?", mode="dense")
    assert (reply["mode"], reply["warnings"]) == ("dense", [])


async def test_few_passages_are_compared_exactly_whether_the_store_answers_or_not(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    await go_over(runtime, workspace, "chroma")
    monkeypatch.setattr(runtime.settings.search, "exact_below", 10_000)
    with_chroma.stop()
    try:
        reply = await answer(workspace, "Who discovered oxygen?", mode="dense")
        assert (reply["mode"], reply["warnings"]) == ("dense", [])
    finally:
        with_chroma.start()


async def test_a_lost_collection_is_found_out_and_filled_again(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    vectors = clustered(40)
    documents = await fill(runtime, workspace.id, vectors)
    await told(runtime, workspace.id)
    before = await stored(runtime, workspace.id)
    place = await copied(runtime, workspace.id)
    with_chroma.drop(place.collection.name or "")
    problems = {problem.check: problem.count for problem in await verify_stores(runtime)}
    assert problems["vector_not_in_store"] == len(documents)
    await put_right(runtime, place)
    await told(runtime, workspace.id)
    assert await stored(runtime, workspace.id) == before
    assert not (await put_right(runtime, place))


async def all_there(runtime: Runtime, workspace_id: str, passages: int) -> None:
    """Returns when so many passages are in the store and nothing waits: the worker carries over, too."""
    place = await copied(runtime, workspace_id)

    async def settled() -> bool:
        await told(runtime, workspace_id)
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            waits = await outbox.pending(session, place.collection.generation, 1)
        return not waits and len(await stored(runtime, workspace_id)) == passages

    await eventually(settled)


async def test_the_next_search_that_meets_a_lost_collection_has_it_filled_again(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    vectors = clustered(40)
    await fill(runtime, workspace.id, vectors)
    await all_there(runtime, workspace.id, 40)
    before = await stored(runtime, workspace.id)
    with_chroma.drop((await copied(runtime, workspace.id)).collection.name or "")
    assert "is being filled again" in (await found(runtime, workspace.id, vectors[0]))[1]
    assert len((await found(runtime, workspace.id, vectors[0]))[0]) == 20  # those that wait are compared here
    await all_there(runtime, workspace.id, 40)
    assert await stored(runtime, workspace.id) == before
    passages, warning = await found(runtime, workspace.id, vectors[0])
    assert (len(passages), warning) == (20, "")


async def test_the_next_change_that_meets_a_lost_collection_fills_all_of_it(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    vectors = clustered(40)
    await fill(runtime, workspace.id, vectors[:30])
    await all_there(runtime, workspace.id, 30)
    with_chroma.drop((await copied(runtime, workspace.id)).collection.name or "")
    await fill(runtime, workspace.id, vectors[30:])
    await all_there(runtime, workspace.id, 40)


async def test_a_search_says_that_the_store_lacks_much(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("answerable.knowledge.retrieval.nearby._MOST_PENDING", 2)
    await go_over(runtime, workspace, "chroma")
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    await told(runtime, workspace.id)
    gate = asyncio.Event()
    held_back(monkeypatch, gate)
    for number in range(3):
        await put(runtime, workspace.id, f"Note {number} on gases.", title=f"{number}")
    reply = await answer(workspace, "Who discovered oxygen?", mode="dense")
    gate.set()
    assert reply["mode"] == "dense"
    assert "is being filled" in reply["warnings"][0]


async def test_what_was_stored_first_is_found_before_the_collection_is_made(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was lost: everything is still on its way, and compared in PostgreSQL."""
    await go_over(runtime, workspace, "chroma")
    going_on = asyncio.Event()
    reading = held_back(monkeypatch, going_on)
    vectors = clustered(30)
    documents = await fill(runtime, workspace.id, vectors)
    carrying = asyncio.create_task(carry_over(runtime, workspace.id))
    try:
        await asyncio.wait_for(reading.wait(), 60)
        best, warning = await found(runtime, workspace.id, vectors[0], 20)
        assert (len(best), warning) == (20, "")
        assert best[0] == (documents[0], 0)
    finally:
        going_on.set()
        await carrying


async def test_what_the_store_has_too_much_is_found_out_and_removed(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    vectors = clustered(20)
    kept, other = await fill(runtime, workspace.id, vectors)
    await told(runtime, workspace.id)
    place = await copied(runtime, workspace.id)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [other])
        # as after a restore of an older database: nobody remembers that it was deleted
        await session.fetch("DELETE FROM vector_changes RETURNING 1", {})
    problems = {problem.check: problem.count for problem in await verify_stores(runtime)}
    assert problems["vector_without_passage"] == 1
    best, _ = await found(runtime, workspace.id, vectors[10], 20)
    assert {document for document, _ in best} == {kept}
    await put_right(runtime, place)
    await told(runtime, workspace.id)
    assert set((await stored(runtime, workspace.id)).values()) == {kept}


async def test_a_change_during_the_copying_is_carried_over_again(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was frozen while it copied writes what is old by then; somebody looks once more."""
    await go_over(runtime, workspace, "chroma")
    inner = following.rows.to_copy
    reading, deleted = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: object) -> object:
        rows = await inner(*arguments)  # type: ignore[arg-type]
        if rows and not deleted.is_set():
            reading.set()
            await deleted.wait()
        return rows

    # before there is anything to copy: the worker may be the one that is frozen
    monkeypatch.setattr(following.rows, "to_copy", slow)
    (document,) = await fill(runtime, workspace.id, clustered(10))
    carrying = asyncio.create_task(carry_over(runtime, workspace.id))
    await asyncio.wait_for(reading.wait(), 60)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [document])
    deleted.set()
    await carrying

    async def is_gone() -> bool:
        return not await stored(runtime, workspace.id)

    await eventually(is_gone)


async def test_only_those_who_run_the_workspace_choose_and_only_what_is_offered(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    state = (await workspace.owner.get("/api/v1/vector-store")).json()
    assert (state["active"], state["chosen"], state["offered"]) == ("pgvector", None, ["pgvector", "chroma"])
    refused = await workspace.owner.put("/api/v1/vector-store", json={"store": "milvus"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_vector_store")
    assert refused.json()["errors"][0]["field"] == "store"
    assert "pgvector, chroma" in refused.json()["detail"]


async def test_a_store_that_is_not_set_up_leaves_everybody_where_they_are(
    runtime: Runtime, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    monkeypatch.setattr(runtime.settings.search, "store", "chroma")
    assert await reembedding.follow_settings(runtime) == []
    state = (await workspace.owner.get("/api/v1/vector-store")).json()
    assert (state["active"], state["building"]) == ("pgvector", None)


async def test_claims_are_one_workspaces_and_run_out(
    runtime: Runtime, workspace: Workspace, with_chroma: ChromaServer
) -> None:
    await go_over(runtime, workspace, "chroma")
    await told(runtime, workspace.id)
    documents = await fill(runtime, workspace.id, clustered(20))
    claimed = []
    for seconds in (0.0, 60.0, 60.0):
        async with runtime.database.begin(Principal.anonymous()) as session:
            claimed.append(await outbox.claim(session, seconds=seconds, most=10, workspace_id=workspace.id))
    # the worker may have been quicker with all of it
    for claim in claimed:
        if claim is not None:
            assert {ids.encode("doc", each) for each in claim.documents.values()} <= set(documents)
    assert claimed[2] is None


def test_the_doctor_asks_the_store(chroma: ChromaServer, folder: Path) -> None:
    def checked(store: str = "pgvector", **entry: object) -> list[tuple[Level, str]]:
        settings = SearchSettings.model_validate({"store": store, "stores": {"chroma": entry}})
        return [(finding.level, finding.detail) for finding in check_stores(settings)]

    assert checked(url=chroma.url)[0][0] is Level.OK
    assert checked(url="http://127.0.0.1:9")[0][0] is Level.WARN
    assert "give either url or folder" in checked()[0][1]
    assert "'answerable serve'" in checked(folder=str(folder), command=str(program()), port=9)[0][1]
    missing = checked(folder=str(folder), command="/nowhere/chroma", port=9)[0]
    assert missing[0] is Level.FAIL
    assert "answerable[chroma]" in missing[1]
    assert checked("milvus", url=chroma.url)[1][0] is Level.FAIL


@pytest.mark.timeout(400)
def test_a_folder_is_served_beside_the_system(tmp_path: Path) -> None:
    """`answerable serve` with a folder: what is uploaded is found by meaning, in Chroma."""
    port = ChromaServer(tmp_path).port
    entry = f'{{"chroma": {{"folder": "{tmp_path}/vectors", "port": {port}, "command": "{program()}"}}}}'
    server = Server(
        tmp_path / "data",
        environment={
            "ANSWERABLE_SEARCH__STORES": entry,
            "ANSWERABLE_SEARCH__STORE": "chroma",
            "ANSWERABLE_SEARCH__EXACT_BELOW": "0",
        },
    )
    server.start()
    try:
        login = {"email": "a@example.com", "password": "a long password"}
        token = httpx.post(f"{server.url}/api/v1/auth/register", json=login).json()["access_token"]
        http = httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {token}"}, timeout=30)
        http.post("/api/v1/documents", files={"file": ("oxygen.txt", OXYGEN.encode())}).raise_for_status()
        wait_until(lambda: _ready(http), seconds=120)
        # the settings are followed each minute
        wait_until(lambda: http.get("/api/v1/vector-store").json()["active"] == "chroma", seconds=150)
        reply = http.post("/api/v1/search", json={"query": "Who discovered it?", "mode": "dense"}).json()
        assert (reply["mode"], reply["warnings"], len(reply["results"])) == ("dense", [], 1)
        wait_until(lambda: http.get("/api/v1/vector-store").json()["waiting"] == 0, seconds=60)
        http.close()
    finally:
        server.remove()


def _ready(http: httpx.Client) -> bool:
    return [each["status"] for each in http.get("/api/v1/documents").json()["items"]] == ["ready"]
