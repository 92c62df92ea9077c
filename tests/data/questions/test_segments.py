"""Questions that name a segment: which rows are meant, of its own table and of those that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.data.questions.related_company import AS_OF, COMPANY, ORDERS, Office, office

from answerable.cli.samples.customers import Customer
from answerable.cli.samples.orders import Order
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import Segment, SemanticModel

BIG = Segment.model_validate(
    {
        "name": "enterprise",
        "label": "Enterprise customers",
        "dataset": "customers",
        "synonyms": ["big accounts", "VIPs"],
        "where": {"field": "segment", "operator": "in", "values": ["Hotel", "Office"]},
    }
)
RUSH = Segment.model_validate(
    {
        "name": "rush",
        "label": "Rush orders",
        "dataset": "orders",
        "where": {
            "any": [
                {"field": "quantity", "operator": "gt", "values": [5]},
                {"field": "customers__country", "operator": "eq", "values": ["Austria"]},
            ]
        },
    }
)


def model() -> SemanticModel:
    """The company's model with both segments."""
    return office().model.model_copy(update={"segments": (BIG, RUSH)})


def read(question: str, over: SemanticModel | None = None) -> Outcome:
    """What the question is read as."""
    return read_question(question, over or model(), datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC))


def big(order: Order) -> bool:
    """Whether a customer of the segment ordered."""
    return is_big(order.customer)


def is_big(customer: Customer) -> bool:
    """Whether a customer is in the segment."""
    return customer.segment in ("Hotel", "Office")


def is_rush(order: Order) -> bool:
    """Whether an order is in the segment."""
    return order.quantity > 5 or order.customer.country == "Austria"


def revenue(kept: Callable[[Order], bool]) -> float:
    """The sum of the amounts of some orders."""
    return float(sum(order.amount_cents for order in ORDERS if kept(order))) / 100


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many enterprise customers", lambda: sum(map(is_big, COMPANY.customers))),
        ("how many VIPs", lambda: sum(map(is_big, COMPANY.customers))),
        (
            "number of customers that are not enterprise",
            lambda: sum(not is_big(c) for c in COMPANY.customers),
        ),
        ("revenue of enterprise customers", lambda: revenue(big)),
        (
            "total revenue from big accounts in 2025",
            lambda: revenue(lambda o: big(o) and o.ordered.year == 2025),
        ),
        ("revenue excluding enterprise customers", lambda: revenue(lambda o: not big(o))),
        (
            "revenue of enterprise customers in Germany",
            lambda: revenue(lambda o: big(o) and o.customer.country == "Germany"),
        ),
        ("how many rush orders", lambda: sum(map(is_rush, ORDERS))),
        ("orders without rush orders", lambda: sum(not is_rush(order) for order in ORDERS)),
        ("how many rush orders of enterprise customers", lambda: sum(is_rush(o) and big(o) for o in ORDERS)),
        ("what percentage of orders are rush orders", lambda: sum(map(is_rush, ORDERS)) / len(ORDERS)),
        ("what share of revenue comes from VIPs", lambda: revenue(big) / revenue(lambda _o: True)),
    ],
)
def test_the_rows_of_a_segment_are_counted_and_summed(question: str, expected: Callable[[], float]) -> None:
    found = read(question)
    assert isinstance(found, Parsed), found
    assert found.query is not None
    rows = Office(model(), office().connection).rows(found.query)
    assert float(str(rows[0][-1])) == pytest.approx(expected())
    assert "segment is" in describe(found.query, model())
    assert any(sentence(note).startswith("In the segment ") for note in found.notes)


def test_months_of_a_segment_add_up_to_its_total() -> None:
    found = read("revenue of enterprise customers by month")
    assert isinstance(found, Parsed)
    assert found.query is not None
    rows = Office(model(), office().connection).rows(found.query)
    assert sum(float(str(row[1] or 0)) for row in rows) == pytest.approx(revenue(big))
    assert describe(found.query, model()) == "Total Amount where segment is Enterprise customers by month."


def test_a_segment_and_its_opposite_count_every_row() -> None:
    counts = []
    for question in ("how many rush orders", "orders without rush orders"):
        found = read(question)
        assert isinstance(found, Parsed)
        assert found.query is not None
        counts.append(Office(model(), office().connection).rows(found.query)[0][0])
    assert sum(int(str(count)) for count in counts) == len(ORDERS)


@pytest.mark.parametrize(
    "question", ["revenue of enterprise customers", "how many VIPs", "how many rush orders"]
)
def test_without_the_segment_the_words_are_left_over(question: str) -> None:
    assert not isinstance(read(question, office().model), Parsed)


def test_a_name_that_people_gave_wins_over_a_value_that_is_called_the_same() -> None:
    hotels = BIG.model_copy(update={"name": "hotels", "label": "Hotel", "synonyms": ()})
    found = read("how many hotel customers", office().model.model_copy(update={"segments": (hotels,)}))
    assert isinstance(found, Parsed)
    assert found.query is not None
    assert found.query.where is not None
    assert found.query.where.model_dump() == {"segment": "hotels"}
