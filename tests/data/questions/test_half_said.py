"""What people say as one thing and no rule reads as one is declined: half of it would be a wrong number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.summary import told

from answerable.data.questions.changes.outcome import Patched
from answerable.data.questions.followup import follow_up
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.query import SemanticQuery

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def read(question: str, model: str) -> dict[str, object]:
    """What a question gives."""
    return told(read_question(question, MODELS[model], AS_OF), MODELS[model])


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("orders", "top 3 customers by revenue with more than 9 orders"),
        ("orders", "revenue by country with more than 60 orders"),
        ("orders", "revenue by country with at least 60 orders"),
        ("orders", "best country by revenue for each channel with more than 20 orders"),
        ("tickets", "number of tickets with more than 3 tickets"),
    ],
)
def test_a_number_of_rows_is_not_held_against_what_a_row_is_worth(model: str, question: str) -> None:
    assert "declined" in read(question, model)


@pytest.mark.parametrize(
    "question",
    [
        "revenue excluding Germany and Web",
        "number of orders excluding France and Cancelled",
        "number of orders without Germany or Web",
        "number of orders except France, Germany and Web",
        "number of orders except Kitchen products and Web",
    ],
)
def test_what_follows_something_left_out_is_not_asked_for_alone(question: str) -> None:
    assert "declined" in read(question, "orders")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("number of orders excluding France and Germany", "count | where country not in France/Germany"),
        (
            "number of orders without Germany and with channel Web",
            "count | where channel = Web and country != Germany",
        ),
        (
            "number of orders excluding France and in 2025",
            "count | where country != France | during 2025-01-01..2026-01-01",
        ),
        ("orders over 300 by country", "count | where amount > 300 | by country"),
        ("customers with more than 9 orders", "count | by customer | having count gt 9"),
    ],
)
def test_what_is_said_whole_is_read(question: str, meant: str) -> None:
    assert read(question, "orders").get("is") == meant


def test_the_longest_is_so_by_a_duration_or_a_length_alone() -> None:
    assert read("longest ticket", "tickets").get("is") == "rows | order -resolution_hours | limit 1"
    assert "declined" in read("longest order", "orders")
    assert read("largest order", "orders").get("is") == "rows | order -amount | limit 1"


def test_hours_beside_weekdays_are_not_each_hour_that_ever_was() -> None:
    assert "declined" in read("number of tickets by weekday and hour", "tickets")


def test_a_range_of_small_numbers_may_be_of_the_clock() -> None:
    assert "declined" in read("tickets between 9 and 11", "tickets")
    assert read("orders between 9 and 11", "orders").get("is") == "count | where amount between 9..11"


def test_a_moving_average_ends_with_the_last_whole_period() -> None:
    assert (
        read("3 month moving average of revenue in 2026", "orders").get("is")
        == "revenue moving 3 | during 2026-01-01..2026-11-01 | each month"
    )


@pytest.mark.parametrize(
    ("named_by", "days"), [("end", "2024-04-01..2025-04-01"), ("start", "2025-04-01..2026-04-01")]
)
def test_a_fiscal_year_is_called_as_the_model_says(named_by: str, days: str) -> None:
    model = MODELS["orders"]
    said = {"fiscal_year_start": 4, "fiscal_year_named_by": named_by}
    fiscal = model.model_copy(update={"calendar": model.calendar.model_copy(update=said)})
    found = told(read_question("revenue in fiscal year 2025", fiscal, AS_OF), fiscal)
    assert found.get("is") == f"revenue | during {days}"
    assert read("revenue in fiscal year 2025", "orders").get("is") == (
        "revenue | during 2025-01-01..2026-01-01"
    )


def test_a_fiscal_year_is_asked_back_where_the_model_does_not_say_after_which_year_it_is_called() -> None:
    model = MODELS["orders"]
    april = model.model_copy(update={"calendar": model.calendar.model_copy(update={"fiscal_year_start": 4})})
    found = told(read_question("revenue in fiscal year 2025", april, AS_OF), april)
    assert found["ask"] == "time"
    assert found["options"] == [
        "revenue | during 2024-04-01..2025-04-01",
        "revenue | during 2025-04-01..2026-04-01",
    ]


def _followed(question: str, then: str) -> SemanticQuery:
    parsed = read_question(question, MODELS["orders"], AS_OF)
    assert isinstance(parsed, Parsed)
    assert parsed.query is not None
    patched = follow_up(then, parsed.query, MODELS["orders"], AS_OF)
    assert isinstance(patched, Patched)
    return patched.query


def test_not_germany_after_germany_is_everything_else() -> None:
    expected = Condition(field="country", operator=Operator.NE, values=("Germany",))
    assert _followed("revenue in Germany", "not Germany").where == expected


def test_not_germany_after_germany_and_france_leaves_france() -> None:
    where = _followed("revenue in Germany or France", "not Germany").where
    assert where is not None
    assert {"in", "ne"} == {c.operator.value for c in where.all}  # type: ignore[union-attr]
