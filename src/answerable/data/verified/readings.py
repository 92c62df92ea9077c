"""When two questions are the same reading: the grammar makes the same queries of them on every day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime

from answerable.data.questions.mixed_units import settle_units
from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery

# Two days on which no two phrases of time mean the same days: in the middle of a week, a month and a quarter,
# in two years, so that "last month" is neither "last 30 days" nor a month that is named.
_DAYS = (datetime(2013, 5, 15, 12, tzinfo=UTC), datetime(2021, 11, 17, 12, tzinfo=UTC))


def queries_of(
    question: str, model: SemanticModel, as_of: datetime, scope: Collection[str] | None = None
) -> list[SemanticQuery]:
    """The query that the grammar makes of the question, or those between which it asks back."""
    match settle_units(read_question(question, model, as_of, scope=scope), model):
        case Parsed(query=SemanticQuery() as query):
            return [query]
        case Ambiguous(options=options):
            return [option.query for option in options]
        case _:
            return []


def reading_key(question: str, model: SemanticModel, scope: Collection[str] | None = None) -> str | None:
    """What the grammar makes of the question, as 32 hex digits; None where it makes nothing of it. Questions
    with the same key mean the same on every day."""
    parts = []
    for day in _DAYS:
        hashes = sorted(query.canonical_hash for query in queries_of(question, model, day, scope))
        if not hashes:
            return None
        parts.append(",".join(hashes))
    return hashlib.sha256(";".join(parts).encode()).hexdigest()[:32]
