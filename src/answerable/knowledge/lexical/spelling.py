"""Words that a word may be a slip of the fingers for.

What is one letter away: one too many, one missing, one wrong, or two in the other order, which most slips are
(Damerau 1964). Nothing is looked up here: whoever asks knows which of them exist (Norvig 2007).
"""

from __future__ import annotations

import re

from answerable.knowledge.lexical.stemming import stem

SHORTEST = 5
"""Letters of a stem that a slip is looked for in: shorter words have too many neighbours."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_PLAIN = re.compile(r"[a-z]+")


def slips(stemmed: str) -> list[str]:
    """The stems that a stem may be meant for, without itself; none for a short one or one with other than
    the letters a to z: a code is never put right. The first letter stays, since slips there are rare."""
    if len(stemmed) < SHORTEST or not _PLAIN.fullmatch(stemmed):
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
    return [word for word in found if word != stemmed]
