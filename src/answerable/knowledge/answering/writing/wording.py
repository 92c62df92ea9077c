"""Which words of a sentence the text that it cites accounts for: the same word with another ending, or one
of a closed list that says the same. Lists can be read and mended; vectors hardly tell "receive" from "pay".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from answerable.knowledge.answering.writing.facts import is_unit
from answerable.knowledge.answering.writing.same_words import (
    ALIKE,
    GRAMMAR,
    HARMLESS,
    IRREGULAR,
    OPPOSED,
    PAST,
    PHRASES,
)
from answerable.knowledge.lexical.words import fold, words

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_SHORTEST_BEGINNING = 4
_LONGEST_ENDING = 3
_ENDING_TURNS = ("less", "ee")
"""Endings that make another word of one: careless of care, employee of employer."""
_BE = re.compile(r"\b(?:is|are|was|were|be|been|being)(?: (?:not|only|also|never|then|now))?\s+\Z")
_BY = re.compile(r"\s+by\s+[^\W\d]")
_DONE = re.compile(r"(?:ed|en|led|held|made|built|paid|sent|met|taught|bought|sold|kept|found|caught|won)\Z")
_VERB_ENDING = re.compile(r"(?:[^s]s|ed|en)\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: as it stands, folded, as search compares it, and where it begins in the plain text."""

    text: str
    stem: str
    start: int
    is_done: bool = False
    """Whether it follows a form of "be", as a passive verb does."""


@lru_cache(maxsize=2_048)
def plain(text: str) -> str:
    """The text folded, with phrases that say the same written in one way."""
    folded = fold(text)
    for pattern, said in PHRASES:
        folded = pattern.sub(said, folded)
    return folded


@lru_cache(maxsize=2_048)
def content(text: str) -> tuple[Word, ...]:
    """The words of a text that carry what it says, in order; no numbers, and nothing that only carries its
    grammar."""
    found = []
    said = plain(text)
    for match in _WORD.finditer(said):
        for part in re.split(r"[-.]|['’]s?\b", match[0]):
            if not part or part in GRAMMAR or any(letter.isdigit() for letter in part):
                continue
            stems = words(part)
            if stems:
                done = _BE.search(said[: match.start()]) is not None or _is_done_by(said, match)
                found.append(Word(part, stems[0], match.start(), done))
    return tuple(found)


def _is_done_by(said: str, match: re.Match[str]) -> bool:
    return _BY.match(said, match.end()) is not None and _DONE.search(match[0]) is not None


def same(one: Word, other: Word) -> bool:
    """Whether two words say the same: one word with two endings, or two of a list."""
    return same_word(one, other) or _alike(one, other)


def opposed(one: Word, other: Word) -> bool:
    """Whether one says the opposite of the other, so that a negation makes them the same."""
    return any(
        (_in(one, left) and _in(other, right)) or (_in(one, right) and _in(other, left))
        for left, right in OPPOSED
    )


def has(word: Word, there: tuple[Word, ...]) -> bool:
    """Whether a text has a word, or one that says the same."""
    return any(same(word, other) for other in there)


def is_harmless(word: Word) -> bool:
    """Whether a word adds nothing to what is said."""
    return word.text in HARMLESS or word.stem in HARMLESS


def is_permission(word: Word) -> bool:
    """Whether a word says what "may" and "can" say."""
    return _in(word, OPPOSED[0][0])


def is_verb(word: Word) -> bool:
    """Whether a word may be a verb that says who does what, by its ending."""
    if is_unit(word.text):
        return False
    return word.text in PAST or _VERB_ENDING.search(word.text) is not None


def same_word(one: Word, other: Word) -> bool:
    """Whether two are one word with two endings."""
    form = IRREGULAR.get(one.text)
    return _one_word(one, other) or (form is not None and form == IRREGULAR.get(other.text))


def _one_word(one: Word, other: Word) -> bool:
    if one.stem == other.stem or one.text == other.text:
        return not _turned(one, other)
    shorter, longer = sorted((one.text, other.text), key=len)
    common = 0
    for left, right in zip(shorter, longer, strict=False):
        if left != right:
            break
        common += 1
    return (
        common >= max(_SHORTEST_BEGINNING, len(shorter) - 2)
        and len(longer) - common <= _LONGEST_ENDING + (common >= 2 * _SHORTEST_BEGINNING - 2)
        and not _turned(one, other)
    )


def _turned(one: Word, other: Word) -> bool:
    return (
        any(
            one.text.rstrip("s").endswith(end.rstrip("s")) != other.text.rstrip("s").endswith(end.rstrip("s"))
            for end in _ENDING_TURNS
        )
        and one.text != other.text
    )


def _alike(one: Word, other: Word) -> bool:
    return bool(_groups(one) & _groups(other))


@lru_cache(maxsize=8_192)
def _groups(word: Word) -> frozenset[int]:
    return ALIKE.get(word.text, frozenset()) | ALIKE.get(word.stem, frozenset())


def _in(word: Word, group: frozenset[str]) -> bool:
    return word.text in group or word.stem in group
