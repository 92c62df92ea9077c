"""Words, numbers and signs of a question, with where each stands in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    DATE = "date"  # digits with separators: 2025-03-04, 03/04/2025, 2025-03
    QUOTED = "quoted"
    SIGN = "sign"
    CLOCK = "clock"  # a time of the day: 18:00, 6 pm; `norm` is 18:00


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]` of the question; `norm` is its folded form: lower case, no accents."""

    norm: str
    kind: Kind
    start: int
    end: int


_PATTERN = re.compile(
    r"""
    (?P<quoted>"[^"]{1,200}"|“[^”]{1,200}”|«[^»]{1,200}»)
  | (?P<date>\d{4}-\d{1,2}-\d{1,2}(?!\w)|\d{1,2}[/.]\d{1,2}[/.]\d{4}(?!\w)|\d{4}-\d{2}(?![\w-]))
  | (?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m)?(?![\w:])|\d{1,2}\s?[ap]m(?!\w))
  | (?P<number>(?:(?<![^\s(])-)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:k|mn|m|bn|b|st|nd|rd|th)?(?![^\W_]))
  | (?P<word>[^\W_]+)
  | (?P<apostrophe>['’´`](?:s|d|ll|re|ve|m)\b)
  | (?P<sign>>=|<=|!=|<>|\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)

# Signs that end or set off a sentence and carry no meaning of their own.
_SILENT = frozenset(".?!;:()[]{}'’´`\"“”«»…-–—_*#|\\")

_NEGATIONS = re.compile(
    r"\b(is|are|was|were|do|does|did|has|have|had|ca|wo|should|would|could)n['’]t\b", re.I
)


def fold(text: str) -> str:
    """Lower case without accents: `Müller` and `muller` are one word."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


def tokenise(text: str) -> list[Token]:
    """Tokens of `text` in order; offsets count characters of `text`.

    Silent punctuation is left out; a comma is kept (it separates lists), as are the signs of
    comparison. `isn't` gives `is` and `not`; a possessive `'s` is a token of its own."""
    tokens: list[Token] = []
    negated = {match.start(): match for match in _NEGATIONS.finditer(text)}
    position = 0
    for match in _PATTERN.finditer(text):
        start, end = match.span()
        if start < position:
            continue
        if start in negated:
            verb = negated[start]
            tokens.append(Token(fold(verb.group(1)), Kind.WORD, start, verb.end(1)))
            tokens.append(Token("not", Kind.WORD, verb.end(1), verb.end()))
            position = verb.end()
            continue
        position = end
        token = _token(match)
        if token is not None:
            tokens.append(token)
    return tokens


def _token(match: re.Match[str]) -> Token | None:
    start, end = match.span()
    text = match.group()
    group = match.lastgroup
    if group == "quoted":
        return Token(fold(text[1:-1].strip()), Kind.QUOTED, start, end)
    if group == "date":
        return Token(text, Kind.DATE, start, end)
    if group == "clock":
        return Token(_clock(text), Kind.CLOCK, start, end)
    if group == "number":
        return Token(text.casefold(), Kind.NUMBER, start, end)
    if group == "word":
        return Token(fold(text), Kind.WORD, start, end)
    if group == "apostrophe":
        return Token("'" + fold(text[1:]), Kind.SIGN, start, end)
    if text in _SILENT or unicodedata.category(text[0]).startswith("C"):
        return None
    return Token(text, Kind.SIGN, start, end)


def _clock(text: str) -> str:
    """The time on a clock of 24 hours, to the minute."""
    folded = text.casefold()
    half = "pm" if folded.endswith("pm") else "am" if folded.endswith("am") else ""
    hour, _, rest = folded.removesuffix(half).strip().partition(":")
    number = int(hour)
    if half and number <= 12:
        number = number % 12 + (12 if half == "pm" else 0)
    return f"{number:02}:{rest[:2] or '00'}"


def phrase_words(text: str) -> tuple[str, ...]:
    """The folded words of a name or value, split exactly as a question's words are."""
    return tuple(t.norm for t in tokenise(text.replace('"', " ").replace("_", " ")) if t.norm != ",")
