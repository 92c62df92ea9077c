"""Search over HTTP, on a real index."""

from __future__ import annotations

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import TextEncoder
from answerable.knowledge.indexing import IndexedDocument, delete_documents, describe_document
from answerable.knowledge.retrieval import SearchMode, search
from tests.factories.callers import Caller, Workspace
from tests.knowledge.library import OIL, OXYGEN, RETURNS, passages, put, put_passages

SEARCH = "/api/v1/search"


async def found(caller: Caller, query: str, **options: object) -> list[dict]:
    answer = await caller.post(SEARCH, json={"query": query, **options})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


@pytest.mark.parametrize("mode", list(SearchMode))
async def test_the_passage_about_the_query_comes_first(
    runtime: Runtime, workspace: Workspace, mode: SearchMode
) -> None:
    await put(runtime, workspace.id, OIL, title="Oil")
    await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    results = await found(workspace.owner, "Who discovered oxygen?", mode=mode)
    assert results[0]["title"] == "Oxygen"
    assert results == sorted(results, key=lambda result: -result["score"])


async def test_a_result_says_where_its_text_stands(runtime: Runtime, workspace: Workspace) -> None:
    document = IndexedDocument(ids.new_id("doc"), "Science.md")
    await put_passages(
        runtime, workspace.id, document, passages(OIL, OXYGEN, heading_path=("Science", "Gas"))
    )
    text = f"{OIL}\n\n{OXYGEN}"
    best = (await found(workspace.owner, "boiling point of liquid oxygen"))[0]
    assert text[best["start"] : best["end"]] == best["text"] == OXYGEN
    assert (best["document_id"], best["title"], best["page"]) == (document.id, "Science.md", 1)
    assert best["heading_path"] == ["Science", "Gas"]
    assert best["chunk_id"].startswith("chk_")


async def test_a_code_is_found_as_a_whole(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, "The order INV-2024-001 was shipped on Monday.", title="right")
    await put(runtime, workspace.id, "The order INV-2023-001 was shipped in 2024.", title="wrong")
    assert (await found(workspace.owner, "INV-2024-001"))[0]["title"] == "right"


async def test_chinese_text_is_found_by_its_words(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, "退货必须在三十天内完成。", title="退货")
    await put(runtime, workspace.id, "咖啡机每月清洗一次。", title="清洗")
    results = await found(workspace.owner, "退货 三十天", mode="lexical")
    assert [result["title"] for result in results] == ["退货"]


async def test_copies_of_a_text_leave_the_first_places_to_others(
    runtime: Runtime, workspace: Workspace
) -> None:
    fee = "The fee for returned goods is five euros."
    for title in ("one", "two", "three"):
        await put(runtime, workspace.id, fee, title=title)
    await put(runtime, workspace.id, fee.replace("five", "seven"), title="newer")
    await put(runtime, workspace.id, "Goods are returned at the counter.", title="where")
    results = await found(workspace.owner, "fee for returned goods", mode="lexical")
    assert {result["title"] for result in results[:3]} & {"newer", "where"} == {"newer", "where"}
    assert [result["text"] for result in results[3:]] == [fee, fee]


async def test_texts_that_differ_in_a_word_leave_the_first_places_to_others_but_two(
    runtime: Runtime, workspace: Workspace
) -> None:
    right = (
        "Employees of the mill may take home two sacks of flour each year. The sacks are handed out by the "
        "warehouse in {}. Whoever retires keeps this right for five years."
    )
    for month in ("autumn", "October", "November", "December", "spring"):
        await put(runtime, workspace.id, right.format(month), title=month)
    await put(runtime, workspace.id, right.format("room 12"), title="room")
    await put(runtime, workspace.id, "Flour of the bakery is delivered each Tuesday.", title="bakery")
    for mode in SearchMode:
        titles = [item["title"] for item in await found(workspace.owner, "sacks of flour", mode=mode)]
        assert {"room", "bakery"} < set(titles[:4]), (mode, titles)
        assert len(titles) == 7
    best = (await found(workspace.owner, "sacks of flour in spring"))[0]
    assert best["title"] == "spring"


async def test_another_tenants_passages_are_never_found(
    runtime: Runtime, workspace: Workspace, stranger: Caller
) -> None:
    document_id = await put(runtime, workspace.id, OIL)
    for mode in SearchMode:
        assert await found(stranger, "oil crisis 1973", mode=mode) == []
        assert await found(stranger, "oil crisis 1973", mode=mode, document_ids=[document_id]) == []
    await put(runtime, stranger.workspace_id, OXYGEN, title="own")
    assert {r["title"] for r in await found(stranger, "oil crisis 1973", mode="dense")} == {"own"}


@pytest.mark.parametrize("exact_below", [0, 5000])
async def test_search_stays_within_the_documents_and_sources_given(
    runtime: Runtime, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, exact_below: int
) -> None:
    monkeypatch.setattr(runtime.settings.search, "exact_below", exact_below)
    source_id = ids.new_id("src")
    await put(runtime, workspace.id, OIL, title="free")
    inside = await put(runtime, workspace.id, OXYGEN, title="inside", source_id=source_id)
    for mode in SearchMode:
        for scope in ({"document_ids": [inside]}, {"source_ids": [source_id]}):
            results = await found(workspace.owner, "oil price and oxygen", mode=mode, **scope)
            assert [result["title"] for result in results] == ["inside"], (mode, scope)
    assert await found(workspace.owner, "oil", document_ids=[]) == []
    assert await found(workspace.owner, "oil", document_ids=["doc_no_such", ids.new_id("doc")]) == []


