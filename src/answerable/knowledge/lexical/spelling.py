"""Words that a word may be a slip of the fingers for, or another form of.

What is one letter away: one too many, one missing, one wrong, or two in the other order, which most slips are
(Damerau 1964). Nothing is looked up here: whoever asks knows which of them exist (Norvig 2007).

Other forms are those with another ending, where stemming takes none off: of Russian words and their kin, and
of German ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from answerable.knowledge.lexical.stemming import stem
from answerable.knowledge.lexical.words import fold

SHORTEST = 5
"""Letters of a stem that a slip is looked for in: shorter words have too many neighbours."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLAIN = re.compile(r"[a-z]+")
_CYRILLIC = re.compile("[\u0430-\u045f]+")
_CYRILLIC_ENDINGS = tuple(
    fold(
        "ями ами ого его ому ему ыми ими ться тся ая яя ое ее ые ие ый ий ой ей ую юю ым им ых их ом ем ам "
        "ям ах ях ов ев ью ет ют ит ят ут ат ть ла ло ли а я о е ы и у ю ь л"
    ).split()
)
_LATIN_ENDINGS = ("en", "er", "es", "em", "n")
"""German ones that are more than the one letter that a slip is."""


def slips(stemmed: str) -> list[str]:
    """The stems that a stem may be meant for, without itself; none for a short one or one with other than
    the letters of one alphabet, Latin without accents or Cyrillic: a code is never put right. The first
    letter stays, since slips there are rare."""
    if len(stemmed) < SHORTEST:
        return []
    if _CYRILLIC.fullmatch(stemmed):
        return _forms(stemmed, _CYRILLIC_ENDINGS)
    if not _PLAIN.fullmatch(stemmed):
        return []
    found: dict[str, None] = {}
    for place in range(1, len(stemmed) + 1):
        head, tail = stemmed[:place], stemmed[place:]
        if len(tail) > 1:
            swapped = head + tail[1] + tail[0] + tail[2:]
            found |= dict.fromkeys((swapped, stem(swapped)))
        if tail:
            found[head + tail[1:]] = None
        for letter in _LETTERS:
            found[head + letter + tail] = None
            if tail:
                found[head + letter + tail[1:]] = None
    # The ending of the word as it was meant may go where that of the slip stayed.
    found |= {word[:-1]: None for word in list(found) if word.endswith("e")}
    found |= {word[:-1] + "i": None for word in list(found) if word.endswith("y")}
    found |= dict.fromkeys(_forms(stemmed, _LATIN_ENDINGS))
    return [word for word in found if word != stemmed]


def _forms(word: str, endings: Sequence[str]) -> list[str]:
    """The word with each other ending, and without one."""
    bare = {word[: -len(ending)] for ending in endings if word.endswith(ending)} | {word}
    long_enough = sorted(found for found in bare if len(found) >= SHORTEST - 1)
    forms = dict.fromkeys(found + ending for found in long_enough for ending in ("", *endings))
    return [form for form in forms if form != word]
