"""One row by its key, over a repair shop: its cells against SQL written by hand."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tests.data.questions.repair_shop import AS_OF, shop

from answerable.data.engines.compiler import compile_query
from answerable.data.questions.outcome import Ambiguous, Intent, Parsed
from answerable.data.questions.sentence import state_result
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import Dataset, FieldRole, FieldType, ModelField, SemanticModel
from answerable.data.semantics.result import QueryResult

JOB = "FROM repairs WHERE job = 'J00012'"
ASKED = {
    "what is the fee of J00012": f"SELECT job, fee {JOB}",
    "what is the fee of repair J00012": f"SELECT job, fee {JOB}",
    "what is the fee of repair j00012?": f"SELECT job, fee {JOB}",
    'what is the fee of repair "J00012"': f"SELECT job, fee {JOB}",
    "what is J00012's fee": f"SELECT job, fee {JOB}",
    "what are the fee and rating of J00012": f"SELECT job, fee, rating {JOB}",
    "who is the client of J00012": f"SELECT job, client {JOB}",
    "which team did J00012": f"SELECT job, team {JOB}",
    "when was J00012 received": f"SELECT job, received {JOB}",
    "when was J00012 finished": f"SELECT job, finished {JOB}",
    "show repair J00012": f"SELECT * {JOB}",
    "what tier is Client 012": "SELECT client, tier FROM clients WHERE client = 'Client 012'",
    "what tier is client 060": "SELECT client, tier FROM clients WHERE client = 'Client 060'",
    "show Client 012": "SELECT * FROM clients WHERE client = 'Client 012'",
    "what is the weight of D0004": "SELECT delivery, weight FROM deliveries WHERE delivery = 'D0004'",
}


@pytest.mark.parametrize(("question", "statement"), ASKED.items())
def test_the_row_is_that_of_the_statement(question: str, statement: str) -> None:
    expected = shop().sql(statement)
    assert len(expected) == 1
    assert shop().asked(question) == expected


def test_a_key_that_may_be_of_several_tables_is_asked_back() -> None:
    outcome = shop().read("show J00012")
    assert isinstance(outcome, Ambiguous)
    assert (outcome.question, outcome.slot) == ("Which table do you mean?", "table")
    assert [option.query.dataset for option in outcome.options] == ["clients", "repairs", "deliveries"]


@pytest.mark.parametrize(
    "question",
    [
        "what is the revenue of J00012",  # no such column
        "what is the fee of J12",  # too short to be nothing but a key
        "what is the fee of 12",
        "show Q32025",
        "what is the fee of FY2025",
        "what is the fee of J00012 by team",
        "what is the fee of J00012 and J00013",
        "what is the fee of D0004 deliveries",
        "when was J00012 painted",
    ],
)
def test_what_is_no_key_or_says_more_is_not_looked_up(question: str) -> None:
    outcome = shop().read(question)
    assert not isinstance(outcome, Parsed) or outcome.intent is not Intent.LOOKUP


def _told(question: str) -> str:
    outcome = shop().read(question)
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    rows = shop().rows(outcome.query)
    columns = list(compile_query(outcome.query, shop().model).columns)
    result = QueryResult(
        columns=columns,
        rows=cast("Any", [list(row) for row in rows]),
        row_count=len(rows),
        truncated=False,
        latency_ms=0,
        sql="",
    )
    return state_result(outcome.query, shop().model, result)


def test_the_cells_are_said_with_their_row() -> None:
    ((fee, rating),) = shop().sql(f"SELECT fee, rating {JOB}")
    assert _told("what is the fee of J00012") == f"Fee of repair J00012 is {fee}."
    assert _told("what are the fee and rating of J00012") == (
        f"Fee of repair J00012 is {fee} and rating of repair J00012 is {rating}."
    )
    assert _told("what is the fee of J99999") == "There is no repair J99999."
    assert _told("what tier is Client 099") == "There is no client 099."


def test_a_key_with_signs_between_is_one() -> None:
    fields = (
        ModelField(name="order_no", label="Order no", type=FieldType.STRING, role=FieldRole.KEY),
        ModelField(name="day", label="Day", type=FieldType.DATE, role=FieldRole.TIME),
        ModelField(name="amount", label="Amount", type=FieldType.DECIMAL, role=FieldRole.MEASURE),
    )
    orders = Dataset(
        name="orders", id="ds_orders", label="Orders", row_noun="order", fields=fields,
        primary_key=("order_no",), default_time="day",
    )  # fmt: skip
    model = SemanticModel(datasets=(orders,))
    for key in ("ORD-1001", "INV-2024-001"):
        outcome = read_question(f"what is the amount of {key}", model, AS_OF)
        assert isinstance(outcome, Parsed)
        assert outcome.query is not None
        assert str(outcome.query.where).count(f"values=('{key}',)") == 1
    quarter = read_question("total amount in Q3-2025", model, AS_OF)
    assert isinstance(quarter, Parsed)
    assert quarter.query is not None
    assert quarter.query.where is None
