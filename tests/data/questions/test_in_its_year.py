"""A month, quarter or half beside one whose year is said is of that year; and sites ranked per meter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.data.questions.related_company import office

from answerable.data.questions.notes import WordNoted
from answerable.data.questions.outcome import Ambiguous, Parsed, Unparsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.query import SemanticQuery

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)


def query(question: str) -> SemanticQuery:
    found = read_question(question, office().model, AS_OF)
    assert isinstance(found, Parsed), found
    assert found.query is not None
    return found.query


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("revenue in March 2025 vs April", "revenue in March 2025 vs April 2025"),
        ("revenue in Q1 2025 vs Q2", "revenue in Q1 2025 vs Q2 2025"),
        ("revenue in h1 2025 compared to h2", "revenue in h1 2025 compared to h2 2025"),
        (
            "revenue in the first half of 2025 vs the second half",
            "revenue in the first half of 2025 vs the second half of 2025",
        ),
        ("compare revenue in Q1 2025 with Q2", "compare revenue in Q1 2025 with Q2 2025"),
        ("revenue by channel in March 2025 vs April", "revenue by channel in March 2025 vs April 2025"),
        ("revenue in March 2025 by channel vs April", "revenue in March 2025 by channel vs April 2025"),
        (
            "change in revenue from March 2025 to April",
            "change in revenue from March 2025 to April 2025",
        ),
        ("revenue from March 2025 to June", "revenue from March 2025 to June 2025"),
        ("revenue between Q1 2025 and Q3", "revenue between Q1 2025 and Q3 2025"),
        ("revenue from November 2024 to January", "revenue from November 2024 to January 2025"),
        ("revenue by month March 2025 through May", "revenue by month March 2025 through May 2025"),
    ],
)
def test_what_stands_beside_a_year_is_of_that_year(short: str, whole: str) -> None:
    assert office().rows(query(short)) == office().rows(query(whole))


@pytest.mark.parametrize("question", ["revenue in December 2024 vs January", "revenue in Q2 2025 vs Q1"])
def test_what_may_be_before_or_after_is_asked(question: str) -> None:
    asked = read_question(question, office().model, AS_OF)
    assert isinstance(asked, Ambiguous)
    assert len({option.query.canonical_hash for option in asked.options}) == 2


def test_what_may_be_before_or_after_in_other_words_is_not_guessed() -> None:
    assert isinstance(read_question("compare revenue in Q2 2025 with Q1", office().model, AS_OF), Unparsed)


def test_ordinal_words_are_no_slips() -> None:
    for question in ("revenue in the first half of 2025 vs the second half", "revenue in the third quarter"):
        found = read_question(question, office().model, AS_OF)
        assert isinstance(found, Parsed)
        assert not [note for note in found.notes if isinstance(note, WordNoted)]


@pytest.mark.parametrize(
    "question",
    [
        "which region has the highest revenue per customer",
        "region with the highest revenue per customer",
        "top 1 region by revenue per customer",
        "which region has the lowest revenue per customer",
    ],
)
def test_the_one_with_the_most_for_each_customer_is_one(question: str) -> None:
    sql = "SELECT region, sum(amount) / count(DISTINCT customer_id) FROM orders GROUP BY region"
    each = {region: float(value) for region, value in office().connection.execute(sql).fetchall()}
    best = min(each, key=each.__getitem__) if "lowest" in question else max(each, key=each.__getitem__)
    [(region, value)] = office().rows(query(question))
    assert region == best
    assert value == pytest.approx(each[best])


def test_the_best_of_each_stays_so_where_each_is_meant() -> None:
    for question in (
        "top product by revenue for each customer",
        "which product has the highest revenue per region",
    ):
        assert len(office().rows(query(question))) > 1
