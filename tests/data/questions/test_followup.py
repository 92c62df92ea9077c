"""A few words after an answer change its query as the whole question would have, or say why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.related_company import office

from answerable.data.questions.assumed import assumptions
from answerable.data.questions.changes.outcome import Asked, Patched, Unchanged, Why
from answerable.data.questions.followup import follow_up
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.query import SemanticQuery

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)


def query(question: str, model: str = "company") -> SemanticQuery:
    found = read_question(question, office().model if model == "company" else MODELS[model], AS_OF)
    assert isinstance(found, Parsed), found
    assert found.query is not None
    return found.query


def patched(last: str, text: str) -> SemanticQuery | Asked | Unchanged:
    changed = follow_up(text, query(last), office().model, AS_OF)
    return changed.query if isinstance(changed, Patched) else changed


SAME_AS = (
    ("revenue in 2025", "by month", "revenue by month in 2025"),
    ("revenue in 2025", "only hotels", "revenue of hotels in 2025"),
    ("revenue by segment in 2025", "and 2024?", "revenue by segment in 2024"),
    ("revenue by segment", "in 2025", "revenue by segment in 2025"),
    ("revenue in 2026", "and last year?", "revenue last year"),
    ("revenue by segment", "as a share", "share of revenue by segment"),
    ("revenue by segment", "by channel", "revenue by channel"),
    ("revenue by segment", "and by channel", "revenue by segment and channel"),
    ("revenue by city", "top 5", "top 5 cities by revenue"),
    ("revenue by city", "bottom three", "bottom 3 cities by revenue"),
    ("revenue of hotels in 2025", "what about offices", "revenue of offices in 2025"),
    ("revenue in 2025", "without cancelled", "revenue in 2025 without cancelled"),
    ("revenue of hotels", "without cancelled", "revenue of hotels without cancelled"),
    ("how many orders in 2025", "only the web shop", "how many web shop orders in 2025"),
    ("revenue by city", "only the top 3", "top 3 cities by revenue"),
    ("revenue by city", "just the 3 lowest", "bottom 3 cities by revenue"),
    ("top 10 cities by revenue", "only the top 3", "top 3 cities by revenue"),
    ("revenue by month in 2025", "top 3", "top 3 months by revenue in 2025"),
    ("number of orders by weekday", "top 2", "top 2 weekdays by number of orders"),
    ("revenue by month in 2025", "as a share", "share of revenue by month in 2025"),
    ("number of orders by month in 2025", "what about the average?", "average orders per month in 2025"),
    ("revenue of hotels in 2025", "offices instead", "revenue of offices in 2025"),
    ("revenue of hotels in 2025", "show offices instead of hotels", "revenue of offices in 2025"),
    ("revenue of hotels in 2025", "2024 instead", "revenue of hotels in 2024"),
    ("revenue by month in 2025", "by quarter instead", "revenue by quarter in 2025"),
    ("revenue by segment", "by channel instead", "revenue by channel"),
    ("revenue by segment and month in 2025", "by quarter", "revenue by segment and quarter in 2025"),
    ("revenue by segment and month in 2025", "by channel", "revenue by channel and month in 2025"),
    ("revenue by segment", "show the average instead", "average amount by segment"),
    ("average amount by segment", "the total instead", "revenue by segment"),
    ("90th percentile of amount by segment", "the median instead", "median amount by segment"),
    ("90th percentile of amount by segment", "the average instead", "average amount by segment"),
    ("90th percentile of amount by segment", "the total instead", "revenue by segment"),
    ("median amount by segment", "the maximum instead", "largest amount by segment"),
    ("90th percentile of amount by segment", "top 3", "top 3 segments by 90th percentile of amount"),
    ("revenue by segment", "add channel", "revenue by segment and channel"),
    ("revenue by segment", "show it as a share", "share of revenue by segment"),
    ("revenue in 2025", "break it down by channel", "revenue by channel in 2025"),
    ("revenue in 2025", "remove cancelled", "revenue in 2025 without cancelled"),
    ("customers without orders", "by segment", "number of customers without orders by segment"),
)


@pytest.mark.parametrize(("last", "text", "whole"), SAME_AS, ids=lambda part: part)
def test_a_follow_up_means_what_the_whole_question_means(last: str, text: str, whole: str) -> None:
    found, wanted = patched(last, text), query(whole)
    assert isinstance(found, SemanticQuery), found
    assert office().rows(found) == office().rows(wanted)


def test_what_is_assumed_is_told_of_a_changed_query_as_of_a_whole_question() -> None:
    model = office().model
    for last, text, whole in (
        ("revenue in 2025", "in 2026", "revenue in 2026"),
        ("revenue in 2025", "next year", "revenue next year"),
        ("revenue by channel", "by segment", "revenue by segment"),
    ):
        change, asked = patched(last, text), read_question(whole, model, AS_OF)
        assert isinstance(change, SemanticQuery)
        assert isinstance(asked, Parsed)
        told = assumptions(change, model, AS_OF)
        assert told
        ours = [note for note in asked.notes if note.code != "name_read_as"]
        assert {note.code for note in told} == {note.code for note in ours}


def test_a_percentile_with_a_fraction_is_changed_too() -> None:
    whole = query("90th percentile of amount by segment")
    (share,) = whole.measures
    last = whole.model_copy(update={"measures": (share.model_copy(update={"percentile": 99.5}),)})
    found = follow_up("the median instead", last, office().model, AS_OF)
    assert isinstance(found, Patched)
    assert office().rows(found.query) == office().rows(query("median amount by segment"))


NO = (
    ("revenue in 2025", "only unicorns", Why.NOT_UNDERSTOOD),
    ("revenue in 2025", "", Why.NOT_UNDERSTOOD),
    ("revenue in 2025", "top 5", Why.DOES_NOT_FIT),
    ("revenue in 2025", "as a share", Why.DOES_NOT_FIT),
    ("average amount by segment", "as a share", Why.DOES_NOT_FIT),
    ("revenue by segment", "top unicorns", Why.NOT_UNDERSTOOD),
    ("revenue in 2025 compared to 2024", "and 2023", Why.DOES_NOT_FIT),
    ("customers with more than 20 orders", "by channel", Why.DOES_NOT_FIT),
    ("revenue in 2025", "in 2025", Why.DOES_NOT_FIT),
    ("total credit limit by segment", "by channel", Why.NOT_UNDERSTOOD),
    ("revenue in 2025", "hotels instead", Why.DOES_NOT_FIT),
    ("revenue of hotels", "offices instead of web", Why.NOT_UNDERSTOOD),
    ("revenue of hotels", "2025 instead", Why.DOES_NOT_FIT),
    ("revenue in 2025", "by month instead", Why.DOES_NOT_FIT),
    ("number of orders by segment", "the average instead", Why.DOES_NOT_FIT),
    ("revenue by month in 2025", "the median instead", Why.SEVERAL_MEANINGS),
    ("revenue by month", "the average instead", Why.SEVERAL_MEANINGS),
    ("top 3 months by revenue in 2025", "the average instead", Why.SEVERAL_MEANINGS),
    ("revenue in 2025", "unicorns instead", Why.NOT_UNDERSTOOD),
    ("90th percentile of amount by segment", "as a share", Why.DOES_NOT_FIT),
    ("revenue by segment", "remove unicorns", Why.NOT_UNDERSTOOD),
    ("revenue by segment", "add unicorns", Why.NOT_UNDERSTOOD),
    ("revenue by segment", "add hotels", Why.NOT_UNDERSTOOD),
    ("revenue by segment", "break it", Why.NOT_UNDERSTOOD),
    ("revenue of hotels by month in 2025", "as a share", Why.DOES_NOT_FIT),
    ("revenue by segment and channel", "top 3", Why.DOES_NOT_FIT),
    ("running total of revenue by month in 2025", "top 3", Why.DOES_NOT_FIT),
    ("revenue by segment", "top 0", Why.DOES_NOT_FIT),
    ("revenue by segment", "top 2.5", Why.NOT_UNDERSTOOD),
    ("revenue in 2025", "lowest first", Why.DOES_NOT_FIT),
    ("top 3 months by revenue in 2025", "lowest first", Why.DOES_NOT_FIT),
    ("revenue by segment", "highest first", Why.DOES_NOT_FIT),
    ("revenue by segment", "oldest first", Why.DOES_NOT_FIT),
    ("revenue in 2025", "only those above 100", Why.DOES_NOT_FIT),
    ("revenue by segment in 2025 compared to 2024", "only those above 100", Why.DOES_NOT_FIT),
    ("bottom 5 cities by revenue", "only those above 100", Why.DOES_NOT_FIT),
    ("number of orders by segment", "only those above 5 EUR", Why.DOES_NOT_FIT),
)


def test_the_average_of_monthly_totals_is_asked_back() -> None:
    found = patched("revenue by month in 2025", "what about the average?")
    assert isinstance(found, Asked)
    assert [option.label for option in found.options] == [
        "of the orders of each month",
        "of the totals of all months",
    ]
    rows, totals = (option.query for option in found.options)
    assert office().rows(rows) == office().rows(query("average amount by month in 2025"))
    assert office().rows(totals) == office().rows(query("average monthly revenue in 2025"))


@pytest.mark.parametrize(("last", "text", "why"), NO, ids=str)
def test_words_that_fit_nowhere_change_nothing(last: str, text: str, why: Why) -> None:
    found = patched(last, text)
    assert isinstance(found, Unchanged)
    assert found.why is why


def test_the_words_that_were_not_understood_are_named() -> None:
    found = patched("revenue in 2025", "only unicorns")
    assert isinstance(found, Unchanged)
    assert found.left_over == ("unicorns",)


def rows(change: SemanticQuery | Asked | Unchanged) -> list[tuple[object, ...]]:
    assert isinstance(change, SemanticQuery), change
    return office().rows(change)


def shown(question: str) -> list[tuple[object, ...]]:
    return office().rows(query(question))


@pytest.mark.parametrize(
    "text",
    ["lowest first", "sort ascending", "sort it from low to high", "ascending order", "sort by lowest first"],
)
def test_the_order_is_turned(text: str) -> None:
    assert rows(patched("revenue by city", text)) == sorted(shown("revenue by city"), key=lambda row: row[1])


@pytest.mark.parametrize(
    ("text", "place", "down"),
    [
        ("sort by city", 0, False),
        ("order them by city descending", 0, True),
        ("sort by amount, lowest first", 1, False),
    ],
)
def test_the_order_is_by_what_is_shown(text: str, place: int, down: bool) -> None:
    found = rows(patched("revenue by city", text))
    assert found == sorted(shown("revenue by city"), key=lambda row: row[place], reverse=down)


def test_the_order_is_by_nothing_that_is_not_shown() -> None:
    assert isinstance(patched("revenue by city", "sort by channel"), Unchanged)


@pytest.mark.parametrize(
    ("question", "text", "keep"),
    [
        ("number of orders by city", "only those above 20", lambda n: n > 20),
        ("number of orders by city", "just the ones with more than 20", lambda n: n > 20),
        ("number of orders by city", "those below 20", lambda n: n < 20),
        ("average amount by city", "only those above 250.5", lambda n: n > 250.5),
        ("number of orders by month in 2025", "only those with at least 80", lambda n: n >= 80),
        ("top 5 cities by number of orders", "only those above 160", lambda n: n > 160),
    ],
)
def test_only_groups_whose_number_passes_are_left(
    question: str, text: str, keep: Callable[[float], bool]
) -> None:
    before = shown(question)
    left = [row for row in before if keep(float(str(row[-1])))]
    assert rows(patched(question, text)) == left
    assert 0 < len(left) < len(before)


def test_a_bare_number_may_be_of_the_groups_or_of_their_rows() -> None:
    change = patched("number of orders by city", "over 20")
    assert isinstance(change, Asked)
    of_groups, of_rows = (office().rows(option.query) for option in change.options)
    assert of_groups == [row for row in shown("number of orders by city") if int(str(row[1])) > 20]
    assert of_rows == shown("number of orders over 20 by city")


def test_groups_are_broken_down_further_or_otherwise() -> None:
    change = patched("revenue by segment", "split it by channel")
    assert isinstance(change, Asked)
    alone, beside = (office().rows(option.query) for option in change.options)
    assert alone == shown("revenue by channel")
    assert beside == shown("revenue by segment and channel")


def test_the_best_may_be_the_largest_or_the_smallest() -> None:
    change = patched("average amount by city", "best 3")
    assert isinstance(change, Asked)
    assert [option.label for option in change.options] == ["the largest", "the smallest"]
    largest, smallest = (office().rows(option.query) for option in change.options)
    assert largest == shown("top 3 cities by average amount")
    assert smallest == shown("bottom 3 cities by average amount")


def test_the_order_of_months_is_by_time_or_by_value() -> None:
    change = patched("revenue by month in 2025", "sort descending")
    assert isinstance(change, Asked)
    by_time, by_value = (office().rows(option.query) for option in change.options)
    months = shown("revenue by month in 2025")
    assert by_time == months[::-1]
    assert by_value == sorted(months, key=lambda row: float(str(row[1])), reverse=True)
    assert rows(patched("revenue by month in 2025", "newest first")) == months[::-1]
