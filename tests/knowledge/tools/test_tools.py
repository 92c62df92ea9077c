"""Tools over HTTP: named settings of search and answering, with versions."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from psycopg import errors

from answerable.kit import ids
from answerable.kit.principal import Role
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import has_encoder
from tests.conftest import CreateWorkspace
from tests.factories.callers import Caller, Workspace
from tests.knowledge.library import OIL, OXYGEN, RETURNS, put

TOOLS = "/api/v1/tools"


async def make(caller: Caller, name: str = "policies", kind: str = "retrieval", **settings: object) -> dict:
    body = {"name": name, "kind": kind, "description": "What may be sent back", "configuration": settings}
    made = await caller.post(TOOLS, json=body)
    assert made.status_code == 201, made.text
    return made.json()


async def search(caller: Caller, query: str, **options: object) -> dict:
    answer = await caller.post("/api/v1/search", json={"query": query, **options})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fill(runtime: Runtime, workspace: Workspace) -> dict[str, str]:
    """Three documents; their ids by title."""
    texts = {"Oil": OIL, "Oxygen": OXYGEN, "Returns": RETURNS}
    return {title: await put(runtime, workspace.id, text, title=title) for title, text in texts.items()}


def codes(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and the fields that are named."""
    body = answer.json()
    return answer.status_code, body["code"], [item["field"] for item in body.get("errors", [])]


async def test_a_tool_says_what_it_sets(owner: Caller) -> None:
    made = await make(owner, mode="lexical", k=3, threshold=0.2)
    assert made["id"].startswith("tool_")
    assert (made["name"], made["kind"], made["version"]) == ("policies", "retrieval", 1)
    assert {name: made["configuration"][name] for name in ("mode", "k", "threshold", "source_ids")} == {
        "mode": "lexical",
        "k": 3,
        "threshold": 0.2,
        "source_ids": None,
    }
    assert (await owner.get(f"{TOOLS}/{made['id']}")).json() == made


async def test_a_search_goes_by_the_tool_that_it_names(runtime: Runtime, workspace: Workspace) -> None:
    documents = await fill(runtime, workspace)
    tool = await make(workspace.owner, document_ids=[documents["Returns"]], mode="lexical", k=1)
    for reference in ("policies", tool["id"]):
        found = await search(workspace.owner, "oil, oxygen and goods", tool=reference)
        assert [result["title"] for result in found["results"]] == ["Returns"]
        assert found["mode"] == "lexical"
        assert found["tool"] == {"id": tool["id"], "name": "policies", "version": 1}
    assert (await search(workspace.owner, "oil"))["tool"] is None


async def test_a_request_narrows_a_tool_and_never_widens_it(runtime: Runtime, workspace: Workspace) -> None:
    documents = await fill(runtime, workspace)
    await make(workspace.owner, document_ids=[documents["Returns"], documents["Oil"]])
    query = "oil, oxygen and goods"
    one = await search(workspace.owner, query, tool="policies", document_ids=[documents["Oil"]])
    assert [result["title"] for result in one["results"]] == ["Oil"]
    none = await search(workspace.owner, query, tool="policies", document_ids=[documents["Oxygen"]])
    assert none["results"] == []
    few = await search(workspace.owner, query, tool="policies", limit=1, mode="lexical")
    assert (len(few["results"]), few["mode"]) == (1, "lexical")


async def test_passages_below_the_threshold_are_left_out(runtime: Runtime, workspace: Workspace) -> None:
    await fill(runtime, workspace)
    whole = (await search(workspace.owner, "Who discovered oxygen?"))["results"]
    line = (whole[0]["score"] + whole[1]["score"]) / 2
    await make(workspace.owner, threshold=line)
    kept = (await search(workspace.owner, "Who discovered oxygen?", tool="policies"))["results"]
    assert kept == whole[:1]


