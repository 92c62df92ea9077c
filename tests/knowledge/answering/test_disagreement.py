"""When two quotes contradict each other."""

from __future__ import annotations

import pytest

from answerable.knowledge.answering.disagreement import Statement, disagree

LEAVE = "How many days of annual leave do employees have?"
FARE = "How much does a day ticket cost?"


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        (FARE, "A day ticket costs 6.10 euros.", "From January a day ticket costs 6.50 euros.", True),
        (FARE, "A day ticket costs 6.10 euros.", "The day ticket costs €6.10.", False),
        (FARE, "A day ticket costs 6.10 euros.", "A day ticket is valid for 2 adults.", False),
        (FARE, "A day ticket costs 6.10 euros.", "A day ticket costs 7 dollars.", False),  # units differ
        ("When was the museum opened?", "It was opened in 1931.", "The museum was opened in 1913.", True),
        ("When was the museum opened?", "It was opened in 1931.", "Opened in 1931, closed in 1990.", False),
        ("How many rooms are there?", "There are nine rooms.", "The house has 12 rooms.", True),
        ("How many rooms are there?", "There are nine rooms.", "There are 9 rooms for 40 people.", False),
        ("How long is the warranty?", "The warranty lasts 3 years.", "The warranty lasts two years.", True),
        (LEAVE, "You have 30 working days of annual leave.", "You have 28 days of annual leave.", True),
        (LEAVE, "You have 30 working days of annual leave.", "There are 25 days annual leave.", True),
        (
            LEAVE,
            "You have 30 working days of annual leave for a full year.",
            "Four days of the closing time are taken from your annual leave.",
            False,
        ),
        ("Who opened the museum?", "Ada opened it in 1931.", "Bert opened it in 1913.", False),
    ],
)
def test_values_of_what_is_asked_are_compared(question: str, one: str, other: str, expected: bool) -> None:
    pair = Statement("doc_a", one, 1.0), Statement("doc_b", other, 1.0)
    assert disagree(question, *pair) is expected
    assert disagree(question, *reversed(pair)) is expected


def test_one_document_and_what_lies_beside_the_point_contradict_nobody() -> None:
    one, other = "A day ticket costs 6.10 euros.", "A day ticket costs 6.50 euros."
    assert not disagree(FARE, Statement("doc_a", one, 1.0), Statement("doc_a", other, 1.0))
    assert not disagree(FARE, Statement("doc_a", one, 1.0), Statement("doc_b", other, 0.4))
