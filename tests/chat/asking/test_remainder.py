"""Which part of a question keeps the tables from reading it."""

from __future__ import annotations

import pytest

from answerable.chat.asking.remainder import Remainder, readable_remainder


@pytest.mark.parametrize(
    ("question", "readable", "expected"),
    [
        (
            "Share of each region in amount in Q3?",
            {"Share of each region in Q3"},
            Remainder("Share of each region in Q3", "in amount"),
        ),
        (
            "amount by month without returns",
            {"amount by month", "amount without returns"},
            Remainder("amount without returns", "by month"),
        ),
        ("amount by month without returns", {"amount"}, None),
        ("amount", {"amount"}, None),
        ("", {""}, None),
    ],
)
def test_the_shortest_phrase_in_the_way_is_named(
    question: str, readable: set[str], expected: Remainder | None
) -> None:
    assert readable_remainder(question, readable.__contains__) == expected


def test_few_readings_are_tried() -> None:
    tried: list[str] = []
    assert readable_remainder(" by ".join("abcdefgh"), lambda text: bool(tried.append(text))) is None
    assert len(tried) == 7
    assert readable_remainder(" by ".join("abcdefghi"), lambda text: bool(tried.append(text))) is None
    assert len(tried) == 7
