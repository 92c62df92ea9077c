"""Years and quarters are the model's own where they begin in another month, in ranges and buckets alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.summary import told

from answerable.data.questions.formatting import format_period
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import Period

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def model(start: int, named_by: str | None = None) -> SemanticModel:
    """Orders whose years begin in that month."""
    orders = MODELS["orders"]
    calendar = orders.calendar.model_copy(
        update={"fiscal_year_start": start, "fiscal_year_named_by": named_by}
    )
    return orders.model_copy(update={"calendar": calendar})


APRIL, JULY, JANUARY = model(4, "end"), model(7), model(1)


def days(question: str, of: SemanticModel) -> object:
    """The time of the one reading, or of each that is offered; None where there is none."""
    found = told(read_question(question, of, AS_OF), of)
    lines = [found["is"]] if "is" in found else found.get("options", [])
    assert isinstance(lines, list)
    said = [str(line).removeprefix("revenue | ").removeprefix("during ") for line in lines]
    return said[0] if "is" in found else said or None


@pytest.mark.parametrize(
    ("question", "april"),
    [
        ("revenue this year", "2026-04-01..2027-04-01"),
        ("revenue last year", "2025-04-01..2026-04-01"),
        ("revenue year to date", "2026-04-01..2026-11-22"),
        ("revenue in the last 2 years", "2024-04-01..2026-04-01"),
        ("revenue this fiscal year", "2026-04-01..2027-04-01"),
        ("revenue this calendar year", "2026-01-01..2027-01-01"),
        ("revenue in 2025", "2025-01-01..2026-01-01"),
        ("revenue in fiscal Q2", "2026-07-01..2026-10-01"),
        ("revenue in the second fiscal quarter", "2026-07-01..2026-10-01"),
        ("revenue in fiscal Q4", "2026-01-01..2026-04-01"),
        ("revenue in Q2 FY2026", "2025-07-01..2025-10-01"),
        ("revenue in FY26 Q3", "2025-10-01..2026-01-01"),
        ("revenue in Q4 of fiscal year 2026", "2026-01-01..2026-04-01"),
        ("revenue in fiscal Q2 2026", "2025-07-01..2025-10-01"),
        ("revenue in H1 FY26", "2025-04-01..2025-10-01"),
        ("revenue in March FY26", "2026-03-01..2026-04-01"),
        ("revenue in May FY26", "2025-05-01..2025-06-01"),
        ("revenue in Q1 last fiscal year", "2025-04-01..2025-07-01"),
        ("revenue last fiscal quarter", "2026-07-01..2026-10-01"),
        ("revenue in calendar Q2 2025", "2025-04-01..2025-07-01"),
        ("revenue in FY2026 vs FY2025",
         "2025-04-01..2026-04-01 | against previous_year 2024-04-01..2025-04-01"),
        ("revenue fiscal Q1 vs fiscal Q2",
         "2026-07-01..2026-10-01 | against previous_period 2026-04-01..2026-07-01"),
        ("revenue in May vs last year",
         "2026-05-01..2026-06-01 | against previous_year 2025-05-01..2025-06-01"),
    ],
)  # fmt: skip
def test_the_models_years_are_read(question: str, april: str) -> None:
    assert days(question, APRIL) == april


@pytest.mark.parametrize(
    ("question", "of", "options"),
    [
        ("revenue in Q2", APRIL, ["2026-04-01..2026-07-01", "2026-07-01..2026-10-01"]),
        ("revenue in Q2 2025", APRIL, ["2025-04-01..2025-07-01", "2024-07-01..2024-10-01"]),
        ("revenue in March last year", APRIL, ["2025-03-01..2025-04-01", "2026-03-01..2026-04-01"]),
        (
            "revenue in the first half of this year",
            APRIL,
            ["2026-01-01..2026-07-01", "2026-04-01..2026-10-01"],
        ),
        ("revenue in Q2 FY2026", JULY, ["2025-10-01..2026-01-01", "2026-10-01..2027-01-01"]),
        ("revenue in FY2025", JULY, ["2024-07-01..2025-07-01", "2025-07-01..2026-07-01"]),
    ],
)
def test_what_may_be_of_either_year_is_asked_back(
    question: str, of: SemanticModel, options: list[str]
) -> None:
    assert days(question, of) == options


@pytest.mark.parametrize(
    "question",
    ["revenue by calendar year", "revenue by calendar quarter", "revenue in February 2026 vs last year"],
)
def test_what_the_models_years_have_no_place_for_is_declined(question: str) -> None:
    assert days(question, APRIL) is None


@pytest.mark.parametrize(
    ("question", "calendar"),
    [
        ("revenue this year", "2026-01-01..2027-01-01"),
        ("revenue in Q2", "2026-04-01..2026-07-01"),
        ("revenue in fiscal Q2", "2026-04-01..2026-07-01"),
        ("revenue in FY26 Q3", "2026-07-01..2026-10-01"),
        ("revenue by calendar year", "each year"),
        ("revenue by fiscal quarter", "each quarter"),
    ],
)
def test_years_of_the_calendar_are_both(question: str, calendar: str) -> None:
    assert days(question, JANUARY) == calendar


def test_the_answer_says_when_years_begin() -> None:
    for question in ("revenue by year", "revenue by quarter", "revenue this year", "revenue in fiscal Q2"):
        read = read_question(question, APRIL, AS_OF)
        assert isinstance(read, Parsed)
        assert "Years begin in April." in [sentence(note) for note in read.notes]
    monthly = read_question("revenue by month in May 2026", APRIL, AS_OF)
    assert isinstance(monthly, Parsed)
    assert "Years begin in April." not in [sentence(note) for note in monthly.notes]


def test_a_fiscal_quarter_is_not_told_by_the_calendars_name() -> None:
    second = Period(start=date(2026, 7, 1), end=date(2026, 10, 1), label="fiscal Q2")
    assert format_period(second) == "from 1 July to 30 September 2026 (fiscal Q2)"
