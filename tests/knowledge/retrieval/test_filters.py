"""Searches that are narrowed by what is known of documents."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import DocumentFacts, IndexedDocument, generations
from answerable.knowledge.indexing import repository as index
from answerable.knowledge.indexing.passage import Passage
from answerable.knowledge.indexing.preparation import (
    PassageVectors,
    PreparedPassage,
    dense_vector,
    sparse_vector,
)
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.retrieval import Filters, Scope, SearchMode, repository, service
from answerable.knowledge.retrieval.nearby import nearby
from answerable.knowledge.retrieval.query import QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import send_file, settled, upload_document
from tests.knowledge.library import OIL, passages, put_passages
from tests.knowledge.retrieval.test_search import found
from tests.knowledge.retrieval.test_vector_recall import EMPTY_SKETCH

DOCUMENTS = "/api/v1/documents"
SHELF = {
    "report": DocumentFacts(
        "application/pdf",
        "de",
        ("finance", "2024"),
        datetime(2024, 3, 1, tzinfo=UTC),
        metadata={
            "year": 2024,
            "team": "sales",
            "draft": False,
            "place": {"city": "Bonn"},
            "codes": ["a", "b"],
        },
    ),
    "memo": DocumentFacts(
        "text/plain",
        "en",
        ("finance",),
        datetime(2023, 1, 1, tzinfo=UTC),
        datetime(2024, 6, 1, tzinfo=UTC),
        metadata={"year": 2023, "team": "legal", "draft": True, "due": "2024-02-01", "note": None},
    ),
    "page": DocumentFacts("text/html", None, (), datetime(2022, 1, 1, tzinfo=UTC), metadata={"year": "2024"}),
}
CASES = [
    ({}, "report memo page"),
    ({"tags": ["finance"]}, "report memo"),
    ({"languages": ["de"]}, "report"),
    ({"languages": ["en", "de"], "tags": ["finance"]}, "report memo"),
    ({"languages": ["fr"]}, ""),
    ({"tags": ["2024", "nothing"]}, "report"),
    ({"tags": []}, ""),
    ({"types": ["text/html", "text/plain"]}, "memo page"),
    ({"created": {"from": "2023-01-01T00:00:00Z"}}, "report memo"),
    ({"created": {"to": "2023-01-01T00:00:00Z"}}, "page"),
    ({"modified": {"from": "2024-03-01T01:00:00+01:00", "to": "2024-06-01"}}, "report"),
    ({"modified": {"from": "2024-03-01"}, "tags": ["finance"]}, "report memo"),
    ({"metadata": {"team": "sales"}}, "report"),
    ({"metadata": {"year": 2024}}, "report"),
    ({"metadata": {"year": "2024"}}, "page"),
    ({"metadata": {"year": {"gte": 2023, "lt": 2024}}}, "memo"),
    ({"metadata": {"year": {"gt": 2022}, "team": {"in": ["legal", "sales"]}}}, "report memo"),
    ({"metadata": {"due": {"gte": "2024-01-01", "lte": "2024-12-31"}}}, "memo"),
    ({"metadata": {"draft": True}}, "memo"),
    ({"metadata": {"draft": {"eq": False}}}, "report"),
    ({"metadata": {"note": None}}, "memo"),
    ({"metadata": {"team": {"exists": False}}}, "page"),
    ({"metadata": {"team": {"exists": True}}}, "report memo"),
    ({"metadata": {"place.city": "Bonn"}}, "report"),
    ({"metadata": {"codes": "b"}}, "report"),
    ({"metadata": {'odd"key': 'odd" || true'}}, ""),
]


async def fill_shelf(runtime: Runtime, workspace_id: str) -> None:
    for title, facts in SHELF.items():
        document = IndexedDocument(ids.new_id("doc"), title, None, facts)
        await put_passages(runtime, workspace_id, document, passages(OIL))


@pytest.mark.parametrize("few_documents", [0, 5000])
async def test_filters_leave_what_passes_them(
    runtime: Runtime, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, few_documents: int
) -> None:
    monkeypatch.setattr(service, "_FEW_DOCUMENTS", few_documents)
    await fill_shelf(runtime, workspace.id)
    for filters, titles in CASES:
        for mode in SearchMode:
            results = await found(workspace.owner, "oil price", mode=mode, filters=filters)
            assert {result["title"] for result in results} == set(titles.split()), (filters, mode)


@pytest.mark.parametrize(
    ("metadata", "field", "says"),
    [
        ({"year": {"gt": [1]}}, "year.gt", "finite number or a text"),
        ({"year": [1]}, "year.eq", "true, false or null"),
        ({"year": {"in": [[1], 2]}}, "year.in.0", "true, false or null"),
        ({"year": {"bigger": 1}}, "year.bigger", "not permitted"),
        ({"year": {}}, "year", "at least one of eq"),
        ({"a..b": 1}, "a..b.[key]", "joined by single dots"),
    ],
)
async def test_a_wrong_condition_is_named_once_and_in_words(
    owner: Caller, metadata: dict, field: str, says: str
) -> None:
    answer = await owner.post("/api/v1/search", json={"query": "x", "filters": {"metadata": metadata}})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == f"filters.metadata.{field}"
    assert says in error["message"]


@pytest.mark.parametrize(
    "filters",
    [
        {"colour": "red"},
        {"tags": "finance"},
        {"tags": ["\u0000"]},
        {"metadata": {"a": {}}},
        {"metadata": {"a": {"like": "x"}}},
        {"metadata": {"": 1}},
        {"metadata": {"a..b": 1}},
        {"metadata": {"a": {"in": "x"}}},
        {"created": {"from": "yesterday"}},
        {"metadata": {"a": {"gt": True}}},
    ],
)
async def test_filters_that_make_no_sense_are_refused(owner: Caller, filters: dict) -> None:
    answer = await owner.post("/api/v1/search", json={"query": "x", "filters": filters})
    assert answer.status_code == 422, answer.text
    assert any("filters" in error["field"] for error in answer.json()["errors"])


async def test_a_tool_keeps_its_filters_as_they_were_given(runtime: Runtime, workspace: Workspace) -> None:
    await fill_shelf(runtime, workspace.id)
    for number, (filters, titles) in enumerate(CASES):
        body = {"name": f"t{number}", "kind": "retrieval", "configuration": {"filters": filters}}
        assert (await workspace.owner.post("/api/v1/tools", json=body)).status_code == 201, filters
        results = await found(workspace.owner, "oil price", tool=f"t{number}")
        assert {result["title"] for result in results} == set(titles.split()), filters
    narrowed = await found(workspace.owner, "oil price", tool="t1", filters={"metadata": {"draft": True}})
    assert [result["title"] for result in narrowed] == ["memo"]


async def test_a_filter_finds_nothing_of_another_tenant(
    runtime: Runtime, workspace: Workspace, stranger: Caller
) -> None:
    await fill_shelf(runtime, workspace.id)
    for mode in SearchMode:
        assert await found(stranger, "oil price", mode=mode, filters={"tags": ["finance"]}) == []


@pytest.mark.usefixtures("worker")
async def test_tags_and_metadata_of_documents_are_set_changed_and_searched_by(editor: Caller) -> None:
    answer = await send_file(
        editor,
        DOCUMENTS,
        "oil.txt",
        OIL,
        tags=["energy", " energy", "1973"],
        metadata='{"a": 1}',
    )
    document = answer.json()["document"]
    assert document["tags"] == ["energy", "1973"]
    address = f"{DOCUMENTS}/{document['id']}"
    changed = await editor.patch(
        address, json={"title": " Oil\ncrisis ", "tags": ["history"], "metadata": {"a": None, "b": {"c": 2}}}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["title"], changed.json()["tags"]) == ("Oil crisis", ["history"])
    assert changed.json()["metadata"] == {"b": {"c": 2}}
    ready = await settled(editor, address)
    assert (ready["title"], ready["status"]) == ("Oil crisis", "ready")
    for filters in ({"tags": ["history"]}, {"metadata": {"b.c": 2}}, {"types": ["text/plain"]}):
        assert [r["title"] for r in await found(editor, "oil", filters=filters)] == ["Oil crisis"], filters
    assert await found(editor, "oil", filters={"tags": ["energy"]}) == []
    listed = (await editor.get(DOCUMENTS, params={"tag": "history"})).json()["items"]
    assert [item["id"] for item in listed] == [document["id"]]
    assert (await editor.get(DOCUMENTS, params={"tag": "energy"})).json()["items"] == []
    await editor.patch(address, json={"tags": []})
    assert await found(editor, "oil", filters={"tags": ["history"]}) == []


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "\u200b"},
        {"tags": ["x" * 101]},
        {"tags": [" "]},
        {"tags": [str(n) for n in range(51)]},
        {"metadata": {"a": "\u0000"}},
        {"metadata": {"a": "x" * 20_000}},
        {"metadata": {"source_item": "mine"}},
        {"metadata": [1]},
        {"owner": "me"},
    ],
)
async def test_a_change_that_cannot_be_kept_is_refused(editor: Caller, body: dict) -> None:
    document = await upload_document(editor, "oil.txt", OIL)
    answer = await editor.patch(f"{DOCUMENTS}/{document['id']}", json=body)
    assert answer.status_code == 422, answer.text
    assert (await editor.get(f"{DOCUMENTS}/{document['id']}")).json() == document


async def test_a_filter_that_one_percent_pass_still_gets_its_best(
    runtime: Runtime, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dense and lexical, by comparing all that pass and by walking the index, also where what passes lies
    far from the query."""
    count, wanted = 3000, 20
    random = np.random.default_rng(3)
    centres = random.normal(size=(10, 384))
    topics = random.integers(0, 10, count)
    vectors = (centres[topics] + 0.8 * random.normal(size=(count, 384))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rare = np.flatnonzero(topics == 4)[:30]
    number = TermIds(workspace.id)
    weights = [
        text_weights([number("oil")] * int(n) + [number("other")]) for n in random.integers(1, 9, count)
    ]
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        for part, tag in ((np.setdiff1d(np.arange(count), rare), "common"), (rare, "rare")):
            document = IndexedDocument(ids.new_id("doc"), tag, None, DocumentFacts(tags=(tag,)))
            rows = [
                PreparedPassage(
                    Passage(int(n), 0, 1, "x"),
                    sorted(weights[n]),
                    sparse_vector(weights[n]),
                    EMPTY_SKETCH,
                    {1: PassageVectors(dense_vector(vectors[n]), b"")},
                )
                for n in part
            ]
            await index.put_document(session, document, len(rows))
            await index.insert_chunks(session, document, rows)
    scope = Scope(filters=(Filters(tags=["rare"]),))
    for query in (vectors[rare[0]], vectors[np.flatnonzero(topics == 7)[0]]):
        nearest = set(rare[np.argsort(-(vectors[rare] @ query))][:wanted].tolist())
        for few in (0, 5000):
            monkeypatch.setattr(service, "_FEW_DOCUMENTS", few)
            pool = Pool(wanted, wanted, 1.0)
            async with runtime.database.begin(Principal.system(workspace.id)) as session:
                terms = QueryTerms.of("oil", workspace.id)
                weighted = WeightedQuery.of(terms, await repository.term_counts(session, terms), query)
                reach = await service.narrowed(session, Reach.of(scope, weighted.chunks), 10_000)
                assert reach.exact is (few > 0)
                await repository.settle_plans(session, pool, reach)
                used = (await generations.of_workspace(session)).active
                near = (await nearby(session, runtime, used, weighted, reach, pool)).rows
                dense = await repository.score_candidates(session, weighted, SearchMode.DENSE, pool, near)
                rows = await repository.best_worded(session, weighted, reach, pool)
                lexical = replace_cosine(pool)
                worded = await repository.score_candidates(
                    session, weighted, SearchMode.LEXICAL, lexical, rows
                )
            assert len(near) == len(rows) == wanted
            assert len({found.ordinal for found in dense} & nearest) >= 0.95 * wanted
            best = sorted((weights[n][number("oil")] for n in rare), reverse=True)[:wanted]
            scores = [weights[found.ordinal][number("oil")] for found in worded]
            assert sorted(scores, reverse=True) == pytest.approx(best)
            assert {found.title for found in (*dense, *worded)} == {"rare"}


def replace_cosine(pool: Pool) -> Pool:
    return Pool(pool.size, pool.kept, 0.0)
