"""What is not over is compared with nothing whole, and what has not begun is no zero."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.related_company import ORDERS, Row, office, revenue
from tests.data.questions.summary import told

from answerable.data.engines.compiler import compile_query
from answerable.data.questions.followup import Patched, follow_up
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.unfinished import as_far_as_known, ended
from answerable.data.semantics.query import Comparison, Grain, Period, TimeSlice

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDERS_MODEL = MODELS["orders"]
NOW = Now(date(2026, 11, 20))


def _answer(question: str) -> tuple[list[Row], Parsed]:
    read = read_question(question, office().model, AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    return office().rows(ended(read.query, NOW)), read


def _revenue(start: date, end: date) -> float:
    return revenue(order for order in ORDERS if start <= order.ordered < end)


@pytest.mark.parametrize(
    ("question", "last", "before"),
    [
        ("revenue year over year by quarter", date(2026, 7, 1), date(2025, 7, 1)),
        ("month over month growth of revenue in 2026", date(2026, 10, 1), date(2026, 9, 1)),
        ("revenue by quarter this year compared to last year", date(2026, 7, 1), date(2025, 7, 1)),
        ("growth of revenue by month", date(2026, 10, 1), date(2026, 9, 1)),
    ],
)
def test_a_comparison_by_period_ends_with_the_last_whole_one(question: str, last: date, before: date) -> None:
    rows, read = _answer(question)
    months = 3 if "quarter" in question else 1
    period, now, previous = rows[-1][:3]
    assert period == last
    assert float(str(now)) == pytest.approx(_revenue(last, _later(last, months)))
    assert float(str(previous)) == pytest.approx(_revenue(before, _later(before, months)))
    assert any("2026 is not over yet; the numbers end with the" in sentence(note) for note in read.notes)


def _later(day: date, months: int) -> date:
    return date(day.year + (day.month + months > 12), (day.month + months - 1) % 12 + 1, 1)


@pytest.mark.parametrize(
    "question",
    [
        "revenue by month this year",
        "running total of revenue by month in 2026",
        "share of revenue by channel by month in 2026",
    ],
)
def test_months_to_come_are_not_there(question: str) -> None:
    rows, _ = _answer(question)
    assert max(str(row[0]) for row in rows) == "2026-11-01"


def test_a_moving_average_ends_with_the_last_whole_period_of_all_time() -> None:
    rows, read = _answer("3 month moving average of revenue")
    assert rows[-1][0] == date(2026, 10, 1)
    assert float(str(rows[-1][2])) == pytest.approx(_revenue(date(2026, 8, 1), date(2026, 11, 1)) / 3)
    assert any("November 2026 is not over yet" in sentence(note) for note in read.notes)


def test_a_day_stands_beside_the_same_day_of_another_year() -> None:
    read = read_question("revenue by day in 2024 vs 2023", ORDERS_MODEL, AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    assert told(read, ORDERS_MODEL)["is"] == (
        "revenue | during 2024-01-01..2025-01-01 | each day | against previous_year 2023-01-01..2024-01-01"
    )
    assert "INTERVAL '12' MONTH" in compile_query(read.query, ORDERS_MODEL).sql()


def test_a_follow_up_by_month_ends_with_today_too() -> None:
    model = office().model
    _, read = _answer("revenue in 2026")
    assert read.query is not None
    changed = follow_up("by month", read.query, model, AS_OF)
    assert isinstance(changed, Patched)
    assert office().rows(changed.query)[-1][0] == date(2026, 11, 1)


def _time(grain: Grain, start: str, end: str, *other: str, shift: int | None = None) -> TimeSlice:
    comparison = None
    if other:
        first, last = map(date.fromisoformat, other)
        comparison = Comparison(kind="custom", period=Period(start=first, end=last), shift=shift)
    period = Period(start=date.fromisoformat(start), end=date.fromisoformat(end))
    return TimeSlice(field="day", grain=grain, period=period, comparison=comparison)


STEP = _time(Grain.MONTH, "2026-10-01", "2026-12-01", "2026-09-01", "2026-11-01", shift=1)


@pytest.mark.parametrize(
    ("time", "ends"),
    [
        (_time(Grain.MONTH, "2026-01-01", "2027-01-01", "2025-01-01", "2026-01-01"), "2026-11-01 2025-11-01"),
        (_time(Grain.WEEK, "2026-11-02", "2026-11-30", "2026-10-05", "2026-11-02"), "2026-11-16 2026-10-19"),
        (_time(Grain.DAY, "2026-11-01", "2026-12-01", "2026-10-01", "2026-11-01"), "2026-11-20 2026-10-20"),
        (_time(Grain.MONTH, "2026-01-01", "2026-07-01", "2025-01-01", "2025-07-01"), "2026-07-01 2025-07-01"),
        (_time(Grain.MONTH, "2026-11-01", "2026-12-01", "2026-10-01", "2026-11-01"), "2026-12-01 2026-11-01"),
        (STEP, "2026-11-01 2026-10-01"),
    ],
)  # fmt: skip
def test_both_sides_end_where_the_last_whole_period_does(time: TimeSlice, ends: str) -> None:
    known, _ = as_far_as_known(time, NOW)
    assert known.period is not None
    assert known.comparison is not None
    assert f"{known.period.end} {known.comparison.period.end}" == ends


def test_quarters_begin_where_the_calendar_says() -> None:
    now = Now(date(2026, 11, 20), first_month=3)
    time = _time(Grain.QUARTER, "2026-03-01", "2027-03-01", "2025-03-01", "2026-03-01")
    known, begun = as_far_as_known(time, now)
    assert known.comparison is not None
    assert (begun, known.comparison.period.end) == (date(2026, 9, 1), date(2025, 9, 1))


@pytest.mark.parametrize(
    ("today", "question", "period", "other"),
    [
        (date(2026, 8, 10), "revenue this month so far compared to last month",
         "2026-08-01..2026-08-11", "2026-07-01..2026-07-11"),
        (date(2026, 8, 10), "revenue year to date vs last year",
         "2026-01-01..2026-08-11", "2025-01-01..2025-08-11"),
        (date(2026, 8, 10), "revenue quarter to date vs last quarter",
         "2026-07-01..2026-08-11", "2026-04-01..2026-05-11"),
        (date(2026, 8, 12), "revenue this week so far vs last week",
         "2026-08-10..2026-08-13", "2026-08-03..2026-08-06"),
        # February has no 30th: all of it is held against March so far.
        (date(2026, 3, 30), "revenue month to date vs previous period",
         "2026-03-01..2026-03-31", "2026-02-01..2026-03-01"),
        (date(2026, 3, 30), "revenue this month so far compared to last month",
         "2026-03-01..2026-03-31", "2026-02-01..2026-03-01"),
        # As it was said: whole months, of which one is not over.
        (date(2026, 8, 10), "revenue this month vs last month",
         "2026-08-01..2026-09-01", "2026-07-01..2026-08-01"),
    ],
)  # fmt: skip
def test_so_far_is_held_against_as_much(today: date, question: str, period: str, other: str) -> None:
    read = read_question(question, ORDERS_MODEL, datetime(today.year, today.month, today.day, 9, tzinfo=UTC))
    assert isinstance(read, Parsed)
    assert read.query is not None
    time = read.query.time
    assert time is not None
    assert time.period is not None
    assert time.comparison is not None
    sides = [f"{side.start}..{side.end}" for side in (time.period, time.comparison.period)]
    assert sides == [period, other]
