"""Which questions ask for a reason, of what change, and in which direction."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.data.questions.models import MODELS

from answerable.data.explanations.reading import Direction, asks_why

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
MARCH = (date(2026, 3, 1), date(2026, 4, 1))
FEBRUARY = (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("question", "direction", "period", "other"),
    [
        ("why did revenue fall in March?", Direction.DOWN, MARCH, FEBRUARY),
        ("Why did revenue in Germany drop in March 2026", Direction.DOWN, MARCH, FEBRUARY),
        ("what caused the drop in revenue in March?", Direction.DOWN, MARCH, FEBRUARY),
        ("why has revenue grown so much in March", Direction.UP, MARCH, FEBRUARY),
        ("can you explain why revenue changed in March?", Direction.EITHER, MARCH, FEBRUARY),
        (
            "why did revenue fall in March compared to the same month last year",
            Direction.DOWN,
            MARCH,
            (date(2025, 3, 1), date(2025, 4, 1)),
        ),
        # From one month to another, not in the months from one to the other.
        (
            "why did revenue fall from January to March 2026",
            Direction.DOWN,
            MARCH,
            (date(2026, 1, 1), date(2026, 2, 1)),
        ),
        (
            "why did revenue rise from 2024 to 2025?",
            Direction.UP,
            (date(2025, 1, 1), date(2026, 1, 1)),
            (date(2024, 1, 1), date(2025, 1, 1)),
        ),
        # A month that is not over is held against as many days.
        (
            "why did revenue fall this month",
            Direction.DOWN,
            (date(2026, 11, 1), date(2026, 11, 21)),
            (date(2026, 10, 1), date(2026, 10, 21)),
        ),
    ],
)
def test_a_change_to_explain(
    question: str, direction: Direction, period: tuple[date, date], other: tuple[date, date]
) -> None:
    wanted = asks_why(question, MODELS["orders"], AS_OF)
    assert wanted is not None
    time = wanted.query.time
    assert time is not None
    assert time.period is not None
    assert time.comparison is not None
    assert wanted.direction is direction
    assert (time.period.start, time.period.end) == period
    assert (time.comparison.period.start, time.comparison.period.end) == other


@pytest.mark.parametrize(
    "question",
    [
        "why is the sky blue",
        "why did profits fall in March",  # there are no profits
        "why did revenue fall",  # when?
        "why did revenue fall in March in Narnia",
        "revenue in March",
        "why did revenue fall next year",
        "why did the 3 best products fall in March",
    ],
)
def test_no_change_to_explain(question: str) -> None:
    assert asks_why(question, MODELS["orders"], AS_OF) is None
