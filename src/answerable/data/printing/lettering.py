"""How wide text is, roughly: no font is read for it, so lines break a little early rather than late."""

from __future__ import annotations

import unicodedata

# Shares of the font's size, in the proportions of sans-serif letters.
_NARROW, _SLIM, _USUAL, _WIDE, _FULL = 0.26, 0.37, 0.57, 0.86, 1.0
_NARROW_LETTERS = frozenset("ijlI.,:;'|! ")
_SLIM_LETTERS = frozenset('frt()[]{}/\\-"*`')
_WIDE_LETTERS = frozenset("mwMWQGO@%&—ЖШЩЮМФжшщюмф")
_ELLIPSIS = "…"


def text_width(text: str, size: float) -> float:
    """The width of a line of text in points, for a font of that size."""
    return size * sum(map(_letter_width, text))


def broken(text: str, size: float, width: float, most: int = 50) -> list[str]:
    """The text in lines that are no wider than `width` points, at most so many; what does not fit is cut."""
    lines: list[str] = []
    waiting = text.split()[::-1]
    while waiting:
        word = waiting.pop()
        if text_width(word, size) > width:  # a word that fills more than a line
            head = _fitting(word, size, width)
            lines.append(head)
            waiting.append(word[len(head) :])
            continue
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > most:
        return [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), size, width)]
    return lines


def cut(text: str, size: float, width: float) -> str:
    """The text on one line that is no wider than that, with a mark where something is missing."""
    text = " ".join(text.split())
    if text_width(text, size) <= width:
        return text
    return _fitting(text, size, width - text_width(_ELLIPSIS, size)) + _ELLIPSIS


def _fitting(text: str, size: float, width: float) -> str:
    """The longest beginning that fits; one letter at least, so that breaking ends."""
    used = 0.0
    for place, letter in enumerate(text):
        used += size * _letter_width(letter)
        if used > width and place > 0:
            return text[:place]
    return text


def _letter_width(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return _NARROW
    if letter in _SLIM_LETTERS:
        return _SLIM
    if letter in _WIDE_LETTERS:
        return _WIDE
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _FULL
    return 0.7 if letter.isupper() else _USUAL
