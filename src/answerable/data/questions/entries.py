"""What a phrase of a model means in one of its tables, and the form in which phrases are looked up."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.questions.english import singular
from answerable.data.questions.meanings import Field, Into, Named, Part, Pointing, Rows, Unit, Value
from answerable.data.questions.tokens import phrase_words

Key = tuple[str, ...]
Meaning = Field | Part | Rows | Value | Unit | Pointing | Named | Into


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a phrase in one dataset. A lower tier is a better fit: 0 the name itself,
    1 the name without what goes without saying, 2 a word for the same thing, 3 its last words."""

    category: str
    value: Meaning
    dataset: str
    tier: int


def key_of(text: str) -> Key:
    """Folded singular words of a name or value."""
    return tuple(singular(word) for word in phrase_words(text))
