"""Questions completed from the one before them, by rule."""

from __future__ import annotations

import pytest

from answerable.chat.asking.answer import AskBackOption
from answerable.chat.following.choosing import chosen
from answerable.chat.following.completion import (
    changes_what_is_shown,
    complete,
    is_elliptical,
    refers_back,
    topic_of,
)
from answerable.chat.following.past import PastTurn
from answerable.chat.following.transcript import CHARACTERS_PER_TOKEN, transcript
from answerable.data.semantics.query import SemanticQuery

RETURNS = "How long do customers have to return unused goods?"


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (
            RETURNS,
            "and for digital goods?",
            "How long do customers have to return unused goods for digital goods?",
        ),
        (RETURNS, "What about damaged goods?", "How long do customers have to return damaged goods?"),
        (
            "How long is the warranty on grinders?",
            "and for brewers?",
            "How long is the warranty on brewers?",
        ),
        (
            "How many days of leave are there in Germany?",
            "and for interns?",
            "How many days of leave are there in Germany for interns?",
        ),
        ("What is the fee for cancellations?", "and for changes?", "What is the fee for changes?"),
        ("Which carrier delivers in Spain?", "in France?", "Which carrier delivers in France?"),
        ("What is the return window?", "and gift cards?", "What is the return window for gift cards?"),
        (
            "When can unused printed books be returned?",
            "digital goods?",
            "When can digital goods be returned?",
        ),
        ("What is the return window?", "How long is it?", "How long is the return window?"),
        ("When are travel expenses paid?", "Who approves them?", "Who approves the travel expenses?"),
        (
            "Within how many days can damaged goods be returned?",
            "Who pays for it?",
            "Who pays for the damaged goods?",
        ),
        ("When was the last parcel sent back?", "Who paid for it?", "Who paid for the last parcel?"),
        ("How are refunds processed?", "Who signs them?", "Who signs the refunds?"),
        ("How fast must a seed be planted?", "Who waters it?", "Who waters the seed?"),
        ("Who founded the company?", "Where is its head office?", "Where is company’s head office?"),
    ],
)
def test_a_question_is_made_whole(before: str, question: str, whole: str) -> None:
    assert complete(question, before) == whole


@pytest.mark.parametrize(
    "question",
    [
        "How long does it take to deliver?",
        "Is it possible to pay by card?",
        "What does this policy say about gifts?",
        "Who approves travel expenses?",
        "In which countries do we deliver?",
        "And who pays the shipping costs of a return parcel sent back after thirty days?",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert complete(question, RETURNS) is None


@pytest.mark.parametrize(
    "question", ["only Germany", "by month", "and last year?", "as a share", "top 5", "France"]
)
def test_a_few_words_are_the_rest_of_another_question(question: str) -> None:
    assert is_elliptical(question)
    assert not is_elliptical(f"How many orders were there {question}")


def test_a_pronoun_that_points_at_a_word_beside_it_refers_to_nothing_before() -> None:
    assert refers_back("Who signs it?")
    assert not refers_back("Who signs these contracts?")
    assert topic_of("Who is it?") is None


LABELS = ["by order date", "by delivery date", "by due date"]
OPTIONS = [
    AskBackOption(label=label, query=SemanticQuery(dataset=f"d{n}"), patch=[])
    for n, label in enumerate(LABELS)
]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("by order date", 0), ("delivery", 1), ("the second one, please", 1), ("2", 1), ("the last", 2),
        ("I mean the due date", 2), ("option 3", 2), ("date", None), ("the fourth", None),
        ("total amount by order date", None), ("", None), ("the one", None),
    ],
)  # fmt: skip
def test_a_reading_is_chosen_in_words(text: str, place: int | None) -> None:
    assert chosen(text, OPTIONS) == (None if place is None else OPTIONS[place])


def turn(number: int, size: int) -> PastTurn:
    return PastTurn(
        f"ans_{number}", f"Question {number}?", f"Sentence {number}. X" + "x" * size, answered=True
    )


@pytest.mark.parametrize("budget", [50, 200, 1_000, 5_000])
def test_a_transcript_keeps_to_its_budget_and_folds_older_turns(budget: int) -> None:
    turns = [turn(number, 900) for number in range(30, 0, -1)]
    told = transcript(turns, budget)
    assert told.turns[-1] == turns[0]
    used = sum(len(line) for line in told.recap) + sum(len(t.question) + len(t.text) for t in told.turns[:-1])
    assert used <= budget * CHARACTERS_PER_TOKEN
    if budget >= 1_000:
        assert told.recap[-1] == f"Question {30 - len(told.turns)}: Sentence {30 - len(told.turns)}."
    newest_first = [*reversed(told.turns)]
    assert newest_first == turns[: len(newest_first)]


@pytest.mark.parametrize(
    "question",
    [
        "compare with last year", "Compare it with the same month last year.", "sort it from low to high",
        "show the average instead", "offices instead of hotels", "the 3 lowest", "remove Austria",
        "break it down by channel", "add channel",
    ],
)  # fmt: skip
def test_words_that_change_what_is_shown_are_known(question: str) -> None:
    assert changes_what_is_shown(question)


@pytest.mark.parametrize(
    "question",
    [
        "revenue by country", "highest revenue by country", "number of orders", "how do I sort my waste?",
        "compare the travel policy of the old handbook with that of the new one",
    ],
)  # fmt: skip
def test_a_question_of_its_own_changes_nothing(question: str) -> None:
    assert not changes_what_is_shown(question)
