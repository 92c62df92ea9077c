"""Which part of a question keeps the tables from reading it, when they know each of its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SEAM = re.compile(
    r"\s+(?=(?:in|by|of|per|for|from|with|without|above|below|over|under|except|including|but|during|since|"
    r"between|each|and|or|than|where|that)\b)",
    re.IGNORECASE,
)
_MOST_PHRASES = 8


@dataclass(frozen=True, slots=True)
class Remainder:
    """`question` can be read; `dropped` is the phrase that it lacks."""

    question: str
    dropped: str


def readable_remainder(question: str, is_readable: Callable[[str], bool]) -> Remainder | None:
    """The question without its shortest phrase whose absence makes it readable; None when no single phrase
    stands in the way. At most eight readings are tried."""
    phrases = _SEAM.split(question.strip().rstrip("?.! "))
    if not 1 < len(phrases) <= _MOST_PHRASES:
        return None
    for at in sorted(range(1, len(phrases)), key=lambda at: (len(phrases[at]), -at)):
        rest = " ".join((*phrases[:at], *phrases[at + 1 :]))
        if is_readable(rest):
            return Remainder(rest, phrases[at])
    return None
