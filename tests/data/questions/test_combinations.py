"""Questions that combine filters, time, comparison, groups, rankings and shares, from their words to
their numbers: the statement runs on rows whose answer plain Python finds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

import duckdb
import pytest
from tests.data.questions.models import COUNTRIES, MODELS

from answerable.data.engines.compiler import compile_query
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
MODEL = MODELS["orders"]
PRODUCTS = ("Product X", "Product Y", "Espresso Machine", "Kettle", "Toaster", "Blender")


@dataclass(frozen=True)
class Order:
    """One row, as far as the questions go."""

    day: date
    country: str
    product: str
    category: str
    status: str
    channel: str
    quantity: int
    amount: Decimal


def _orders() -> list[Order]:
    dice = random.Random(20261121)
    return [
        Order(
            date(2024, 1, 1) + timedelta(days=dice.randrange(1055)),
            dice.choice(COUNTRIES[:4]),
            dice.choice(PRODUCTS),
            dice.choice(("Kitchen", "Office", "Garden")),
            dice.choice(("Shipped", "Pending", "Returned")),
            dice.choice(("Web", "Store", "Phone")),
            dice.randrange(1, 9),
            Decimal(dice.randrange(500, 20_000)) / 100,
        )
        for _ in range(3_000)
    ]


ORDERS = _orders()
Rows = list[tuple[object, ...]]
Keep = Callable[[Order], bool]


@pytest.fixture(scope="module")
def orders() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE orders (order_id INTEGER, order_date DATE, ship_date DATE, customer VARCHAR, "
            "country VARCHAR, region VARCHAR, product VARCHAR, category VARCHAR, status VARCHAR, "
            "channel VARCHAR, quantity INTEGER, unit_price DECIMAL(12,2), amount DECIMAL(12,2), "
            "discount DOUBLE)"
        )
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, 'x', ?, 'North', ?, ?, ?, ?, ?, 1, ?, 0)",
            [
                [n, o.day, o.day, o.country, o.product, o.category, o.status, o.channel, o.quantity, o.amount]
                for n, o in enumerate(ORDERS)
            ],
        )
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, question: str) -> Rows:
    """The rows that the question's one reading gives."""
    outcome = read_question(question, MODEL, AS_OF)
    assert isinstance(outcome, Parsed), outcome
    assert outcome.query is not None
    return connection.execute(compile_query(outcome.query, MODEL).sql()).fetchall()


def between(first: date, last: date) -> Keep:
    return lambda order: first <= order.day < last


def year(number: int) -> Keep:
    return between(date(number, 1, 1), date(number + 1, 1, 1))


def revenue(keep: Iterable[Keep]) -> Decimal:
    tests = list(keep)
    return sum((o.amount for o in ORDERS if all(test(o) for test in tests)), Decimal(0))


def france(order: Order) -> bool:
    return order.country == "France"


def over_3(order: Order) -> bool:
    return order.quantity > 3


def returned(order: Order) -> bool:
    return order.status == "Returned"


def on_the_web(order: Order) -> bool:
    return order.channel == "Web"


def in_the_south_on_the_web(order: Order) -> bool:
    return order.country in ("France", "Spain") and on_the_web(order)


def plain(rows: Rows) -> Rows:
    """Numbers to the cent, in the order given."""
    return [tuple(round(float(c), 2) if isinstance(c, (int, float, Decimal)) else c for c in r) for r in rows]


def compared(now: Decimal, before: Decimal) -> tuple[object, ...]:
    return plain([(now, before, now - before)])[0]


@pytest.mark.parametrize(
    "question",
    [
        "revenue in France compared to the year before in 2025 with quantity over 3",
        "revenue in France in 2025 with quantity over 3 compared to the year before",
        "revenue in 2025 vs 2024 in France with quantity over 3",
    ],
)
def test_a_value_a_number_a_year_and_the_year_before(
    orders: duckdb.DuckDBPyConnection, question: str
) -> None:
    ((*found, _percent),) = asked(orders, question)
    now, before = (revenue([france, over_3, year(number)]) for number in (2025, 2024))
    assert plain([tuple(found)])[0] == compared(now, before)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("revenue in 2025 with amount between 10 and 100", lambda o: 10 <= o.amount <= 100),
        ("revenue in 2025 where quantity is at least 5", lambda o: o.quantity >= 5),
        ("revenue of returned orders in 2025 with quantity over 3", lambda o: returned(o) and over_3(o)),
        ("revenue in 2025 in France or Spain in the web channel", in_the_south_on_the_web),
        ("revenue not from Germany in 2025", lambda o: o.country != "Germany"),
    ],
)  # fmt: skip
def test_several_filters_at_once(orders: duckdb.DuckDBPyConnection, question: str, kept: Keep) -> None:
    assert plain(asked(orders, question)) == plain([(revenue([kept, year(2025)]),)])


