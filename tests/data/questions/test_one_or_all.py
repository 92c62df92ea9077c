"""Groups held against "a fine": that of one row, or what all of theirs come to."""

from __future__ import annotations

from functools import cache

import pytest
from tests.data.questions.related_files import related
from tests.data.questions.repair_shop import AS_OF

from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import SemanticModel


@cache
def library() -> SemanticModel:
    """Loans with fines of 0 to 5 EUR, of 17 books and 40 members."""
    loans = [
        f"{n},M{n % 40:03},Book {n % 17},2025-{n % 12 + 1:02}-{n % 28 + 1:02},{n % 11 / 2},{n * 7 % 50}"
        for n in range(1, 401)
    ]
    content = "\n".join(["loan_id,member,book,loaned_on,fine_eur,revenue_eur", *loans, ""])
    return related({"loans": content.encode()})[0]


def asked(question: str) -> Outcome:
    return read_question(question, library(), AS_OF)


@pytest.mark.parametrize(
    "question",
    ["books with a fine over 4.5", "members with a fine over 4.5", "which members have a fine of at least 3"],
)
def test_one_fine_and_all_of_them_are_asked_back(question: str) -> None:
    outcome = asked(question)
    assert isinstance(outcome, Ambiguous), outcome
    measured = sorted(describe(option.query, library()).split(" ")[0] for option in outcome.options)
    assert measured == ["Largest", "Total"]
    assert len({option.label for option in outcome.options}) == 2


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("books with a total fine over 4.5", "Total fine"),
        ("books with fines over 4.5", "Total fine"),
        ("books with a revenue over 400", "Total revenue"),
        ("loans with a fine over 4.5", "Number of loans"),
    ],
)
def test_what_is_said_to_be_of_all_or_of_each_row_is_answered(question: str, meant: str) -> None:
    outcome = asked(question)
    assert isinstance(outcome, Parsed), outcome
    assert outcome.query is not None
    assert describe(outcome.query, library()).startswith(meant)
