"""What a follow-up says of time is of the time that was spoken of; where it may be another, it is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.summary import summary, told

from answerable.data.questions.changes.outcome import Asked, Patched, Unchanged, Why
from answerable.data.questions.followup import follow_up
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
MODEL = MODELS["orders"]


def said(*turns: str) -> Patched | Asked | Unchanged:
    """What the last of the turns makes of those before."""
    first, *rest = turns
    read = read_question(first, MODEL, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    change: Patched | Asked | Unchanged = Patched(read.query)
    for turn in rest:
        assert isinstance(change, Patched), change
        change = follow_up(turn, change.query, MODEL, AS_OF)
    return change


def meant(*turns: str) -> list[str]:
    """The query, or each that is offered, in a line."""
    change = said(*turns)
    assert not isinstance(change, Unchanged), change
    queries = [change.query] if isinstance(change, Patched) else [o.query for o in change.options]
    return [summary(query, MODEL) for query in queries]


@pytest.mark.parametrize(
    ("turns", "days"),
    [
        (("revenue in 2026", "and last year?", "in Q1"), "2025-01-01..2025-04-01"),
        (("revenue in 2025", "and in March?"), "2025-03-01..2025-04-01"),
        (("revenue in 2025", "and in March?", "and April?"), "2025-04-01..2025-05-01"),
        (("revenue on 4 March 2025", "and 5 March"), "2025-03-05..2025-03-06"),
        (("revenue in 2025", "in week 7"), "2025-02-10..2025-02-17"),
        (("revenue in the last 12 months", "in March"), "2026-03-01..2026-04-01"),
        (("revenue in the last 12 months", "in December"), "2025-12-01..2026-01-01"),
        (("revenue in 2025", "in Q1 2026"), "2026-01-01..2026-04-01"),
        (("revenue in 2025", "last month"), "2026-10-01..2026-11-01"),
        (("revenue", "in March"), "2026-03-01..2026-04-01"),
        (("revenue in 2026", "and last year?"), "2025-01-01..2026-01-01"),
        # Of last year itself it is the one before; "the previous year" is that of any.
        (("revenue in 2025", "and last year?"), "2024-01-01..2025-01-01"),
        (("revenue last year", "what about last year"), "2024-01-01..2025-01-01"),
        (("revenue in 2024", "and last year?"), "2025-01-01..2026-01-01"),
        (("revenue in October 2026", "and last month?"), "2026-09-01..2026-10-01"),
        (("revenue in Q3 2026", "last quarter"), "2026-04-01..2026-07-01"),
        (("revenue in 2024", "and the previous year?"), "2023-01-01..2024-01-01"),
        (("revenue in March 2025", "the month before"), "2025-02-01..2025-03-01"),
        (("revenue in 2025", "and the year before that?"), "2024-01-01..2025-01-01"),
    ],
    ids=str,
)
def test_a_part_of_a_year_is_of_the_year_that_was_spoken_of(turns: tuple[str, ...], days: str) -> None:
    assert meant(*turns) == [f"revenue | during {days}"]


@pytest.mark.parametrize(
    ("turns", "days"),
    [
        (("revenue in 2026", "in December"), ["2026-12-01..2027-01-01", "2025-12-01..2026-01-01"]),
        (("revenue in Q1 2026", "and last year?"), ["2025-01-01..2025-04-01", "2025-01-01..2026-01-01"]),
        (("revenue in March 2026", "in 2024"), ["2024-03-01..2024-04-01", "2024-01-01..2025-01-01"]),
        (("revenue year to date", "and last year?"), ["2025-01-01..2025-11-22", "2025-01-01..2026-01-01"]),
    ],
    ids=str,
)
def test_a_time_that_may_be_two_is_asked_back(turns: tuple[str, ...], days: list[str]) -> None:
    change = said(*turns)
    assert isinstance(change, Asked)
    assert len({option.label for option in change.options}) == len(days)
    assert meant(*turns) == [f"revenue | during {each}" for each in days]


def test_only_another_year_after_a_comparison_is_compared_or_alone() -> None:
    change = said("revenue by country in 2025", "compare with the year before", "only 2024")
    assert isinstance(change, Asked)
    assert [option.label for option in change.options] == ["2024 against 2023", "2024 alone"]
    assert [summary(option.query, MODEL) for option in change.options] == [
        "revenue | during 2024-01-01..2025-01-01 | by country | against previous_year 2023-01-01..2024-01-01",
        "revenue | during 2024-01-01..2025-01-01 | by country",
    ]
    chosen = meant("revenue in 2025", "compare with the year before", "only Germany")
    assert chosen == [
        "revenue | where country = Germany | during 2025-01-01..2026-01-01 "
        "| against previous_year 2024-01-01..2025-01-01"
    ]


def test_a_month_of_one_of_many_years_is_not_guessed() -> None:
    change = said("revenue from 2023 to 2025", "in March")
    assert isinstance(change, Unchanged)
    assert change.why is Why.SEVERAL_MEANINGS


OF_MARCH = "revenue | during 2026-03-01..2026-04-01"


@pytest.mark.parametrize(
    ("turns", "line"),
    [
        (("revenue in March 2026", "compare with last year"),
         f"{OF_MARCH} | against previous_year 2025-03-01..2025-04-01"),
        (("revenue in March 2026", "versus last year"),
         f"{OF_MARCH} | against previous_year 2025-03-01..2025-04-01"),
        (("revenue in March 2026", "compared to the year before"),
         f"{OF_MARCH} | against previous_year 2025-03-01..2025-04-01"),
        (("revenue in March 2026", "compare it with the same month last year"),
         f"{OF_MARCH} | against previous_year 2025-03-01..2025-04-01"),
        (("revenue in March 2026", "versus the month before"),
         f"{OF_MARCH} | against previous_period 2026-02-01..2026-03-01"),
        (("revenue in March 2026", "vs last year", "vs the month before"),
         f"{OF_MARCH} | against previous_period 2026-02-01..2026-03-01"),
        (("revenue by country in Q1 2026", "versus Q4 2025"),
         "revenue | during 2026-01-01..2026-04-01 | by country | against previous_period "
         "2025-10-01..2026-01-01"),
        (("revenue by month in 2025", "compare with the previous year"),
         "revenue | during 2025-01-01..2026-01-01 | each month | against previous_year "
         "2024-01-01..2025-01-01 shift 12"),
        (("revenue in Q2 2025", "compared to Q1"),
         "revenue | during 2025-04-01..2025-07-01 | against previous_period 2025-01-01..2025-04-01"),
    ],
    ids=str,
)  # fmt: skip
def test_the_shown_period_is_held_against_another(turns: tuple[str, ...], line: str) -> None:
    assert meant(*turns) == [line]


def test_a_year_that_is_not_over_is_compared_whole_or_as_far_as_it_has_come() -> None:
    assert meant("revenue this year", "versus last year") == [
        "revenue | during 2026-01-01..2026-11-22 | against previous_year 2025-01-01..2025-11-22",
        "revenue | during 2026-01-01..2027-01-01 | against previous_year 2025-01-01..2026-01-01",
    ]


def test_another_date_does_not_take_the_place_of_the_period() -> None:
    change = said("revenue in 2025", "shipped in March")
    assert isinstance(change, Unchanged)
    assert change.why is Why.DOES_NOT_FIT
    assert meant("revenue", "shipped in March") == ["revenue | during ship_date 2026-03-01..2026-04-01"]


@pytest.mark.parametrize(
    ("turns", "lines"),
    [
        (("revenue in March 2026", "compared with last month"),
         [f"{OF_MARCH} | against previous_period 2026-02-01..2026-03-01",
          "revenue | during 2026-10-01..2026-11-01 | against custom 2026-03-01..2026-04-01"]),
        (("revenue in 2025", "versus last year"),
         ["revenue | during 2025-01-01..2026-01-01 | against previous_year 2024-01-01..2025-01-01",
          "revenue | during 2026-01-01..2026-11-22 | against previous_year 2025-01-01..2025-11-22"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_counts_from_today_may_be_meant_of_the_shown_period(
    turns: tuple[str, ...], lines: list[str]
) -> None:
    assert meant(*turns) == lines


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        (("revenue", "versus last year"), Why.DOES_NOT_FIT),
        (("revenue since 2024", "versus last year"), Why.DOES_NOT_FIT),
        (("revenue in Q1 2025", "versus last year"), Why.SEVERAL_MEANINGS),
        (("share of revenue by country in 2026", "versus last year"), Why.DOES_NOT_FIT),
        (("revenue in Q1 2026", "versus 2024"), Why.DOES_NOT_FIT),
        (("running total of revenue by month in 2025", "versus 2024"), Why.DOES_NOT_FIT),
    ],
    ids=str,
)
def test_what_has_no_other_side_is_not_compared(turns: tuple[str, ...], why: Why) -> None:
    change = said(*turns)
    assert isinstance(change, Unchanged), change
    assert change.why is why


def test_a_quarter_after_a_fiscal_year_is_one_that_lies_in_it() -> None:
    april = {"fiscal_year_start": 4, "fiscal_year_named_by": "end"}
    model = MODEL.model_copy(update={"calendar": MODEL.calendar.model_copy(update=april)})
    read = read_question("revenue last year", model, AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    change = follow_up("in Q1", read.query, model, AS_OF)
    assert isinstance(change, Asked)
    assert [summary(option.query, model) for option in change.options] == [
        "revenue | during 2025-04-01..2025-07-01",
        "revenue | during 2026-01-01..2026-04-01",
    ]
    march = follow_up("in March", read.query, model, AS_OF)
    assert isinstance(march, Patched)
    assert summary(march.query, model) == "revenue | during 2026-03-01..2026-04-01"


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("revenue in March 2026 vs the same month last year",
         f"{OF_MARCH} | against previous_year 2025-03-01..2025-04-01"),
        ("revenue in Q1 2026 compared to the same quarter of last year",
         "revenue | during 2026-01-01..2026-04-01 | against previous_year 2025-01-01..2025-04-01"),
        ("revenue by month in 2025 vs the same month last year",
         "revenue | during 2025-01-01..2026-01-01 | each month | against previous_year "
         "2024-01-01..2025-01-01 shift 12"),
    ],
)  # fmt: skip
def test_the_same_month_last_year_is_a_year_before(question: str, line: str) -> None:
    assert told(read_question(question, MODEL, AS_OF), MODEL) == {"is": line}


@pytest.mark.parametrize(
    "question",
    [
        "revenue in Q1 2026 vs the same month last year",
        "revenue in 2025 vs the same quarter last year",
        "revenue vs the same month last year",
        "revenue by week in 2025 vs the same month last year",
    ],
)
def test_the_same_month_of_no_month_is_declined(question: str) -> None:
    assert "declined" in told(read_question(question, MODEL, AS_OF), MODEL)
