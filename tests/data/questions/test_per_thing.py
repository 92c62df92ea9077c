"""Averages per client: of which totals, over which clients, and by which time clients are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from answerable.data.engines.compiler import compile_query
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Ambiguous, Parsed, Unparsed
from answerable.data.questions.sentence import state_result
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    Relationship,
    SemanticModel,
    Unit,
)
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import QueryResult

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
EUR = Unit(kind="currency", symbol="EUR")


def _field(name: str, kind: FieldType, role: FieldRole, unit: Unit | None = None) -> ModelField:
    label = name.replace("_", " ").capitalize()
    return ModelField(name=name, label=label, type=kind, role=role, unit=unit)


def _model(fee: str = "fee") -> SemanticModel:
    repairs = Dataset(
        name="repairs", id="ds_repairs", label="Repairs", row_noun="repair",
        primary_key=("repair_id",), default_time="repaired_on",
        fields=(
            _field("repair_id", FieldType.STRING, FieldRole.KEY),
            _field("client_id", FieldType.STRING, FieldRole.KEY),
            _field("repaired_on", FieldType.DATE, FieldRole.TIME),
            _field(fee, FieldType.DECIMAL, FieldRole.MEASURE, EUR),
        ),
    )  # fmt: skip
    clients = Dataset(
        name="clients", id="ds_clients", label="Clients", row_noun="client",
        primary_key=("client_id",), default_time="joined_on",
        fields=(
            _field("client_id", FieldType.STRING, FieldRole.KEY),
            _field("joined_on", FieldType.DATE, FieldRole.TIME),
        ),
    )  # fmt: skip
    total = Metric(
        name=f"total_{fee}" if fee == "fee" else "fees", label="Total fee" if fee == "fee" else "Fees",
        dataset="repairs", aggregation=Aggregation.SUM, field=fee, unit=EUR,
    )  # fmt: skip
    link = Relationship(
        left="repairs", left_field="client_id", right="clients", right_field="client_id",
        cardinality="many_to_one",
    )  # fmt: skip
    return SemanticModel(datasets=(repairs, clients), metrics=(total,), relationships=(link,))


MODEL = _model()


def _rows(query: SemanticQuery) -> list[tuple[object, ...]]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE clients AS "
            "SELECT 'c' || n AS client_id, DATE '2025-01-01' AS joined_on FROM range(4) AS of(n)"
        )
        connection.execute(
            "CREATE TABLE repairs AS SELECT * FROM (VALUES ('1', 'c0', DATE '2026-01-05', 10), "
            "('2', 'c0', DATE '2026-01-06', 30), ('3', 'c1', DATE '2026-02-01', 50)) "
            "AS of(repair_id, client_id, repaired_on, fee)"
        )
        return connection.execute(compile_query(query, MODEL).sql()).fetchall()


@pytest.mark.parametrize("question", ["average total fee by month", "average total fee", "mean sum of fee"])
def test_an_average_of_totals_of_nothing_said_is_declined(question: str) -> None:
    assert isinstance(read_question(question, MODEL, AS_OF), Unparsed)


def test_a_column_that_is_a_total_itself_is_averaged() -> None:
    read = read_question("average total fee by month", _model("total_fee"), AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    assert (read.query.measures[0].aggregation, read.query.measures[0].field) == (
        Aggregation.AVG, "total_fee",
    )  # fmt: skip


def test_an_average_fee_per_client_is_asked_back() -> None:
    read = read_question("average fee per client", MODEL, AS_OF)
    assert isinstance(read, Ambiguous)
    assert [option.label for option in read.options] == [
        "average Fee by Client id",
        "Total fee divided by the number of different Client id",
    ]
    each, all_of_them = (_rows(option.query) for option in read.options)
    assert sorted(each) == [("c0", 20.0), ("c1", 50.0)]
    assert all_of_them == [(45.0,)]


def test_clients_without_repairs_are_said_to_be_left_out() -> None:
    for question, such in (
        ("average number of repairs per client", "any repairs"),
        ("average number of repairs per client in 2026", "any such repairs"),
    ):
        read = read_question(question, MODEL, AS_OF)
        assert isinstance(read, Parsed)
        assert read.query is not None
        rows = [list(row) for row in _rows(read.query)]
        assert rows == [[1.5]]
        columns = list(compile_query(read.query, MODEL).columns)
        result = QueryResult(columns=columns, rows=rows, row_count=1, sql="")
        assert f"Clients without {such} are not counted in." in state_result(read.query, MODEL, result)


def test_different_clients_by_month_are_asked_of_which_time() -> None:
    read = read_question("number of distinct clients by month", MODEL, AS_OF)
    assert isinstance(read, Ambiguous)
    assert [option.label for option in read.options] == [
        "clients by Joined on",
        "different clients of repairs by Repaired on",
    ]
    own, theirs = (_rows(option.query) for option in read.options)
    assert own == [(date(2025, 1, 1), 4)]
    assert theirs == [(date(2026, 1, 1), 1), (date(2026, 2, 1), 1)]


def test_the_time_that_clients_are_counted_by_is_said() -> None:
    read = read_question("number of clients by month", MODEL, AS_OF)
    assert isinstance(read, Parsed)
    assert "Time is counted by Joined on." in [sentence(note) for note in read.notes]
    named = read_question("how many clients joined in 2025", MODEL, AS_OF)
    assert isinstance(named, Parsed)
    assert named.notes == ()
