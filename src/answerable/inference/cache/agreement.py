"""Whether two questions that look alike ask the same: what an encoder does not see.

Vectors of sentences say that something is about the same thing. "Sales in 2023" and "sales in 2024" are, and
so are "with tax" and "without tax". Therefore words decide too: numbers, negations, names and opposites must
agree, nothing may be asked for on one side alone, and one word must not stand in the place of another. The
rules would rather refuse a good hit than allow a wrong one. They know English; the words of other languages
all count as words with a meaning, which makes the rules stricter, not looser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.inference.cache.agreement_words import (
    DIRECTED,
    FILLERS,
    NEGATIONS,
    NUMBERS,
    OPPOSITES,
    PREPOSITIONS,
)

_TOKEN = re.compile(r"\d[\d.,:/]*\d|\d|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_SYMBOL = re.compile(r"[€$£¥%#@°+*/=<>&]|[-−](?=\d)")
_CODE = re.compile(r"`[^`]+`|\"[^\"]+\"|“[^”]+”|\S+@\S+|https?://\S+|\b\w*[A-Za-z]\d\w*|\b\w*\d[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a question, by what they can change."""

    numbers: tuple[str, ...]
    symbols: tuple[str, ...]
    codes: frozenset[str]
    negations: tuple[str, ...]
    names: tuple[str, ...]
    words: tuple[str, ...]  # stems of everything that is no filler, in order
    raw: frozenset[str]
    directed: bool


def agree(one: str, other: str) -> bool:
    """Whether nothing that the rules know speaks against one answer for both questions."""
    a, b = read(one), read(other)
    if (a.numbers, a.symbols, a.codes, a.negations) != (b.numbers, b.symbols, b.codes, b.negations):
        return False
    if not _names_agree(a, b) or _opposed(a, b):
        return False
    return _words_agree(a, b)


def read(text: str) -> Reading:
    """The words of a text."""
    codes = frozenset(code.strip('.,;:!?`"“”').lower() for code in _CODE.findall(text))
    tokens = [match.group() for match in _TOKEN.finditer(text)]
    lowered = [token.lower().replace("’", "'") for token in tokens]
    starts = _sentence_starts(text)
    numbers, names, words, negations = [], [], [], []
    for match, word in zip(_TOKEN.finditer(text), lowered, strict=True):
        token = match.group()
        if token[0].isdigit():
            numbers.append(token.rstrip(".,:/").replace(",", ""))
        elif word in NUMBERS:
            numbers.append(NUMBERS[word])
        elif word in NEGATIONS or word.endswith("n't"):
            negations.append("not" if word == "cannot" or word.endswith("n't") else word)
        elif _is_name(token, first=match.start() in starts):
            names.append(_stem(word))
            words.append(_stem(word))
        elif word not in FILLERS:
            words.append(_stem(word))
    return Reading(
        tuple(sorted(numbers)) if not DIRECTED & set(lowered) else tuple(numbers),
        tuple(sorted(_SYMBOL.findall(text))),
        codes,
        tuple(sorted(negations)),
        tuple(names),
        tuple(words),
        frozenset(lowered),
        bool(DIRECTED & set(lowered)),
    )


def _names_agree(a: Reading, b: Reading) -> bool:
    """Each side's names are words of the other, however it writes them."""
    return set(a.names) <= set(b.words) and set(b.names) <= set(a.words)


def _opposed(a: Reading, b: Reading) -> bool:
    """Whether one side has a word and the other its opposite, or another preposition, instead."""
    only_a, only_b = a.raw - b.raw, b.raw - a.raw
    if only_a & PREPOSITIONS and only_b & PREPOSITIONS:
        return True  # sent to, sent by
    return any(pair & only_a and pair & only_b for pair in OPPOSITES)


def _words_agree(a: Reading, b: Reading) -> bool:
    only_a = [word for word in a.words if word not in b.words]
    only_b = [word for word in b.words if word not in a.words]
    if not only_a and not only_b:
        # The same words: in another order they may say who does what to whom.
        return a.words == b.words or not (a.directed or b.directed or _swaps_two(a.words, b.words))
    if not only_a or not only_b:
        return False  # one side asks for something more
    # Words in the place of others, in what is otherwise the same sentence.
    return _template(a.words, only_a) != _template(b.words, only_b)


def _swaps_two(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two words have changed places and nothing else has."""
    return len(a) == len(b) and sum(one != other for one, other in zip(a, b, strict=True)) == 2


def _template(words: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    return tuple("_" if word in own else word for word in words)


def _is_name(token: str, *, first: bool) -> bool:
    """A word that is written as a name: capitals where no sentence begins, or within the word."""
    if len(token) > 1 and any(letter.isupper() for letter in token[1:]):
        return True
    return token[0].isupper() and not first and token.lower() not in {"i", "i'm", "i'd", "i'll", "i've"}


def _sentence_starts(text: str) -> frozenset[int]:
    starts = {match.start(1) for match in re.finditer(r"(?:^|[.!?:;\n]\s*)\W*(\w)", text)}
    return frozenset(starts)


def _stem(word: str) -> str:
    """A word without the endings that do not change what it names."""
    word = word.removesuffix("'s").removesuffix("'")
    for ending, least in (("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3), ("e", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > 4 else word
