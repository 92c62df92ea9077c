"""When two questions are one, and what a confirmed query means on another day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.query import (
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
)
from answerable.data.verified.moved import query_at
from answerable.data.verified.readings import reading_key
from answerable.data.verified.wording import words_of
from tests.data.questions.models import MODELS

SALES = MODELS["orders"]
THEN, LATER = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2027, 2, 3, 12, tzinfo=UTC)


def query(question: str) -> SemanticQuery:
    read = read_question(question, SALES, THEN)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    return read.query


def days(found: SemanticQuery | None) -> tuple[object, object] | None:
    if found is None or found.time is None or found.time.period is None:
        return None
    return found.time.period.start, found.time.period.end


@pytest.mark.parametrize(
    "other",
    [
        "Revenue by country",
        "revenue BY country?",
        "please show me the revenue by country",
        "révenue by country",
    ],
)
def test_case_accents_and_politeness_are_not_part_of_the_words(other: str) -> None:
    assert words_of(other) == words_of("What is the revenue by country?")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("orders over 100", "orders under 100"),
        ("orders of grade a customers", "orders of grade customers"),
        ("orders of C#", "orders of C"),
        ("orders >= 5", "orders 5"),
        ('orders of "the web"', "orders of the web"),
        ("did orders fall", "orders fall"),
        ("revenue in 2024", "revenue in 2025"),
    ],
)
def test_every_other_word_counts(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("revenue in March 2025", "what was the revenue in 2025-03", True),
        ("revenue by country", "revenue per country", True),
        ("revenue last month", "revenue in the last 30 days", False),
        ("revenue last month", "revenue in October 2026", False),
        ("revenue last quarter", "revenue in the last 3 months", False),
        ("revenue last week", "revenue in the last 7 days", False),
        ("revenue this year", "revenue year to date", False),
        ("revenue in 2025", "revenue in 2024", False),
    ],
)
def test_questions_are_one_reading_when_they_mean_the_same_on_every_day(
    one: str, other: str, alike: bool
) -> None:
    first, second = reading_key(one, SALES), reading_key(other, SALES)
    assert first is not None
    assert second is not None
    assert (first == second) is alike


def test_what_the_grammar_cannot_read_has_no_reading() -> None:
    assert reading_key("how did the shop do", SALES) is None


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("revenue last month", date(2027, 1, 1), date(2027, 2, 1)),
        ("revenue in March", date(2026, 3, 1), date(2026, 4, 1)),
        ("revenue in March 2026", date(2026, 3, 1), date(2026, 4, 1)),
        ("revenue by country this year", date(2027, 1, 1), date(2028, 1, 1)),
    ],
)
def test_a_confirmed_reading_of_the_grammar_moves_with_the_day(question: str, start: date, end: date) -> None:
    assert days(query_at(query(question), question, SALES, THEN, LATER)) == (start, end)


def test_another_query_for_the_question_moves_by_the_questions_own_words() -> None:
    counted = SemanticQuery(
        dataset=query("revenue last month").dataset,
        measures=(Measure(aggregation="count"),),
        time=query("revenue last month").time,
    )
    moved = query_at(counted, "how did the shop do last month", SALES, THEN, LATER)
    assert days(moved) == (date(2027, 1, 1), date(2027, 2, 1))
    assert moved is not None
    assert moved.measures == counted.measures


def test_a_year_that_is_said_stays() -> None:
    confirmed = query("revenue in March 2026")
    moved = query_at(confirmed, "how did the shop do in March 2026", SALES, THEN, LATER)
    assert days(moved) == (date(2026, 3, 1), date(2026, 4, 1))


def test_dates_that_the_words_do_not_explain_hold_for_their_day_alone() -> None:
    time = query("revenue last month").time
    assert time is not None
    odd = TimeSlice(field=time.field, period=Period(start=date(2026, 11, 1), end=date(2026, 11, 14)))
    confirmed = query("revenue last month").model_copy(update={"time": odd})
    question = "how did the shop do of late"
    assert query_at(confirmed, question, SALES, THEN, THEN) == confirmed
    assert query_at(confirmed, question, SALES, THEN, LATER) is None
    dated = Condition(field=time.field, operator=Operator.GE, values=("2026-11-01",))
    filtered = confirmed.model_copy(update={"time": None, "where": dated})
    assert query_at(filtered, question, SALES, THEN, LATER) is None


def test_a_query_without_dates_holds_on_every_day() -> None:
    confirmed = query("revenue by country")
    assert query_at(confirmed, "how does the shop do abroad", SALES, THEN, LATER) == confirmed
