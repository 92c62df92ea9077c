"""English word endings, taken off: Porter, "An algorithm for suffix stripping" (1980).

Words with other than the letters a to z pass unchanged: a code or a foreign word has no English ending.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ENGLISH = re.compile(r"^[a-z]{3,}$")
_VOWEL = re.compile(r"[aeiou]|(?<=[^aeiou])y")
_MEASURE = re.compile(r"V+C+")
_DOUBLE = re.compile(r"([^aeiouylsz])\1$")

# Longest first, as the algorithm takes the longest ending that matches.
_STEP_2 = (
    ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
    ("tional", "tion"), ("biliti", "ble"), ("entli", "ent"), ("ousli", "ous"), ("ation", "ate"),
    ("alism", "al"), ("aliti", "al"), ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("abli", "able"), ("alli", "al"), ("ator", "ate"), ("eli", "e"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""),
    ("ful", ""),
)  # fmt: skip
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize",
    "sion", "tion", "al", "er", "ic", "ou",
)  # fmt: skip


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case English word; any other word as it is."""
    if not _ENGLISH.match(word):
        return word
    return _last_letters(_step_4(_replace(_replace(_y_to_i(_past(_plural(word))), _STEP_2), _STEP_3)))


def _shape(word: str) -> str:
    """The word with V for each vowel and C for each consonant."""
    vowels = {match.start() for match in _VOWEL.finditer(word)}
    return "".join("V" if position in vowels else "C" for position in range(len(word)))


def _measure(word: str) -> int:
    """How many times a vowel run is followed by a consonant run."""
    return len(_MEASURE.findall(_shape(word)))


def _ends_short(word: str) -> bool:
    """Consonant, vowel, consonant at the end, the last not w, x or y."""
    return _shape(word).endswith("CVC") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        rest = word.removesuffix(ending)
        if rest != word and "V" in _shape(rest):
            return _mend(rest)
    return word


def _mend(rest: str) -> str:
    """What the ending left, made a word again: hop(p)ing, fil(e)ing, creat(e)ing."""
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _DOUBLE.search(rest):
        return rest[:-1]
    return rest + "e" if _measure(rest) == 1 and _ends_short(rest) else rest


def _y_to_i(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and "V" in _shape(word[:-1]) else word


def _replace(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    for ending, replacement in endings:
        if word.endswith(ending):
            rest = word[: -len(ending)]
            return rest + replacement if _measure(rest) > 0 else word
    return word


def _step_4(word: str) -> str:
    for ending in _STEP_4:
        if word.endswith(ending):
            keep = 1 if ending in ("sion", "tion") else 0
            rest = word[: len(word) - len(ending) + keep]
            return rest if _measure(rest) > 1 else word
    return word


def _last_letters(word: str) -> str:
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _ends_short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word
