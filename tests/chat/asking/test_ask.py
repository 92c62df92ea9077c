"""Asking through HTTP: the right side answers, with evidence that holds."""

from __future__ import annotations

import json

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect

from tests.factories.callers import Caller, register
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(scope="module")
async def asker(client: httpx.AsyncClient) -> Caller:
    """The owner of a workspace with one document and one table."""
    owner = (await register(client)).owner
    assert (await upload_document(owner, "returns.md", RETURNS_POLICY))["status"] == "ready"
    assert (await upload_dataset(owner, "orders.csv", ORDERS))["status"] == "ready"
    return owner


async def ask(caller: Caller, question: str, **more: object) -> dict[str, object]:
    answer = await caller.post("/api/v1/ask", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    await check_quotes(caller, body)
    return body


async def check_quotes(caller: Caller, answer: dict[str, object]) -> None:
    for item in answer["evidence"]:  # type: ignore[attr-defined]
        if item["kind"] == "quote":
            text = (await caller.get(f"/api/v1/documents/{item['document_id']}/text")).json()["text"]
            assert text[item["start"] : item["end"]] == item["quote"]


async def test_a_question_over_documents_is_answered_with_a_verbatim_quote(asker: Caller) -> None:
    answer = await ask(asker, "How long do customers have to return unused goods?")
    assert (answer["status"], answer["route"]) == ("answered", "documents")
    assert "within 30 days" in answer["evidence"][0]["quote"]


async def test_a_question_over_a_table_is_answered_with_its_query(asker: Caller) -> None:
    answer = await ask(asker, "total amount in Germany in 2024")
    expected = sum((n % 7 + 1) * 10 + 0.5 for n in range(60) if n % 3 == 0)
    evidence = answer["evidence"][0]
    assert (answer["status"], answer["route"], evidence["kind"]) == ("answered", "data", "query")
    assert float(evidence["rows"][0][0]) == pytest.approx(expected)
    assert "SELECT" in evidence["sql"]
    assert evidence["dataset_id"].startswith("ds_")


async def test_a_question_with_two_parts_is_answered_from_both_sides(asker: Caller) -> None:
    answer = await ask(asker, "How many orders were there in 2024 and how long is the return window?")
    assert answer["route"] == "both"
    assert {item["kind"] for item in answer["evidence"]} == {"query", "quote"}
    assert [item["n"] for item in answer["evidence"]] == list(range(1, len(answer["evidence"]) + 1))


async def test_a_question_about_nothing_here_is_not_answered(asker: Caller) -> None:
    answer = await ask(asker, "Who won the chess championship in Reykjavik?")
    assert answer["status"] == "abstained"
    assert answer["evidence"] == []


NOTES = (
    "# Notes\n\nThe first three orders of a new shop are paid in advance. "
    "Each country has a carrier of its own.\n\n"
    "The median quantity limit for kettles in Spain is 12 pieces."
)


async def test_documents_must_be_sure_of_what_the_tables_know_and_cannot_read(
    client: httpx.AsyncClient,
) -> None:
    owner = (await register(client)).owner
    assert (await upload_document(owner, "notes.md", NOTES))["status"] == "ready"
    alone = await ask(owner, "first order of each country")
    assert alone["status"] == "answered"
    assert (await upload_dataset(owner, "orders.csv", ORDERS))["status"] == "ready"
    beside = await ask(owner, "first order of each country")
    assert (beside["status"], beside["route"], beside["evidence"]) == ("abstained", "data", [])
    assert beside["suggestions"]
    assert beside["nearest"]
    sure = await ask(owner, "median quantity limit for kettles in Spain")
    assert (sure["status"], sure["route"]) == ("answered", "documents")


async def test_the_part_that_the_tables_cannot_express_is_named(asker: Caller) -> None:
    answer = await ask(asker, "amount above the average amount")
    assert answer["status"] == "abstained"
    assert "“above the average amount”" in answer["text"]
    assert answer["suggestions"][0] == "amount"
    assert [warning["code"] for warning in answer["warnings"]] == ["not_expressible"]


async def test_a_doubtful_quote_comes_with_a_warning(asker: Caller) -> None:
    doubtful = await ask(asker, "Who approves damage reports?")
    sure = await ask(asker, "When must damage be reported?")
    assert doubtful["confidence"] < 0.5 < sure["confidence"]
    assert [warning["code"] for warning in doubtful["warnings"]] == ["unsure"]
    assert sure["warnings"] == []


async def test_a_word_that_the_table_does_not_know_is_named(asker: Caller) -> None:
    answer = await ask(asker, "total amount in Narnia in 2024")
    assert answer["status"] == "abstained"
    assert "narnia" in str(answer["warnings"]).lower()


async def test_an_answer_can_be_asked_again_as_it_was(asker: Caller) -> None:
    first = await ask(asker, "number of orders last year", as_of="2025-06-01T00:00:00Z")
    again = await ask(asker, "number of orders last year", as_of=first["as_of"])
    later = await ask(asker, "number of orders last year", as_of="2026-06-01T00:00:00Z")
    assert first["evidence"][0]["query"] == again["evidence"][0]["query"]
    assert first["evidence"][0]["query"] != later["evidence"][0]["query"]


async def test_the_scope_keeps_the_other_side_out(asker: Caller) -> None:
    answer = await ask(asker, "total amount in 2024", scope={"routes": ["documents"]})
    assert all(item["kind"] == "quote" for item in answer["evidence"])


async def test_a_stream_carries_the_same_answer_as_events_with_increasing_ids(asker: Caller) -> None:
    events = await stream(asker, {"question": "total amount in 2024", "stream": True})
    names = [name for _, name, _ in events]
    assert names[0] == "run.started"
    assert names[-1] == "answer"
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    answer = events[-1][2]
    assert "".join(str(data["text"]) for _, name, data in events if name == "delta") == answer["text"]
    assert answer["status"] == "answered"


async def test_a_reconnecting_listener_misses_nothing(asker: Caller) -> None:
    events = await stream(asker, {"question": "total amount in 2024", "stream": True})
    run_id = events[0][2]["run_id"]
    rest = await replay(asker, str(run_id), after=2)
    assert rest == events[2:]


async def test_a_run_is_hidden_from_everybody_else(asker: Caller, stranger: Caller) -> None:
    answer = await ask(asker, "total amount in 2024")
    missing = await stranger.get("/api/v1/runs/run_00000000000000000000000001/events")
    foreign = await stranger.get(f"/api/v1/runs/{answer['run_id']}/events", headers={"Last-Event-ID": "1"})
    assert (foreign.status_code, foreign.content) == (404, missing.content)


@pytest.mark.parametrize(
    ("question", "field"),
    [("", "question"), ("  \n ", "question"), ("\x00\x01\x02", "question"), ("x" * 100_000, "question")],
)
async def test_an_unusable_question_is_refused_with_the_field_named(
    asker: Caller, question: str, field: str
) -> None:
    answer = await asker.post("/api/v1/ask", json={"question": question})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("question", ["退货政策是什么？", "\u202eabc\x07", "'; DROP TABLE runs; --", "😀"])
async def test_a_strange_question_gets_an_honest_answer(asker: Caller, question: str) -> None:
    answer = await ask(asker, question)
    assert answer["status"] in ("answered", "abstained")


async def test_an_answer_goes_with_the_document_that_it_cites(client: httpx.AsyncClient) -> None:
    owner = (await register(client)).owner
    document = await upload_document(owner, "returns.md", RETURNS_POLICY)
    answer = await ask(owner, "When must damage be reported?")
    assert answer["status"] == "answered"
    assert (await owner.delete(f"/api/v1/documents/{document['id']}")).status_code == 204
    gone = await owner.get(f"/api/v1/runs/{answer['run_id']}/events")
    assert gone.status_code == 404
    assert (await ask(owner, "When must damage be reported?"))["status"] == "abstained"


async def test_an_abstention_goes_with_the_passages_that_it_shows(client: httpx.AsyncClient) -> None:
    owner = (await register(client)).owner
    document = await upload_document(owner, "returns.md", RETURNS_POLICY)
    answer = await ask(owner, "Which colour have the photographs of the returned parcel?")
    assert answer["status"] == "abstained"
    near = answer["nearest"][0]
    assert near["document_id"] == document["id"]
    text = (await owner.get(f"/api/v1/documents/{document['id']}/text")).json()["text"]
    assert text[near["start"] : near["end"]] == near["text"]
    await owner.delete(f"/api/v1/documents/{document['id']}")
    assert (await owner.get(f"/api/v1/runs/{answer['run_id']}/events")).status_code == 404


async def test_a_viewer_may_ask_and_a_caller_without_credentials_may_not(
    viewer: Caller, client: httpx.AsyncClient
) -> None:
    assert (await viewer.post("/api/v1/ask", json={"question": "anything"})).status_code == 200
    assert (await client.post("/api/v1/ask", json={"question": "anything"})).status_code == 401


async def test_a_run_whose_listener_left_before_the_first_event_is_worked_through(
    asker: Caller, app: FastAPI, unique: str, admin_url: str
) -> None:
    question = f"total amount in 2024 {unique}"
    body = json.dumps({"question": question, "stream": True}).encode()
    headers = {**asker.headers, "Host": "localhost", "Content-Type": "application/json"}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "POST",
        "path": "/api/v1/ask",
        "raw_path": b"/api/v1/ask",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def send(_: dict[str, object]) -> None:
        raise OSError("the listener has left")

    with pytest.raises(ClientDisconnect):
        await app(scope, receive, send)  # type: ignore[arg-type]

    async def ended() -> bool:
        with psycopg.connect(admin_url) as connection:
            rows = connection.execute("SELECT status FROM runs WHERE question = %s", [question]).fetchall()
        assert len(rows) == 1
        return rows == [("finished",)]

    await eventually(ended)


async def stream(caller: Caller, body: dict[str, object]) -> list[tuple[int, str, dict[str, object]]]:
    async with caller.client.stream("POST", "/api/v1/ask", json=body, headers=caller.headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        return parse("".join([piece async for piece in answer.aiter_text()]))


async def replay(caller: Caller, run_id: str, *, after: int) -> list[tuple[int, str, dict[str, object]]]:
    answer = await caller.get(f"/api/v1/runs/{run_id}/events", headers={"Last-Event-ID": str(after)})
    return parse(answer.text)


def parse(text: str) -> list[tuple[int, str, dict[str, object]]]:
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events


_RELATIVE = [
    "last year",
    "this quarter vs last quarter",
    "last 5000 years",
    "last 99999999 days",
    "next year",
]


@pytest.mark.parametrize(
    "as_of", ["1000-01-01T00:00:00+14:00", "2026-06-01T00:00:00Z", "3000-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("period", _RELATIVE)
async def test_no_period_leads_out_of_the_calendar(asker: Caller, as_of: str, period: str) -> None:
    await ask(asker, f"total amount {period}", as_of=as_of)


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
async def test_a_now_at_the_ends_of_the_calendar_is_refused(asker: Caller, as_of: str) -> None:
    answer = await asker.post("/api/v1/ask", json={"question": "total amount last year", "as_of": as_of})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "as_of")
