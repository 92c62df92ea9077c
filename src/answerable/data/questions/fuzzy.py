"""Misspelt words: the one known word that a typing slip away was surely meant."""

from __future__ import annotations

from collections.abc import Iterable

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
MIN_LENGTH = 5
TWO_SLIPS_FROM = 9
_SHORT = 4


def _neighbours() -> frozenset[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for row_number, row in enumerate(_ROWS):
        for column, key in enumerate(row):
            near = [row[column + 1 : column + 2]]
            if row_number + 1 < len(_ROWS):
                below = _ROWS[row_number + 1]
                near += [below[column - 1 : column] if column else "", below[column : column + 1]]
            for other in near:
                if other:
                    pairs |= {(key, other), (other, key)}
    return frozenset(pairs)


_ADJACENT = _neighbours()


def _likely_slip(typed: str, meant: str) -> bool:
    return (typed in _VOWELS and meant in _VOWELS) or (typed, meant) in _ADJACENT


def slips(typed: str, meant: str, bound: int) -> int | None:
    """Number of typing slips from `meant` to `typed`, or None past `bound`.

    The restricted Damerau-Levenshtein distance (Damerau 1964), where a substitution counts only
    between vowels or neighbouring keys: `skipped` is no slip of `shipped`."""
    if abs(len(typed) - len(meant)) > 1 or typed[0] != meant[0]:
        return None
    far = bound + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, a in enumerate(typed, 1):
        current = [i] + [far] * len(meant)
        for j, b in enumerate(meant, 1):
            if a == b:
                best = row[j - 1]
            else:
                best = min(row[j], current[j - 1]) + 1
                if _likely_slip(a, b):
                    best = min(best, row[j - 1] + 1)
            if i > 1 and j > 1 and a == meant[j - 2] and typed[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            current[j] = best
        if min(current) > bound:
            return None
        before, row = row, current
    return row[-1] if row[-1] <= bound else None


def correct(word: str, vocabulary: Iterable[str]) -> str | None:
    """The only word of `vocabulary` within the slips that `word`'s length allows, or None.

    Of four letters only two that changed places and one that was typed twice are corrected: almost every
    other slip gives another word. Shorter words and words with digits are never corrected."""
    if len(word) == _SHORT and word.isalpha():
        return _short(word, vocabulary)
    if len(word) < MIN_LENGTH or not word.isalpha():
        return None
    bound = 2 if len(word) >= TWO_SLIPS_FROM else 1
    winners: list[str] = []
    best = bound + 1
    for candidate in vocabulary:
        if candidate[:1] != word[0] or len(candidate) < MIN_LENGTH - 1:
            continue
        distance = slips(word, candidate, bound)
        if distance is None or distance > best:
            continue
        winners = [candidate] if distance < best else [*winners, candidate]
        best = distance
    return winners[0] if len(winners) == 1 else None


def _short(word: str, vocabulary: Iterable[str]) -> str | None:
    meant = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, _SHORT - 1)}
    meant |= {word[:at] + word[at + 1 :] for at in range(1, _SHORT) if word[at] == word[at - 1]}
    found = (meant - {word}) & set(vocabulary)
    return next(iter(found)) if len(found) == 1 else None
