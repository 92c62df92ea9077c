"""A small model and random tables of it, shared by the tests of the engine."""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import duckdb
from hypothesis import strategies as st

from answerable.data.engines.compiler import Compiled, compile_query
from answerable.data.semantics.filters import AnyOf, Condition, Operator
from answerable.data.semantics.model import (
    Aggregation,
    Calendar,
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
from answerable.data.semantics.query import Measure, Period, SemanticQuery

EUR = Unit(kind="currency", symbol="EUR")
DAY = "day"


def field(name: str, kind: FieldType, role: FieldRole, unit: Unit | None = None) -> ModelField:
    return ModelField(name=name, label=name.replace("_", " ").title(), type=kind, role=role, unit=unit)


def model(calendar: Calendar | None = None) -> SemanticModel:
    """Sales with a date, two moments, a shop, an amount and a stock level; and shops."""
    sales = Dataset(
        name="sales",
        id="ds_sales",
        label="Sales",
        row_noun="sale",
        default_time=DAY,
        primary_key=("sale_id",),
        fields=(
            field("sale_id", FieldType.INTEGER, FieldRole.KEY),
            field(DAY, FieldType.DATE, FieldRole.TIME),
            field("sold_at", FieldType.TIMESTAMP, FieldRole.TIME),
            field("shop", FieldType.STRING, FieldRole.DIMENSION),
            field("amount", FieldType.DECIMAL, FieldRole.MEASURE, EUR),
            field("pieces", FieldType.INTEGER, FieldRole.MEASURE),
            field("stock", FieldType.INTEGER, FieldRole.MEASURE),
            field("margin", FieldType.FLOAT, FieldRole.MEASURE, Unit(kind="percent", symbol="%")),
            field("paid_at", FieldType.TIMESTAMP, FieldRole.TIME),
        ),
    )
    shops = Dataset(
        name="shops",
        id="ds_shops",
        label="Shops",
        row_noun="shop",
        fields=(
            field("shop", FieldType.STRING, FieldRole.KEY),
            field("region", FieldType.STRING, FieldRole.DIMENSION),
            field("floor", FieldType.INTEGER, FieldRole.MEASURE),
        ),
    )
    revenue = Metric(
        name="revenue",
        label="Revenue",
        dataset="sales",
        aggregation=Aggregation.SUM,
        field="amount",
        unit=EUR,
    )
    stock = Metric(
        name="stock_level",
        label="Stock level",
        dataset="sales",
        aggregation=Aggregation.SUM,
        field="stock",
        non_additive=True,
    )
    by_clock = stock.model_copy(update={"name": "stock_by_shop", "stock_of": ("shop",)})
    so_far = Metric(
        name="sales_so_far",
        label="Sales so far",
        dataset="sales",
        aggregation=Aggregation.COUNT,
        cumulative=True,
    )
    earned = revenue.model_copy(
        update={"name": "earned_so_far", "label": "Earned so far", "cumulative": True}
    )
    link = Relationship(
        left="sales", left_field="shop", right="shops", right_field="shop", cardinality="many_to_one"
    )
    return SemanticModel(
        datasets=(sales, shops),
        metrics=(revenue, stock, by_clock, so_far, earned),
        relationships=(link,),
        segments=(
            Segment(name="cold", label="Cold shops", dataset="shops", where=where("region", "eq", "cold")),
            Segment(
                name="busy",
                label="Busy sales",
                dataset="sales",
                where=AnyOf(any=(where("pieces", "gt", 3), where("shops__floor", "ge", 2))),
            ),
        ),
        calendar=calendar or Calendar(),
    )


@dataclass(frozen=True)
class Sale:
    sale_id: int
    day: date | None
    sold_at: datetime | None
    shop: str | None
    amount: Decimal | None
    pieces: int | None
    stock: int | None
    margin: float | None = None
    paid_at: datetime | None = None


SHOPS = ("North", "south", " South ", "East", "100%_a", "Other")
FIRST = date(2024, 1, 1)
EPOCH = datetime.combine(FIRST, time.min)

_days = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
_amounts = st.integers(-10_000, 10_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def tables(draw: st.DrawFn, *, nulls: bool = True) -> list[Sale]:
    """Up to 30 sales; with `nulls`, any value but the key may be unknown."""

    def maybe(strategy: st.SearchStrategy[object]) -> object:
        return draw(st.none() | strategy if nulls else strategy)

    rows = []
    for number in range(draw(st.integers(0, 30))):
        day = maybe(_days)
        assert day is None or isinstance(day, date)
        hour = draw(st.integers(0, 23))
        moment = datetime.combine(day, time(hour)) if day is not None else None
        shop, amount = maybe(st.sampled_from(SHOPS)), maybe(_amounts)
        pieces, stock = maybe(st.integers(-5, 5)), maybe(st.integers(0, 9))
        paid = maybe(st.integers(-100_000, 40_000_000))
        # To the millisecond, which is what all databases keep.
        paid_at = EPOCH + timedelta(seconds=paid, milliseconds=paid % 1000) if isinstance(paid, int) else None
        rows.append(Sale(number, day, moment, shop, amount, pieces, stock, paid_at=paid_at))
    return rows


_SCHEMA = (
    "CREATE TABLE sales (sale_id BIGINT, day DATE, sold_at TIMESTAMP, shop VARCHAR, amount DECIMAL(12,2), "
    "pieces BIGINT, stock BIGINT, margin DOUBLE, paid_at TIMESTAMP)",
    "CREATE TABLE shops (shop VARCHAR, region VARCHAR, floor BIGINT)",
)
_free: list[duckdb.DuckDBPyConnection] = []


@atexit.register
def _close() -> None:
    while _free:
        _free.pop().close()


@contextmanager
def database(
    rows: list[Sale], shops: Sequence[tuple[str, str, int]] = ()
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables in an engine of the test's own process, which is used again afterwards."""
    connection = _free.pop() if _free else _new_database()
    for name, records in (("sales", [astuple(row) for row in rows]), ("shops", shops)):
        if records:
            slots = ", ".join("?" for _ in records[0])
            connection.executemany(f"INSERT INTO {name} VALUES ({slots})", records)
    yield connection
    connection.execute("DELETE FROM sales")
    connection.execute("DELETE FROM shops")
    _free.append(connection)


def _new_database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for statement in _SCHEMA:
        connection.execute(statement)
    return connection


def compiled(query: SemanticQuery, calendar: Calendar | None = None) -> Compiled:
    return compile_query(query, model(calendar))


def ask(
    connection: duckdb.DuckDBPyConnection, query: SemanticQuery, calendar: Calendar | None = None
) -> list[dict[str, object]]:
    """The result's rows by column name; the columns are those that the compiler described."""
    statement = compiled(query, calendar)
    cursor = connection.execute(statement.sql())
    names = [column[0] for column in cursor.description]
    assert names == [column.name for column in statement.columns]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def days(start: str | None, end: str | None) -> Period:
    return Period(
        start=date.fromisoformat(start) if start else None, end=date.fromisoformat(end) if end else None
    )


def where(name: str, operator: str, *values: object) -> Condition:
    return Condition(field=name, operator=Operator(operator), values=values)


REVENUE = Measure(metric="revenue")
COUNT = Measure(aggregation=Aggregation.COUNT)
