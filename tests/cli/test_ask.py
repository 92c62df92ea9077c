"""What an answer looks like in a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from answerable.chat.asking.answer import Answer
from answerable.cli.terminal import cell_text
from answerable.data.semantics.result import Column
from tests.cli.command import run
from tests.cli.scripted_server import Reply, ScriptedServer

EUR = {"kind": "currency", "symbol": "EUR"}


def answer(**changes: Any) -> dict[str, Any]:
    """An answer as the server sends it; `changes` are whatever a test needs otherwise."""
    return {
        "id": "ans_1",
        "run_id": "run_1",
        "question": "?",
        "as_of": "2026-11-21T00:00:00Z",
        "text": "The total is 12.5 EUR [1].",
        "status": "answered",
        "route": "data",
        "intent": {"kind": "kpi", "confidence": 0.97},
        "confidence": 0.98,
        "usage": {"latency_ms": 18},
        **changes,
    }


def ask(server: ScriptedServer, body: dict[str, Any], *options: str) -> str:
    server.on("POST /api/v1/ask", Reply(body))
    finished = run("ask", "How much?", "--url", server.url, "--key", "x", *options)
    assert finished.status == 0, finished.errors
    return finished.output


def quote(**changes: Any) -> dict[str, Any]:
    base = {"n": 1, "kind": "quote", "document_id": "doc_1", "title": "Returns.pdf", "page": 3}
    return {
        **base,
        "heading_path": ["Costs"],
        "quote": "The fee is\n15 percent.",
        "start": 0,
        "end": 24,
        "score": 1,
        **changes,
    }


def test_json_is_the_answer_as_it_came(scripted: ScriptedServer) -> None:
    body = answer(a_field_of_tomorrow=[1, 2])
    assert json.loads(ask(scripted, body, "--json")) == body


def test_a_quote_stands_with_its_source(scripted: ScriptedServer) -> None:
    page = ask(scripted, answer(route="documents", evidence=[quote()]))
    assert "[1] “The fee is 15 percent.”" in page
    assert "Returns.pdf › Costs, page 3" in page
    assert "answered · from documents · confidence 0.98" in page


def test_a_text_that_only_repeats_its_quotes_is_printed_once(scripted: ScriptedServer) -> None:
    page = ask(scripted, answer(text="“The fee is 15 percent.” [1]", evidence=[quote()]))
    assert page.count("15 percent") == 1
    page = ask(scripted, answer(text="In short: “The fee is 15 percent.” [1]", evidence=[quote()]))
    assert page.count("15 percent") == 2


def counted(sql: str) -> dict[str, Any]:
    month = {"name": "m", "label": "Month", "kind": "period", "type": "date"}
    amount = {"name": "a", "label": "Amount", "kind": "measure", "type": "decimal", "unit": EUR}
    time = {"field": "day", "period": {}, "grain": "month"}
    query = {"dataset": "orders", "measures": [{"metric": "total_amount", "alias": "a"}], "time": time}
    rows = [["2025-01-01", "1234.50"], ["2025-02-01", None]]
    return {
        "n": 1,
        "kind": "query",
        "dataset": "orders",
        "dataset_id": "ds_1",
        "version": 7,
        "model_revision": "x",
        "query": query,
        "words": "Total amount by month.",
        "sql": sql,
        "columns": [month, amount],
        "rows": rows,
        "row_count": 30,
    }


def test_a_count_stands_with_its_table_its_query_in_words_and_its_sql(scripted: ScriptedServer) -> None:
    page = ask(scripted, answer(evidence=[counted("SELECT 1")]))
    assert "Month     Amount (EUR)" in page
    assert "Jan 2025      1,234.50" in page
    assert "Feb 2025             –" in page
    assert "… 28 more" in page
    assert "[1] Total amount by month.  (orders, version 7)" in page
    assert "SELECT 1" in page


def test_a_long_sql_is_printed_when_it_is_asked_for(scripted: ScriptedServer) -> None:
    long = "SELECT\n" + ",\n".join(f"  a{number}" for number in range(30))
    assert "SQL of 31 lines: see it with --sql" in ask(scripted, answer(evidence=[counted(long)]))
    assert "a29" in ask(scripted, answer(evidence=[counted(long)]), "--sql")


def test_quotes_with_markup_characters_are_printed_as_they_are(scripted: ScriptedServer) -> None:
    assert "[red]not red[/red]" in ask(scripted, answer(evidence=[quote(quote="[red]not red[/red]")]))


def test_what_is_asked_back_suggested_and_warned_of_is_shown(scripted: ScriptedServer) -> None:
    page = ask(
        scripted,
        answer(
            status="abstained",
            suggestions=["Total amount in 2025"],
            warnings=[{"code": "assumed", "detail": "Amount was taken for revenue."}],
        ),
    )
    assert "You could ask:" in page
    assert "• Total amount in 2025" in page
    assert "Note: Amount was taken for revenue." in page
    assert "abstained" in page


def test_the_readings_to_choose_from_are_numbered_under_one_question(scripted: ScriptedServer) -> None:
    query = counted("")["query"]
    options = [
        {"label": label, "query": query, "patch": []} for label in ("Total amount", "Number of orders")
    ]
    question = "Which number do you mean?"
    page = ask(
        scripted,
        answer(status="ask_back", text=question, ask_back={"question": question, "options": options}),
    )
    assert page.count(question) == 1
    assert "1. Total amount" in page
    assert "2. Number of orders" in page


def test_the_time_of_asking_is_sent_when_it_is_given(scripted: ScriptedServer) -> None:
    ask(scripted, answer(), "--as-of", "2026-01-31")
    assert json.loads(scripted.seen[0].body) == {"question": "How much?", "as_of": "2026-01-31T00:00:00"}


def test_an_answer_of_another_shape_is_an_error_not_a_trace(scripted: ScriptedServer) -> None:
    scripted.on("POST /api/v1/ask", Reply({"id": "ans_1"}))
    finished = run("ask", "How much?", "--url", scripted.url, "--key", "x")
    assert finished.status == 1
    assert "--json" in finished.errors


@pytest.mark.parametrize(
    ("kind", "type_", "cell", "text"),
    [
        ("measure", "decimal", "1234567.5", "1,234,567.50"),
        ("measure", "decimal", "1200", "1,200"),
        ("measure", "integer", 12345, "12,345"),
        ("group", "integer", 2025, "2025"),
        ("measure", "float", 0.5, "0.50"),
        ("period", "date", "2025-01-01", "2025-01-01"),
        ("group", "string", "Nordics", "Nordics"),
        ("group", "boolean", True, "True"),
        ("measure", "decimal", None, "–"),
    ],
)
def test_cells_are_written_for_people(kind: str, type_: str, cell: Any, text: str) -> None:
    column = Column.model_validate({"name": "a", "label": "A", "kind": kind, "type": type_})
    assert cell_text(cell, column) == text


def test_the_shape_used_here_is_the_contracts() -> None:
    Answer.model_validate(answer(evidence=[quote()]))
