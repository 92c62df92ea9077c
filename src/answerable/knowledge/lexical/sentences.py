"""Text to sentences: spans short enough to quote."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_SENTENCE = 320
"""Characters of a span at most; a longer sentence is cut at a clause, else at a space."""

# What precedes a run is looked at and runs are possessive: no run is tried again from its middle.
_BREAK = re.compile(
    r"""(?P<stop>(?<![.!?…؟۔।])[.!?…؟۔।]++[)\]"'”’»]*+)
        \s+(?=[\[("'“‘«„]*[^\W_a-zà-öø-ÿа-џ])                     # a stop, then no lower-case letter
      | (?P<wide>[。！？｡]++[」』）”’]*+)                           # Chinese and Japanese stops
      | (?P<blank>(?<![ \t])[ \t]*+\n[ \t]*\n\s*)               # a blank line
      | (?P<item>(?<![ \t])[ \t]*+\n\s*)                        # before an item, a row, a rule
        (?=[-*•‣▪●◦–—|+>=~_\#^]|\d{1,3}[.)]\s|[a-z][)]\s)
      | (?<=[-=~_*\#^]{3})(?P<rule>[ \t]*+\n\s*)                # the end of a rule
      | (?P<line>(?<![ \t])[ \t]*+\n\s*)                        # a line end that may only wrap
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|cf|ca|approx|No|Nos|Nr|Art|Fig|Vol|pp|Ed|Gen|Col|Capt|Lt|Sgt"
    r"|Rev|Hon|Gov|Sen|Rep|Inc|Ltd|Co|Corp|Mt|Ft|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|e\.g|i\.e|z\.B|d\.h|bzw|al)|\b(?:[A-Z]\.)+[A-Z])\.$"
)
_CLAUSES = (re.compile(r"[;:]\s"), re.compile(r",\s|\s[–—-]\s"), re.compile(r"\s"))
_NUMBERING = re.compile(r"(?:^|\n)[ \t]*\(?(?:\d{1,3}|[a-zA-Z])[.)]$")
_SHORT_LINE = 60
_CLOSERS = ")]\"'”’»"


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences in order: none empty, none overlapping, none longer than
    LONGEST_SENTENCE, each without white space at its ends. Only white space lies between them."""
    spans: list[tuple[int, int]] = []
    for start, end in _rough(text):
        spans.extend(_fitting(text, start, end))
    return spans


def _rough(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAK.finditer(text):
        if _parts_sentences(text, start, match):
            end = (
                match.end("stop") if match["stop"] else match.end("wide") if match["wide"] else match.start()
            )
            yield start, end
            start = match.end()
    yield start, len(text)


def _parts_sentences(text: str, start: int, match: re.Match[str]) -> bool:
    if match["stop"]:
        before = text[max(start, match.start() - 12) : match.end("stop")].rstrip(_CLOSERS)
        return not _ABBREVIATION.search(before) and not _NUMBERING.search(before)
    if match["line"] is not None:
        line_start = max(start, text.rfind("\n", 0, match.start()) + 1)
        following = text[match.end() : match.end() + 1]
        return match.start() - line_start < _SHORT_LINE and not following.islower()
    return True


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    if end - start <= LONGEST_SENTENCE:
        yield start, end
        return
    cut = _cut(text, start, end)
    if cut is None:
        for at in range(start, end, LONGEST_SENTENCE):
            yield from _fitting(text, at, min(at + LONGEST_SENTENCE, end))
        return
    yield from _fitting(text, start, cut)
    yield from _fitting(text, cut, end)


def _cut(text: str, start: int, end: int) -> int | None:
    """Where to part a long sentence: at the clause nearest to its middle that leaves two real parts.
    None without a space anywhere between."""
    middle = (start + end) / 2
    margin = min((end - start) // 4, LONGEST_SENTENCE // 2)
    for pattern in _CLAUSES:
        places = [match.end() for match in pattern.finditer(text, start + margin, end - margin)]
        if places:
            return min(places, key=lambda place: abs(place - middle))
    return None