async def test_each_change_is_a_version_that_stays(workspace: Workspace) -> None:
    owner = workspace.owner
    tool = await make(owner, k=3)
    address = f"{TOOLS}/{tool['id']}"
    changed = await owner.put(address, json={"description": "more", "configuration": {"k": 7}})
    assert (changed.json()["version"], changed.json()["configuration"]["k"]) == (2, 7)
    same = await owner.put(address, json={"description": "more", "configuration": {"k": 7}})
    assert same.json()["version"] == 2
    back = await owner.post(f"{address}/rollback", json={"version": 1})
    assert (back.json()["version"], back.json()["configuration"]["k"]) == (3, 3)
    versions = (await owner.get(f"{address}/versions")).json()["items"]
    assert [(item["version"], item["configuration"]["k"], item["restored_from"]) for item in versions] == [
        (3, 3, 1),
        (2, 7, None),
        (1, 3, None),
    ]
    assert codes(await owner.post(f"{address}/rollback", json={"version": 9})) == (
        422,
        "unknown_tool_version",
        ["version"],
    )


async def test_the_database_lets_nobody_rewrite_a_version(runtime: Runtime, workspace: Workspace) -> None:
    await make(workspace.owner)
    with psycopg.connect(runtime.database.url) as connection:
        for statement in ("UPDATE tool_versions SET number = 5", "DELETE FROM tool_versions"):
            with pytest.raises(errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


async def test_a_stale_change_is_refused(owner: Caller) -> None:
    tool = await make(owner)
    address = f"{TOOLS}/{tool['id']}"
    first = await owner.put(address, json={"configuration": {"k": 2}}, headers={"If-Match": '"1"'})
    late = await owner.put(address, json={"configuration": {"k": 9}}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["version"]) == (200, 2)
    assert codes(late)[:2] == (412, "stale_tool")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "policies"}, (409, "tool_name_taken", [])),
        ({"name": "tool_x"}, (422, "invalid_input", ["name"])),
        ({"name": " "}, (422, "invalid_input", ["name"])),
        ({"name": "a", "kind": "magic"}, (422, "invalid_input", ["kind"])),
        ({"name": "a", "configuration": {"k": 0}}, (422, "invalid_input", ["configuration.k"])),
        ({"name": "a", "configuration": {"model": "m"}}, (422, "invalid_input", ["configuration.model"])),
        (
            {"name": "a", "kind": "rag", "configuration": {"prompt": "Be brief."}},
            (422, "invalid_input", ["configuration.prompt"]),
        ),
    ],
)
async def test_a_tool_that_makes_no_sense_is_refused(owner: Caller, body: dict, expected: tuple) -> None:
    await make(owner)
    assert codes(await owner.post(TOOLS, json=body)) == expected


async def test_a_tool_that_is_not_there_is_named_as_the_fault(owner: Caller) -> None:
    for reference in ("nowhere", ids.new_id("tool")):
        searched = await owner.post("/api/v1/search", json={"query": "oil", "tool": reference})
        asked = await owner.post("/api/v1/ask", json={"question": "oil", "tool": reference})
        assert codes(searched) == codes(asked) == (422, "unknown_tool", ["tool"])


async def test_another_tenants_tool_is_like_one_that_is_not_there(owner: Caller, stranger: Caller) -> None:
    tool = await make(owner)
    assert (await stranger.get(TOOLS)).json()["items"] == []
    for path in ("/api/v1/search", "/api/v1/ask"):
        field = "query" if path.endswith("search") else "question"
        foreign = await stranger.post(path, json={field: "oil", "tool": tool["id"]})
        missing = await stranger.post(path, json={field: "oil", "tool": ids.new_id("tool")})
        assert foreign.content == missing.content
    refused = await stranger.put(f"{TOOLS}/defaults", json={"search": tool["id"]})
    assert codes(refused) == (422, "unknown_tool", ["search"])
    assert (await make(stranger))["name"] == tool["name"]


