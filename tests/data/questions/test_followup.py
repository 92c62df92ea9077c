"""A few words after an answer change its query as the whole question would have, or say why not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.data.questions.models import MODELS
from tests.data.questions.related_company import office

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
    ("customers without orders", "by segment", "number of customers without orders by segment"),
)


@pytest.mark.parametrize(("last", "text", "whole"), SAME_AS, ids=lambda part: part)
def test_a_follow_up_means_what_the_whole_question_means(last: str, text: str, whole: str) -> None:
    found, wanted = patched(last, text), query(whole)
    assert isinstance(found, SemanticQuery), found
    assert office().rows(found) == office().rows(wanted)


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
)


@pytest.mark.parametrize(("last", "text", "why"), NO, ids=str)
def test_words_that_fit_nowhere_change_nothing(last: str, text: str, why: Why) -> None:
    found = patched(last, text)
    assert isinstance(found, Unchanged)
    assert found.why is why


def test_the_words_that_were_not_understood_are_named() -> None:
    found = patched("revenue in 2025", "only unicorns")
    assert isinstance(found, Unchanged)
    assert found.left_over == ("unicorns",)