async def test_a_deleted_document_is_in_no_search(runtime: Runtime, workspace: Workspace) -> None:
    kept = await put(runtime, workspace.id, OXYGEN)
    gone = await put(runtime, workspace.id, OIL)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [gone])
    for mode in SearchMode:
        results = await found(workspace.owner, "oil crisis or oxygen", mode=mode)
        assert {result["document_id"] for result in results} == {kept}


async def test_a_document_indexed_anew_shows_its_new_passages_alone(
    runtime: Runtime, workspace: Workspace
) -> None:
    document_id = await put(runtime, workspace.id, OIL, OXYGEN, title="old")
    await put(runtime, workspace.id, RETURNS, title="new", document_id=document_id)
    results = await found(workspace.owner, "oil, oxygen, refunds")
    assert [(result["text"], result["title"]) for result in results] == [(RETURNS, "new")]


async def test_a_renamed_document_is_shown_under_its_new_title(
    runtime: Runtime, workspace: Workspace
) -> None:
    document_id = await put(runtime, workspace.id, OIL, title="old")
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await describe_document(session, IndexedDocument(document_id, "new"))
    assert (await found(workspace.owner, "oil"))[0]["title"] == "new"


async def test_without_an_encoder_documents_are_indexed_and_found_by_their_words(
    runtime: Runtime, workspace: Workspace
) -> None:
    encoder = runtime.get(TextEncoder)
    absent = TextEncoder(lambda: None)
    try:
        runtime.provide(TextEncoder, lambda _: absent)
        runtime._made.pop(TextEncoder)
        await put(runtime, workspace.id, OIL, title="Oil")
        await put(runtime, workspace.id, OXYGEN, title="Oxygen")
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            outcome = await search(session, runtime, "discovery of oxygen")
        answer = await workspace.owner.post(SEARCH, json={"query": "discovery of oxygen", "mode": "dense"})
    finally:
        runtime._made[TextEncoder] = encoder
        absent.close()
    assert outcome.mode is SearchMode.LEXICAL
    assert outcome.passages[0].candidate.title == "Oxygen"
    assert answer.json()["mode"] == "lexical"
    # and a later encoder still finds what has no vector
    assert (await found(workspace.owner, "discovery of oxygen"))[0]["title"] == "Oxygen"


async def test_a_search_that_is_to_explain_says_how_each_stage_scored(
    runtime: Runtime, workspace: Workspace
) -> None:
    for text in (OIL, OXYGEN, RETURNS):
        await put(runtime, workspace.id, text)
    results = await found(workspace.owner, "Who discovered oxygen?", explain=True)
    first = results[0]["stages"]
    assert results[0]["text"] == OXYGEN
    assert first.pop("reranked") is None
    assert {name: stage["rank"] for name, stage in first.items()} == dict.fromkeys(first, 1)
    assert first["sentences"]["score"] == results[0]["score"]
    for result in results:
        dense, lexical = (result["stages"][name]["score"] for name in ("dense", "lexical"))
        assert result["stages"]["fused"]["score"] == pytest.approx(0.6 * dense + 0.4 * lexical, abs=2e-4)
    ranks = [result["stages"]["sentences"]["rank"] for result in results]
    assert ranks == sorted(ranks)


async def test_stages_that_a_search_went_without_are_null(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, OIL, OXYGEN)
    for mode, without in (("dense", "lexical"), ("lexical", "dense")):
        results = await found(workspace.owner, "oil price", mode=mode, explain=True)
        assert results
        assert all(result["stages"][without] is None for result in results)
    assert all(result["stages"] is None for result in await found(workspace.owner, "oil price"))


@pytest.mark.parametrize("query", ["?!", "\u0001", "qwertzuiop", "的", "x" * 4000, "a " * 1999])
async def test_an_odd_query_is_answered_without_an_error(
    runtime: Runtime, workspace: Workspace, query: str
) -> None:
    await put(runtime, workspace.id, OIL)
    for mode in SearchMode:
        await found(workspace.owner, query, mode=mode)


@pytest.mark.parametrize(
    "body",
    [
        {"query": ""},
        {"query": "  "},
        {"query": "x" * 4001},
        {"query": "x", "limit": 0},
        {"query": "x", "limit": 101},
        {"query": "x", "mode": "magic"},
        {},
    ],
)
async def test_a_search_that_makes_no_sense_is_refused(owner: Caller, body: dict) -> None:
    answer = await owner.post(SEARCH, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_empty_workspace_finds_nothing(owner: Caller) -> None:
    assert await found(owner, "anything") == []


async def test_a_search_gives_at_most_the_limit(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, *(f"Passage {number} about oil and fuel." for number in range(60)))
    assert len(await found(workspace.owner, "oil", limit=3)) == 3
    assert len(await found(workspace.owner, "oil", limit=50)) == 50