async def test_a_viewer_runs_tools_and_an_editor_changes_them(runtime: Runtime, workspace: Workspace) -> None:
    await fill(runtime, workspace)
    viewer, editor = await workspace.member(Role.VIEWER), await workspace.member(Role.EDITOR)
    tool = await make(editor)
    address = f"{TOOLS}/{tool['id']}"
    assert (await search(viewer, "oil", tool="policies"))["tool"]["id"] == tool["id"]
    assert (await viewer.post(f"{address}/test", json={"query": "oil"})).status_code == 200
    refused = [
        await viewer.post(TOOLS, json={"name": "mine"}),
        await viewer.put(address, json={"configuration": {}}),
        await viewer.post(f"{address}/rollback", json={"version": 1}),
        await viewer.put(f"{TOOLS}/defaults", json={}),
        await viewer.delete(address),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert (await editor.delete(address)).status_code == 204
    assert (await editor.get(address)).status_code == 404


async def test_a_default_is_used_where_no_tool_is_named(runtime: Runtime, workspace: Workspace) -> None:
    documents = await fill(runtime, workspace)
    owner = workspace.owner
    tool = await make(owner, document_ids=[documents["Returns"]])
    chosen = await owner.put(f"{TOOLS}/defaults", json={"search": "policies"})
    assert chosen.json() == {"search": tool["id"], "ask": None}
    found = await search(owner, "oil, oxygen and goods")
    assert [result["title"] for result in found["results"]] == ["Returns"]
    assert found["tool"]["name"] == "policies"
    await owner.delete(f"{TOOLS}/{tool['id']}")
    assert (await owner.get(f"{TOOLS}/defaults")).json() == {"search": None, "ask": None}
    assert len((await search(owner, "oil, oxygen and goods"))["results"]) == 3


async def test_questions_go_by_a_rag_tool_alone(owner: Caller) -> None:
    await make(owner)
    asked = await owner.post("/api/v1/ask", json={"question": "oil", "tool": "policies"})
    assert codes(asked) == (422, "wrong_tool_kind", ["tool"])
    chosen = await owner.put(f"{TOOLS}/defaults", json={"ask": "policies"})
    assert codes(chosen) == (422, "wrong_tool_kind", ["ask"])


async def test_a_trial_shows_every_stage(runtime: Runtime, workspace: Workspace) -> None:
    if not has_encoder(runtime):
        pytest.skip("the embedding model is not here")
    await fill(runtime, workspace)
    tool = await make(workspace.owner, kind="rag", k=3, threshold=0.4)
    address = f"{TOOLS}/{tool['id']}/test"
    tried = (await workspace.owner.post(address, json={"query": "Who discovered oxygen?"})).json()
    assert (tried["version"], tried["mode"], len(tried["results"])) == (1, "hybrid", 3)
    assert [result["kept"] for result in tried["results"]] == [True, False, False]
    first = tried["results"][0]
    assert {name for name, stage in first["stages"].items() if stage} >= {"dense", "lexical", "fused"}
    assert "Carl Wilhelm Scheele" in tried["answer"]["quotes"][0]["quote"]
    assert tried["answer"]["confidence"] >= tried["answer"]["least_confidence"]
    strict = {"query": "Who discovered oxygen?", "configuration": {"least_confidence": 1.0}}
    stricter = (await workspace.owner.post(address, json=strict)).json()
    assert (stricter["version"], stricter["answer"]["abstained"]) == (None, True)
    assert codes(await workspace.owner.post(address, json={"query": "oil", "version": 4})) == (
        422,
        "unknown_tool_version",
        ["version"],
    )


async def test_creating_twice_with_one_idempotency_key_makes_one_tool(owner: Caller, unique: str) -> None:
    headers = {"Idempotency-Key": unique}
    first = await owner.post(TOOLS, json={"name": "once"}, headers=headers)
    again = await owner.post(TOOLS, json={"name": "once"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]


async def test_a_tool_names_sources_of_its_workspace(
    workspace: Workspace, create_workspace: CreateWorkspace
) -> None:
    own = await upload_source(workspace.owner)
    foreign = await upload_source((await create_workspace()).owner)
    tool = await make(workspace.owner, source_ids=[own])
    wrong = {"source_ids": [own, foreign, ids.new_id("src"), "x"]}
    named = [f"configuration.source_ids.{place}" for place in (1, 2, 3)]
    body = {"name": "other", "kind": "retrieval", "configuration": wrong}
    assert codes(await workspace.owner.post(TOOLS, json=body)) == (422, "unknown_source", named)
    changed = await workspace.owner.put(f"{TOOLS}/{tool['id']}", json={"configuration": wrong})
    assert codes(changed) == (422, "unknown_source", named)


async def upload_source(caller: Caller) -> str:
    """The source that uploads go to."""
    document = (
        await caller.post("/api/v1/documents", files={"file": ("a.md", b"# A\n\nOil is dear.")})
    ).json()
    return document["document"]["source_id"]
