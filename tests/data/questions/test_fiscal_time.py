"""Fiscal years and quarters, as the model's calendar has them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

import pytest
from tests.data.questions.models import MODELS

from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import Calendar

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)


def read(words: str, start: int = 4, named_by: Literal["start", "end"] | None = "end") -> Outcome:
    calendar = Calendar(fiscal_year_start=start, fiscal_year_named_by=named_by)
    model = MODELS["orders"].model_copy(update={"calendar": calendar})
    return read_question(f"revenue in {words}", model, AS_OF)


def period(outcome: Outcome) -> tuple[date, date]:
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    assert outcome.query.time is not None
    found = outcome.query.time.period
    assert found is not None
    assert isinstance(found.start, date)
    assert isinstance(found.end, date)
    return found.start, found.end


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("fiscal year 2026", date(2025, 4, 1), date(2026, 4, 1)),
        ("FY 2026", date(2025, 4, 1), date(2026, 4, 1)),
        ("Q1 of fiscal year 2026", date(2025, 4, 1), date(2025, 7, 1)),
        ("fiscal Q4 2026", date(2026, 1, 1), date(2026, 4, 1)),
        ("this fiscal year", date(2026, 4, 1), date(2027, 4, 1)),
        ("last fiscal year", date(2025, 4, 1), date(2026, 4, 1)),
        ("last fiscal quarter", date(2026, 7, 1), date(2026, 10, 1)),
        ("fiscal year to date", date(2026, 4, 1), date(2026, 11, 22)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_year_that_starts_in_april_and_is_called_by_its_end(words: str, start: date, end: date) -> None:
    assert period(read(words)) == (start, end)


def test_a_year_called_by_its_start() -> None:
    assert period(read("fiscal year 2026", named_by="start")) == (date(2026, 4, 1), date(2027, 4, 1))


def test_a_fiscal_year_that_is_the_calendar_year_needs_no_naming() -> None:
    assert period(read("fiscal year 2026", start=1, named_by=None)) == (date(2026, 1, 1), date(2027, 1, 1))


def test_without_a_naming_it_is_asked_which_year_is_meant() -> None:
    outcome = read("fiscal year 2026", named_by=None)
    assert isinstance(outcome, Ambiguous)
    assert outcome.slot == "time"
    starts = {o.query.time.period.start for o in outcome.options if o.query.time and o.query.time.period}
    assert starts == {date(2025, 4, 1), date(2026, 4, 1)}
    assert isinstance(read("this fiscal year", named_by=None), Parsed)
