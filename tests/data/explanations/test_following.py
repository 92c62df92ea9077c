"""“Why?” asked of an answer is of the change that it shows, and of nothing where it shows none."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.data.questions.models import MODELS

from answerable.data.explanations.following import change_shown, direction_asked, reasons_to_ask
from answerable.data.explanations.reading import Direction, Wanted
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.query import SemanticQuery

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
MODEL = MODELS["orders"]


def query(question: str) -> SemanticQuery:
    read = read_question(question, MODEL, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    return read.query


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("why?", Direction.EITHER),
        ("And why is that?", Direction.EITHER),
        ("how come?", Direction.EITHER),
        ("why did it fall?", Direction.DOWN),
        ("why has that gone up so much?", Direction.UP),
        ("what caused this?", Direction.EITHER),
        ("why Germany?", None),
        ("why not?", None),
        ("why did revenue fall?", None),
        ("what is behind the returns policy?", None),
    ],
)
def test_only_words_for_a_reason_ask_for_one(text: str, direction: Direction | None) -> None:
    assert direction_asked(text) is direction


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("revenue in March 2026 vs last year", ("2026-03-01", "2026-04-01", "2025-03-01", "2025-04-01")),
        ("revenue from Germany in Q1 2026 vs Q4 2025",
         ("2026-01-01", "2026-04-01", "2025-10-01", "2026-01-01")),
        ("revenue by month from February to March 2026",
         ("2026-03-01", "2026-04-01", "2026-02-01", "2026-03-01")),
        ("revenue this month vs the previous month",
         ("2026-11-01", "2026-11-21", "2026-10-01", "2026-10-21")),
    ],
)  # fmt: skip
def test_the_change_that_is_shown_is_explained(question: str, sides: tuple[str, str, str, str]) -> None:
    wanted = change_shown(query(question), Direction.EITHER, MODEL, AS_OF)
    assert isinstance(wanted, Wanted)
    time = wanted.query.time
    assert time is not None
    assert time.period is not None
    assert time.comparison is not None
    assert time.grain is None
    days = (time.period.start, time.period.end, time.comparison.period.start, time.comparison.period.end)
    assert days == tuple(date.fromisoformat(side) for side in sides)
    assert wanted.query.where == query(question).where


@pytest.mark.parametrize(
    "question",
    [
        "revenue in March 2026",
        "revenue by month in 2026",
        "revenue by country in March 2026 vs last year",
        "revenue and number of orders in March 2026 vs last year",
        "revenue by month in 2025 vs 2024",
        "top 5 countries by revenue in 2025",
        "latest 5 orders",
    ],
)
def test_an_answer_without_one_change_has_no_reason(question: str) -> None:
    assert change_shown(query(question), Direction.EITHER, MODEL, AS_OF) is None


def test_what_can_be_asked_instead_can_be_answered() -> None:
    assert reasons_to_ask(query("revenue in March 2026"), MODEL, AS_OF) == (
        "Why did revenue change in March 2026?",
        "Why did revenue change last month?",
    )
