"""A range that cuts a week or a quarter says so; whole ones need no word."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.data.engines.sales import model
from tests.data.questions.test_sentence import said

from answerable.data.questions.cut_buckets import cut_note
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import Calendar
from answerable.data.semantics.query import Grain, Period


def _note(start: date | None, end: date | None, grain: Grain, calendar: Calendar | None = None) -> str | None:
    return cut_note(Period(start=start, end=end), grain, calendar or Calendar())


def test_weeks_at_both_ends_of_a_month_are_cut() -> None:
    assert _note(date(2026, 1, 1), date(2026, 2, 1), Grain.WEEK) == (
        "The first and the last week are cut by the range and hold only a part of the days."
    )


def test_one_cut_end_is_named_alone() -> None:
    assert _note(date(2026, 6, 1), date(2026, 7, 1), Grain.WEEK) == (
        "The last week is cut by the range and holds only a part of the days."
    )


@pytest.mark.parametrize(
    ("start", "end", "grain"),
    [
        (date(2026, 1, 1), date(2026, 4, 1), Grain.MONTH),
        (date(2026, 1, 5), date(2026, 1, 19), Grain.WEEK),
        (date(2026, 1, 3), date(2026, 1, 9), Grain.DAY),
        (datetime(2026, 1, 1), datetime(2026, 7, 1), Grain.QUARTER),  # noqa: DTZ001 - as a query has it
        (None, None, Grain.YEAR),
    ],
)
def test_whole_buckets_need_no_word(start: date | None, end: date | None, grain: Grain) -> None:
    assert _note(start, end, grain) is None


def test_quarters_and_weeks_begin_where_the_calendar_says() -> None:
    fiscal = Calendar(fiscal_year_start=2, first_weekday=6)
    assert _note(date(2026, 2, 1), date(2026, 5, 1), Grain.QUARTER, fiscal) is None
    assert _note(date(2026, 1, 1), date(2026, 4, 1), Grain.QUARTER, fiscal) is not None
    assert _note(date(2026, 1, 4), date(2026, 1, 11), Grain.WEEK, fiscal) is None


def test_the_answer_of_a_trend_says_that_weeks_are_cut() -> None:
    period = {"start": "2025-02-01", "end": "2025-04-01"}
    text = said(measures=[{"aggregation": "count"}], time={"field": "day", "grain": "week", "period": period})
    assert text.endswith("The first and the last week are cut by the range and hold only a part of the days.")


@pytest.mark.parametrize(("question", "ahead"), [("sales next month", True), ("sales last month", False)])
def test_a_period_that_has_not_begun_is_said_to_lie_ahead(question: str, ahead: bool) -> None:
    read = read_question(f"number of {question}", model(), datetime(2026, 11, 21, 10))  # noqa: DTZ001 - the model's zone
    assert isinstance(read, Parsed)
    assert any("lies ahead" in sentence(note) for note in read.notes) is ahead
