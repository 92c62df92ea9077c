"""The reference page of the semantic query: its examples give what it says, and no field is left out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.engines.rows import plain_cell
from answerable.data.engines.schemas import QueryAnswer, QueryRequest
from answerable.data.semantics import filters, query
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.model import (
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    Relationship,
    Segment,
    SemanticModel,
    Unit,
)
from answerable.data.semantics.query import SemanticQuery

PAGE = (Path(__file__).parents[3] / "docs/reference/semantic-query.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.M | re.S)
BLOCKS = [(match[1], match[2], match[3]) for match in _BLOCK.finditer(PAGE)]
TABLES = {name: content for kind, name, content in BLOCKS if kind == "csv"}
PAIRS = list(pairwise(BLOCKS))
RUN = [(asked[2], told[2]) for asked, told in PAIRS if asked[1] == "query"]
REFUSED = [(asked[2], told[2]) for asked, told in PAIRS if asked[1] == "refused"]

EUR = Unit(kind="currency", symbol="EUR")
_TYPES = {
    "order_id": (FieldType.INTEGER, FieldRole.KEY),
    "customer_id": (FieldType.STRING, FieldRole.KEY),
    "ordered_at": (FieldType.TIMESTAMP, FieldRole.TIME),
    "shipped_at": (FieldType.TIMESTAMP, FieldRole.TIME),
    "amount": (FieldType.DECIMAL, FieldRole.MEASURE),
    "cost": (FieldType.DECIMAL, FieldRole.MEASURE),
}
_SQL_TYPES = {
    FieldType.INTEGER: "BIGINT",
    FieldType.DECIMAL: "DECIMAL(12,2)",
    FieldType.TIMESTAMP: "TIMESTAMP",
}


def _dataset(name: str, key: str) -> Dataset:
    fields = []
    for column in TABLES[name].splitlines()[0].split(","):
        kind, role = _TYPES.get(column, (FieldType.STRING, FieldRole.DIMENSION))
        unit = EUR if role is FieldRole.MEASURE else None
        fields.append(ModelField(name=column, label=column, type=kind, role=role, unit=unit))
    return Dataset(
        name=name, id=f"ds_{name}", label=name, row_noun=name[:-1], fields=tuple(fields), primary_key=(key,)
    )


MODEL = SemanticModel(
    datasets=(_dataset("orders", "order_id"), _dataset("customers", "customer_id")),
    metrics=(
        Metric(
            name="revenue",
            label="Revenue",
            dataset="orders",
            aggregation=Aggregation.SUM,
            field="amount",
            unit=EUR,
        ),
    ),
    segments=(
        Segment(
            name="hotels",
            label="Hotels",
            dataset="customers",
            where=Condition(field="segment", operator=Operator.EQ, values=("Hotel",)),
        ),
    ),
    relationships=(
        Relationship(
            left="orders",
            left_field="customer_id",
            right="customers",
            right_field="customer_id",
            cardinality="many_to_one",
        ),
    ),
)


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for dataset in MODEL.datasets:
            columns = ", ".join(f"{f.name} {_SQL_TYPES.get(f.type, 'VARCHAR')}" for f in dataset.fields)
            connection.execute(f"CREATE TABLE {dataset.name} ({columns})")
            rows = list(csv.reader(TABLES[dataset.name].splitlines()))[1:]
            marks = ", ".join("?" for _ in dataset.fields)
            connection.executemany(
                f"INSERT INTO {dataset.name} VALUES ({marks})",
                [[cell or None for cell in row] for row in rows],
            )
        yield connection


@pytest.mark.parametrize(("asked", "told"), RUN)
def test_an_example_gives_the_rows_beside_it(
    tables: duckdb.DuckDBPyConnection, asked: str, told: str
) -> None:
    statement = compile_query(QueryRequest.model_validate_json(asked).semantic_query(), MODEL)
    found = [[_plain(cell) for cell in row] for row in tables.execute(statement.sql()).fetchall()]
    assert found == [[_near(cell) for cell in row] for row in json.loads(told)]


@pytest.mark.parametrize(("asked", "told"), REFUSED)
def test_a_refused_example_is_refused_with_the_reasons_beside_it(asked: str, told: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        compile_query(SemanticQuery.model_validate_json(asked), MODEL)
    assert [f"{error.field}: {error.message}" for error in refused.value.errors] == told.splitlines()


def test_there_are_examples_of_every_part() -> None:
    assert len(RUN) >= 12
    assert len(REFUSED) >= 3
    used = {key for asked, _ in RUN for key in _keys(json.loads(asked))}
    parts = (
        *(query.SemanticQuery, query.Measure, query.GroupBy, query.TopN, query.TimeSlice, query.Comparison),
        *(query.Having, query.Order, filters.Condition, filters.Elapsed, filters.AllOf, filters.AnyOf),
        *(filters.Not, filters.Pointed, filters.InSegment),
    )
    # What a default stands for needs no example, but a row of a table.
    without = {"descending", "fill_gaps", "shift", "segment"}
    for part in parts:
        for name in part.model_fields:
            assert name in used | without, f"{part.__name__}.{name} has no example"
            assert re.search(rf'[`"]{name}[`"]', PAGE), f"{part.__name__}.{name} is not on the page"


@pytest.mark.parametrize("part", [QueryRequest, QueryAnswer])
def test_no_field_of_the_request_and_the_answer_is_left_out(part: type[Any]) -> None:
    assert [name for name in part.model_fields if not re.search(rf"\b{name}\b", PAGE)] == []


@pytest.mark.parametrize("names", [Operator, Aggregation, query.Grain, filters.DatePart])
def test_no_word_of_a_list_is_left_out(names: type[Any]) -> None:
    assert [name.value for name in names if f"`{name.value}`" not in PAGE] == []


def _keys(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _keys(value)
    elif isinstance(node, list):
        for item in node:
            yield from _keys(item)


def _plain(cell: object) -> object:
    assert cell is None or isinstance(cell, bool | int | float | str | Decimal | date | datetime)
    return plain_cell(cell)


def _near(cell: object) -> object:
    return pytest.approx(cell) if isinstance(cell, float) else cell
