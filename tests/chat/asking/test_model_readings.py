"""Questions over tables that the rules decline, read by models that fill a form, and held against it."""

from __future__ import annotations

import json

import pytest

from tests.chat.asking.conftest import Desk
from tests.factories.uploads import ORDERS, upload_dataset
from tests.factories.upstream import Reply, Tokens

pytestmark = pytest.mark.usefixtures("worker")

QUESTION = "hearty amount of orders in Germany in 2024"
FORM = {
    "outcome": "query",
    "dataset": "orders",
    "measures": ["sum:amount"],
    "group_by": [],
    "filters": [{"field": "country", "operator": "eq", "values": ["Germany"]}],
    "period_words": "in 2024",
    "time_field": "",
    "grain": "",
    "top": 0,
    "descending": True,
}
OTHER = FORM | {"measures": ["avg:amount"]}
CANNOT = FORM | {"outcome": "cannot_answer"}


def fills(form: object) -> Reply:
    return Reply(text=form if isinstance(form, str) else json.dumps(form), tokens=Tokens(400, 60))


@pytest.fixture
async def counter(desk: Desk) -> Desk:
    """The desk with a table of orders."""
    assert (await upload_dataset(desk.owner, "orders.csv", ORDERS))["status"] == "ready"
    return desk


async def stages(desk: Desk, *models: str) -> None:
    body: dict[str, object] = {"name": "queries", "targets": [{"model": models[0]}]}
    if len(models) > 1:
        body = {"name": "queries", "cascade": [{"model": model} for model in models]}
    answer = await desk.owner.post("/api/v1/model-aliases", json=body)
    assert answer.status_code == 201, answer.text


async def test_without_the_alias_no_model_is_asked(counter: Desk) -> None:
    answer = await counter.ask(QUESTION)
    assert answer["status"] != "answered"
    assert counter.upstream.seen == []


async def test_one_model_fills_the_form_and_the_server_computes(counter: Desk) -> None:
    await stages(counter, "cheap")
    counter.upstream.default = fills(FORM)
    answer = await counter.ask(QUESTION)
    expected = sum((n % 7 + 1) * 10 + 0.5 for n in range(60) if n % 3 == 0)
    evidence = answer["evidence"][0]  # type: ignore[index]
    assert (answer["status"], answer["stage"]) == ("answered", "cheap")
    assert float(evidence["rows"][0][0]) == pytest.approx(expected)
    assert float(str(answer["confidence"])) <= 0.6
    assert [w["code"] for w in answer["warnings"]] == ["model_reading"]  # type: ignore[attr-defined]
    assert answer["usage"]["input_tokens"] == 400  # type: ignore[index]


async def test_two_stages_that_agree_are_believed_more(counter: Desk) -> None:
    await stages(counter, "cheap", "dear")
    counter.upstream.default = fills(FORM)
    answer = await counter.ask(QUESTION)
    assert answer["status"] == "answered"
    assert 0.6 < float(str(answer["confidence"])) <= 0.8


async def test_two_stages_that_disagree_are_asked_back(counter: Desk) -> None:
    await stages(counter, "cheap", "dear")
    counter.upstream.by_model = {"cheap": fills(FORM), "dear": fills(OTHER)}
    answer = await counter.ask(QUESTION)
    assert answer["status"] == "ask_back"
    labels = [option["label"] for option in answer["ask_back"]["options"]]  # type: ignore[index]
    assert len(labels) == 2
    chosen = answer["ask_back"]["options"][1]["query"]  # type: ignore[index]
    again = await counter.ask(QUESTION, query=chosen)
    assert again["status"] == "answered"


@pytest.mark.parametrize("first", [CANNOT, "SELECT * FROM users", FORM | {"dataset": "users"}])
async def test_what_holds_no_query_is_no_answer(counter: Desk, first: object) -> None:
    await stages(counter, "cheap")
    counter.upstream.default = fills(first)
    answer = await counter.ask(QUESTION)
    assert answer["status"] == "abstained"
    assert not [item for item in answer["evidence"] if item["kind"] == "query"]  # type: ignore[attr-defined]
    assert answer["usage"]["input_tokens"] == 400  # type: ignore[index]
    assert answer["usage"]["cost_usd"] == pytest.approx(await counter.billed())  # type: ignore[index]


@pytest.mark.parametrize(
    "dropped",
    [{"filters": []}, {"period_words": ""}, {"filters": [{**FORM["filters"][0], "operator": "ne"}]}],  # type: ignore[index]
    ids=["the country", "the year", "a not of its own"],
)
async def test_a_form_that_drops_what_is_known_of_the_question_is_no_answer(
    counter: Desk, dropped: dict[str, object]
) -> None:
    await stages(counter, "cheap", "dear")
    counter.upstream.default = fills(FORM | dropped)
    answer = await counter.ask(QUESTION)
    assert answer["status"] == "abstained"
    assert not [item for item in answer["evidence"] if item["kind"] == "query"]  # type: ignore[attr-defined]


async def test_a_question_that_the_rules_read_asks_no_model(counter: Desk) -> None:
    await stages(counter, "cheap")
    answer = await counter.ask("total amount in Germany in 2024")
    assert (answer["status"], answer["stage"]) == ("answered", "rules")
    assert counter.upstream.seen == []
