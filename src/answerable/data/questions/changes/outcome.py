"""What a few words after an answer give: the changed query, a choice, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from answerable.data.questions.outcome import Option
from answerable.data.semantics.query import SemanticQuery


class Why(StrEnum):
    """Why a few words change nothing."""

    NOT_UNDERSTOOD = "not_understood"  # words are left over, or they make no change together
    SEVERAL_MEANINGS = "several_meanings"
    ANOTHER_TABLE = "another_table"
    DOES_NOT_FIT = "does_not_fit"  # understood, but this query has no place for it


@dataclass(frozen=True, slots=True)
class Patched:
    """The changed query."""

    query: SemanticQuery


@dataclass(frozen=True, slots=True)
class Asked:
    """Two or three changes that the words may mean, to choose from."""

    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """No change, and why; `left_over` are the words that were not understood."""

    why: Why
    left_over: tuple[str, ...] = ()


Change = Patched | Asked | Unchanged


def asked(question: str, options: list[Option]) -> Change:
    """The choice between the options' different queries; the change itself where only one is left."""
    different = {option.query.canonical_hash: option for option in reversed(options)}
    found = [option for option in options if option in different.values()]
    if len(found) == 1:
        return Patched(found[0].query)
    if not 1 < len(found) <= 3:
        return Unchanged(Why.SEVERAL_MEANINGS)
    return Asked(question, tuple(found))
