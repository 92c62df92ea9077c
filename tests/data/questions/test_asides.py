"""What is said around a question is blanked out, and nothing that may be asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.data.questions.asides import without_asides

KNOWN = frozenset({"berlin", "team", "tickets", "ticket", "billing", "revenue", "sales", "report status"})


def known(word: str) -> bool:
    return word in KNOWN


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("For my report: revenue by team", "revenue by team"),
        ("for the quarterly board meeting tomorrow, revenue by team?", "revenue by team?"),
        ("I'm writing a report and I need revenue by team", "revenue by team"),
        ("we are preparing the annual review: revenue by team", "revenue by team"),
        ("My boss wants to know how many tickets there are", "how many tickets there are"),
        ("the team needs to know the revenue", "the revenue"),
        ("Sales would like to see revenue by team", "revenue by team"),
        ("HR here, how many tickets?", "how many tickets?"),
        ("just so I know, how many tickets?", "how many tickets?"),
        ("I was asked for revenue by team", "revenue by team"),
        ("revenue by team for my report", "revenue by team"),
        ("hello, for my report I need revenue", "hello,               I need revenue"),
        ("I need it for the newsletter: revenue", "revenue"),
        ("We have a board meeting coming up. Revenue by team?", "Revenue by team?"),
        ("My boss is on my back, so how many tickets?", "how many tickets?"),
        ("could someone find out the revenue, thanks a lot!", "the revenue"),
        ("i can't remember how many tickets we had", "how many tickets we had"),
        ("revenue in Germany thanks", "revenue in Germany"),
        ("sorry to bother you, but how many tickets?", "how many tickets?"),
        ("it would be great to know the revenue", "the revenue"),
    ],
)
def test_an_aside_is_left_out(question: str, left: str) -> None:
    found = without_asides(question, known)
    assert len(found) == len(question)
    assert found.strip() == left


@pytest.mark.parametrize(
    "question",
    [
        "for the Berlin report: revenue",  # may ask for Berlin
        "Billing needs revenue",  # may be a value
        "Berlin here: revenue",
        "I need it for billing: revenue",
        "which team needs the most tickets",
        "how many tickets for the report status open",
        "for March: revenue",
        "tickets that wanted to know",
        "for my report",
        "I'm looking at Narnia. What was revenue?",  # may be of there alone
        "I only want the big ones. Revenue by team",
        "We look at the year 2025. Revenue by team",
        "Narnia: revenue",
        "share of tickets by team",
        "revenue in Germany",
        "check in by month",
        "revenue by team",
    ],
)
def test_what_may_be_asked_for_stays(question: str) -> None:
    assert without_asides(question, known) == question


@given(st.text(max_size=200))
def test_any_text_keeps_its_length_and_the_rest_its_place(text: str) -> None:
    found = without_asides(text, known)
    assert len(found) == len(text)
    assert all(after in (" ", before) for before, after in zip(text, found, strict=True))