def test_an_average_of_rows_that_the_same_field_limits(orders: duckdb.DuckDBPyConnection) -> None:
    found = asked(orders, "average quantity per country in Q3 2025 with quantity over 3")
    third = between(date(2025, 7, 1), date(2025, 10, 1))
    kept = [o for o in ORDERS if third(o) and o.quantity > 3]
    expected = {c: [o.quantity for o in kept if o.country == c] for c in sorted({o.country for o in kept})}
    assert dict(plain(found)) == {c: round(sum(v) / len(v), 2) for c, v in expected.items()}


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("top 3 products by revenue in 2025 compared to 2024", lambda o: True),
        ("top 3 products by revenue in 2025 with quantity over 3 compared to the year before", over_3),
        ("top 3 products by revenue in France in 2025 vs the year before", france),
    ],
)
def test_a_ranking_shows_the_period_before_of_what_it_ranks(
    orders: duckdb.DuckDBPyConnection, question: str, kept: Keep
) -> None:
    def of(product: str, number: int) -> Decimal:
        return revenue([kept, year(number), lambda o: o.product == product])

    best = sorted(PRODUCTS, key=lambda product: -of(product, 2025))[:3]
    found = [row[:4] for row in asked(orders, question)]
    assert plain(found) == plain([(p, *compared(of(p, 2025), of(p, 2024))) for p in best])


def test_the_bottom_of_a_quarter_against_the_quarter_before(orders: duckdb.DuckDBPyConnection) -> None:
    def orders_in(country: str, first: date, last: date) -> int:
        return len([o for o in ORDERS if o.country == country and first <= o.day < last])

    found = asked(
        orders, "bottom 2 countries by number of orders last quarter compared to the quarter before"
    )
    july, april, october = date(2026, 7, 1), date(2026, 4, 1), date(2026, 10, 1)
    fewest = sorted(COUNTRIES[:4], key=lambda country: orders_in(country, july, october))[:2]
    assert [row[:3] for row in found] == [
        (c, orders_in(c, july, october), orders_in(c, april, july)) for c in fewest
    ]


def test_shares_within_a_filter_and_a_year(orders: duckdb.DuckDBPyConnection) -> None:
    found = asked(orders, "share of revenue by category in France in 2025 with quantity over 3")
    whole = revenue([france, over_3, year(2025)])
    for row in found:
        part = revenue([france, over_3, year(2025), lambda o, name=row[0]: o.category == name])  # type: ignore[misc]
        assert any(isinstance(c, float) and abs(c - float(part / whole)) < 1e-9 for c in row), row


def test_a_median_by_group_in_a_quarter(orders: duckdb.DuckDBPyConnection) -> None:
    found = asked(orders, "median amount by category in Q2 2025 in Spain")
    kept = [o for o in ORDERS if between(date(2025, 4, 1), date(2025, 7, 1))(o) and o.country == "Spain"]
    expected = {name: median(o.amount for o in kept if o.category == name) for name, *_ in found}
    assert dict(plain(found)) == {name: round(float(value), 2) for name, value in expected.items()}


def test_months_of_a_filtered_year_against_those_of_the_year_before(
    orders: duckdb.DuckDBPyConnection,
) -> None:
    found = asked(orders, "monthly revenue in France in 2025 compared to the year before")
    assert len(found) == 12
    for row in found:
        first = row[0] if isinstance(row[0], date) else None
        assert first is not None
        months = [between(start, (start + timedelta(days=31)).replace(day=1)) for start in
                  (date(first.year, first.month, 1), date(first.year - 1, first.month, 1))]  # fmt: skip
        expected = [revenue([france, month]) for month in months]
        assert plain([row[1:3]]) == plain([tuple(expected)])


@pytest.mark.parametrize(
    "question",
    [
        "top 3 months by revenue in 2025 compared to 2024",  # months of which year?
        "top 3 products by revenue compared to the year before",  # which year?
        "total quantity by country with quantity over 3",  # orders, or countries?
        "revenue over 100 by country",
        "top 3 products by revenue growth in 2025",
    ],
)
def test_what_has_two_readings_is_not_answered_by_one(question: str) -> None:
    assert not isinstance(read_question(question, MODEL, AS_OF), Parsed)
