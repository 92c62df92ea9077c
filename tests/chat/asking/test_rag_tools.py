"""Questions that go by a RAG tool: its documents, line, model and prompt are what counts."""

from __future__ import annotations

import pytest

from tests.chat.asking.conftest import Desk, writes

pytestmark = pytest.mark.usefixtures("worker")

SURE = "When was Northwind Traders founded?"


async def make(desk: Desk, name: str = "handbook", **settings: object) -> dict:
    body = {"name": name, "kind": "rag", "configuration": settings}
    made = await desk.owner.post("/api/v1/tools", json=body)
    assert made.status_code == 201, made.text
    return made.json()


async def test_without_a_model_a_tool_quotes_and_the_answer_names_its_version(desk: Desk) -> None:
    await desk.alias("cheap")
    tool = await make(desk)
    answer = await desk.ask(SURE, tool="handbook")
    assert (answer["status"], answer["stage"], answer["route"]) == ("answered", "rules", "documents")
    assert answer["tool"] == {"id": tool["id"], "name": "handbook", "version": 1}
    await desk.owner.put(f"/api/v1/tools/{tool['id']}", json={"configuration": {"least_confidence": 1}})
    stricter = await desk.ask(SURE, tool="handbook")
    assert stricter["status"] == "abstained"
    assert stricter["tool"]["version"] == 2  # type: ignore[index]
    assert desk.upstream.seen == []


async def test_a_tool_with_a_model_has_it_write_with_its_prompt(desk: Desk) -> None:
    await make(desk, model="dear", prompt="Answer like a butler.")
    desk.upstream.default = writes(("Northwind Traders was founded in 1987.", [1]))
    answer = await desk.ask(SURE, tool="handbook")
    assert (answer["stage"], answer["text"]) == ("dear", "Northwind Traders was founded in 1987. [1]")
    rules, asked = desk.upstream.last.body["messages"]
    assert rules["content"].endswith("Answer like a butler.")
    assert "Use only what the passages say" in rules["content"]
    assert "butler" not in asked["content"]


async def test_a_model_that_is_not_there_leaves_the_documents_own_words(desk: Desk) -> None:
    await make(desk, model="nobody")
    answer = await desk.ask(SURE, tool="handbook")
    assert answer["status"] == "answered"
    assert "1987" in str(answer["text"])
    (warning,) = answer["warnings"]  # type: ignore[misc]
    assert (warning["code"], "'nobody'" in warning["detail"]) == ("models_away", True)


async def test_the_workspaces_tool_answers_questions_that_name_none(desk: Desk) -> None:
    tool = await make(desk, document_ids=[])
    await desk.owner.put("/api/v1/tools/defaults", json={"ask": "handbook"})
    answer = await desk.ask(SURE)
    assert answer["status"] == "abstained"
    assert answer["tool"]["id"] == tool["id"]  # type: ignore[index]
    await desk.owner.put("/api/v1/tools/defaults", json={"ask": None})
    free = await desk.ask(SURE)
    assert (free["status"], free["tool"]) == ("answered", None)
