"""When two questions are the same words, and how near two questions are."""

from __future__ import annotations

from answerable.data.questions.english import ARTICLES, FILLERS, LIGHT_VERBS, WRAPPERS, singular
from answerable.data.questions.tokens import Kind, tokenise

# Signs that the tokeniser leaves out and that may tell two things apart: C and C#.
_TELLING = "#*|\\"
_OPENINGS = (
    *(("what", be) for be in ("is", "are", "was", "were", "'s")),
    ("show", "me"),
    ("give", "me"),
    ("please",),
    ("the",),
    (",",),
)
_CLOSINGS = ((",",), ("please",), ("thanks",), ("thank", "you"))


def words_of(question: str) -> str:
    """The question as it is compared: without case, accents, punctuation and polite openings. Every other
    word counts, in its order."""
    words = [f"“{t.norm}”" if t.kind is Kind.QUOTED else t.norm for t in tokenise(question)]
    openings = sorted((*WRAPPERS, *_OPENINGS), key=len, reverse=True)
    while length := next((len(o) for o in openings if tuple(words[: len(o)]) == o), 0):
        words = words[length:]
    while length := next((len(c) for c in _CLOSINGS if tuple(words[-len(c) :]) == c), 0):
        words = words[:-length]
    return " ".join([*words, *(sign for sign in question if sign in _TELLING)])


def content_of(question: str) -> frozenset[str]:
    """The words that say what a question is about."""
    skipped = FILLERS | LIGHT_VERBS | ARTICLES
    return frozenset(singular(t.norm) for t in tokenise(question) if t.norm not in skipped)


def nearness(first: frozenset[str], second: frozenset[str]) -> float:
    """The part of their words that two questions share, 0 to 1 (Jaccard's index)."""
    return len(first & second) / len(first | second) if first and second else 0.0
