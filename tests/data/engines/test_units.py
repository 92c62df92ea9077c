"""Numbers in other units of their dimension: converted exactly, labelled anew, else refused."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.duckdb.check import check_expression
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.formatting import format_cell
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.sentence import state_result
from answerable.data.questions.service import read_question
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    SemanticModel,
    Unit,
)
from answerable.data.semantics.query import Measure, SemanticQuery
from answerable.data.semantics.result import QueryResult
from answerable.data.semantics.units import conversion, convertible

_UNITS = {
    "weight": Unit(kind="quantity", symbol="kg"),
    "tare": Unit(kind="quantity", symbol="g"),
    "distance": Unit(kind="quantity", symbol="km"),
    "duration": Unit(kind="duration", symbol="min"),
    "temperature": Unit(kind="quantity", symbol="°C"),
    "price": Unit(kind="currency", symbol="EUR"),
    "budget": Unit(kind="currency", symbol="EUR", scale=1000),
    "filled": Unit(kind="percent", symbol="%", scale=100),
    "size": Unit(kind="quantity", symbol="MB"),
}
ROWS = [
    ("Germany", 1500, 250, 120.5, 90, 20, 1000, 2.5, 0.25, 512),
    ("France", 500, 750, 80, 150, -10, 500, 1.5, 0.75, 1536),
]


def _number(name: str) -> ModelField:
    label = f"{name.capitalize()} ({_UNITS[name].symbol})"
    return ModelField(
        name=name, label=label, type=FieldType.DECIMAL, role=FieldRole.MEASURE, unit=_UNITS[name]
    )


def _metric(name: str, field: str, **more: str) -> Metric:
    label = name.replace("_", " ").capitalize()
    whole = {"dataset": "shipments", "aggregation": Aggregation.SUM, "field": field}
    return Metric.model_validate({"name": name, "label": label, **whole, **more})


MODEL = SemanticModel(
    datasets=(
        Dataset(
            name="shipments",
            id="ds_shipments",
            label="Shipments",
            row_noun="shipment",
            fields=(
                ModelField(
                    name="country",
                    label="Country",
                    type=FieldType.STRING,
                    role=FieldRole.DIMENSION,
                    values=("Germany", "France"),
                ),
                *map(_number, _UNITS),
            ),
        ),
    ),
    metrics=(
        _metric("total_weight", "weight"),
        _metric("tare_total", "tare"),
        _metric("net_weight", "weight", minus="tare_total"),
        _metric("tare_part", "tare", per="total_weight"),
    ),
)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """The rows of the shipments."""
    made = duckdb.connect()
    columns = ", ".join(f"{name} DECIMAL(18, 3)" for name in _UNITS)
    made.execute(f"CREATE TABLE shipments (country VARCHAR, {columns})")
    made.executemany(f"INSERT INTO shipments VALUES ({', '.join('?' * 10)})", ROWS)
    return made


def asked(measure: Measure) -> SemanticQuery:
    """A query for one number."""
    return SemanticQuery(dataset="shipments", measures=(measure,))


def of(field: str, unit: str, kind: str = "sum") -> Measure:
    """A field's number in a unit."""
    return Measure(aggregation=Aggregation(kind), field=field, unit=unit)


@pytest.mark.parametrize(
    ("measure", "expected", "shown"),
    [
        (of("weight", "t"), 2.0, "2 t"),
        (of("weight", "tonnes"), 2.0, "2 t"),
        (of("weight", "g"), 2_000_000.0, "2,000,000 g"),
        (of("weight", "lb"), 4409.245243697551, "4,409.25 lb"),
        (of("weight", "kg"), 2000.0, "2,000 kg"),
        (of("distance", "mi"), 200.5 / 1.609344, "124.58 mi"),
        (of("duration", "hours", "avg"), 2.0, "2 h"),
        (of("duration", "d"), 1 / 6, "0.167 d"),
        (of("temperature", "°F", "avg"), 41.0, "41 °F"),
        (of("temperature", "kelvin", "min"), 263.15, "263.15 K"),
        (of("price", "kEUR"), 1.5, "1.5 kEUR"),
        (of("budget", "million EUR"), 0.004, "0.004 MEUR"),
        (of("budget", "EUR"), 4000.0, "4,000 EUR"),
        (of("filled", "ratio", "avg"), 0.5, "0.5"),
        (of("filled", "%", "avg"), 0.5, "50%"),
        (of("size", "GB"), 2.048, "2.05 GB"),
        (Measure(metric="net_weight"), 1999.0, "1,999 kg"),
        (Measure(metric="net_weight", unit="t"), 1.999, "2 t"),
        (Measure(metric="tare_part"), 1000 / 2_000_000, ""),
    ],
)
def test_a_number_is_given_in_another_unit(
    connection: duckdb.DuckDBPyConnection, measure: Measure, expected: float, shown: str
) -> None:
    statement = compile_query(asked(measure), MODEL)
    check_expression(statement.expression, statement.datasets)
    ((found,),) = connection.execute(statement.sql()).fetchall()
    if measure.metric == "tare_part":
        assert (statement.columns[0].unit or Unit(kind="count", symbol="")).symbol == "%"
        return
    assert float(found) == pytest.approx(expected, rel=1e-12)
    assert format_cell(found, statement.columns[0]) == shown
    assert "(" not in statement.columns[0].label or measure.unit is None


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        (of("weight", "h"), "cannot be said in h; it can be said in mg, g, kg, t"),
        (of("weight", "tons"), "cannot be said in tons"),
        (of("price", "USD"), "cannot be said in USD; it can be said in kEUR"),
        (of("temperature", "°F"), "use avg, min or max"),
        (
            Measure(
                aggregation=Aggregation.MAX,
                field="temperature",
                unit="°F",
                minus=Measure(aggregation=Aggregation.MIN, field="temperature"),
            ),
            "moves with no zero",
        ),
        (of("weight", "t", "count"), "has no unit"),
        (Measure(aggregation=Aggregation.COUNT, unit="t"), "has no unit"),
        (Measure(metric="total_weight", per=of("tare", "kg")), "of the whole measure"),
    ],
)
def test_another_kind_of_unit_is_refused_with_the_ones_that_fit(measure: Measure, reason: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        compile_query(asked(measure), MODEL)
    assert any(reason in error.message for error in refused.value.errors), refused.value.errors
    assert refused.value.errors[0].field.endswith("unit")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("total weight in tonnes", "Total weight is 2 t."),
        ("total weight by country in grams", "Germany has the highest total weight: 1,500,000 g"),
        ("average duration in hours", "The average duration is 2 h."),
        ("average duration in hours by country", "France has the highest average duration: 2.5 h"),
        ("average temperature in fahrenheit", "The average temperature is 41 °F."),
        ("average filled as a ratio", "The average filled is 0.5."),
        ("total size in gigabytes", "The total size is 2.05 GB."),
        ("total budget in thousand euros", "The total budget is 4 kEUR."),
    ],
)
def test_a_question_names_the_unit(
    connection: duckdb.DuckDBPyConnection, question: str, expected: str
) -> None:
    found = read_question(question, MODEL, datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(found, Parsed), found
    assert found.query is not None
    statement = compile_query(found.query, MODEL)
    rows = [list(row) for row in connection.execute(statement.sql()).fetchall()]
    result = QueryResult(
        columns=list(statement.columns), rows=rows, row_count=len(rows), truncated=False, sql="", latency_ms=0
    )
    assert state_result(found.query, MODEL, result).startswith(expected)
    assert "(" not in describe(found.query, MODEL)


@pytest.mark.parametrize(
    "question",
    [
        "total weight in hours",
        "total weight in tons",
        "number of shipments in tonnes",
        "average price in dollars",
        "total weight and average distance in tonnes",
        "total temperature in fahrenheit",
        "total weight in litres",
    ],
)
def test_a_unit_that_does_not_fit_is_no_answer(question: str) -> None:
    assert not isinstance(read_question(question, MODEL, datetime(2026, 1, 1, tzinfo=UTC)), Parsed)


_ONES = [unit for unit in _UNITS.values() if unit.kind != "currency"]


@given(st.sampled_from(_ONES), st.data(), st.fractions(-1000, 1000))
def test_there_and_back_is_the_same_number(unit: Unit, data: st.DataObject, number: Fraction) -> None:
    symbol = data.draw(st.sampled_from(sorted({symbol for symbol, _ in convertible(unit)} - {"ratio"})))
    there = conversion(unit, symbol)
    assert there is not None
    how, other = there
    back = conversion(other, unit.symbol)
    assert back is not None
    assert (number * how.factor + how.offset) * back[0].factor + back[0].offset == number * (
        1 if unit.kind == "percent" else Fraction(repr(unit.scale))
    )
