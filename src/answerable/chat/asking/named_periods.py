"""Whether a text is about a period: of the months that it names, those nearest to a sentence count."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

Months = frozenset[tuple[int, int]]
"""(year, month) of each month that a period touches."""

_NUMBERS = {name: n for n, name in enumerate(calendar.month_name) if name}
_NUMBERS |= {name: n for n, name in enumerate(calendar.month_abbr) if name} | {"Sept": 9}
_NAMES = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
# A capital tells a month from a word: who may march.
_NAMED = re.compile(rf"\b(?P<month>{_NAMES})\b\.?,?(?:\s+{_DAY}{_YEAR}\b)?")
_WRITTEN = re.compile(
    rf"\b{_YEAR}-(?P<month>0[1-9]|1[0-2])\b|\b(?P<first>0?[1-9]|1[0-2])[./](?P<of>20\d\d)\b"
)
_QUARTER = re.compile(rf"\bQ(?P<quarter>[1-4])(?:\s*/?\s*{_YEAR}\b)?")
_ALONE = re.compile(rf"\b{_YEAR}\b")


@dataclass(frozen=True, slots=True)
class _Mention:
    """Months of a year (of any, where none was said beside them), at a place in a text."""

    months: tuple[int, ...]
    year: int | None
    at: int


def months_of(start: date, end: date) -> Months:
    """The months from the first day to the one before `end`."""
    last = end - timedelta(days=1)
    indices = range(start.year * 12 + start.month - 1, last.year * 12 + last.month)
    return frozenset((index // 12, index % 12 + 1) for index in indices)


def is_about(months: Months, sentence: str, above: str, before: str, after: str) -> bool:
    """Whether a sentence is about these months: by those that it names itself, else those of the title and
    the headings `above` it, else the last named `before` it, else the first named `after` it. A month without
    a year is of the nearest year that is named alone."""
    texts = (sentence, above, before, after)
    for place, text in enumerate(texts):
        found = list(_mentions(text))
        if place == 2:
            found = found[-1:]
        elif place == 3:
            found = found[:1]
        if found:
            years = next((seen for near in (text, *texts) if (seen := _years(near))), set())
            return any(_fits(months, mention, years) for mention in found)
    whole = {year for year, _ in months if all((year, month) in months for month in range(1, 13))}
    return any(_years(text) & whole for text in texts)


def _fits(months: Months, mention: _Mention, years: set[int]) -> bool:
    if mention.year is None and not years:
        return {month for _, month in months} >= set(mention.months)
    if mention.year is None and len(years) > 1:
        return False
    year = mention.year if mention.year is not None else next(iter(years))
    return all((year, month) in months for month in mention.months)


def _mentions(text: str) -> Iterator[_Mention]:
    found = [
        _Mention((_NUMBERS[match["month"]],), _number(match["year"]), match.start())
        for match in _NAMED.finditer(text)
    ]
    for match in _WRITTEN.finditer(text):
        month, year = match["month"] or match["first"], match["year"] or match["of"]
        found.append(_Mention((int(month),), int(year), match.start()))
    for match in _QUARTER.finditer(text):
        first = int(match["quarter"]) * 3 - 2
        found.append(_Mention((first, first + 1, first + 2), _number(match["year"]), match.start()))
    yield from sorted(found, key=lambda mention: mention.at)


def _years(text: str) -> set[int]:
    return {int(match["year"]) for match in _ALONE.finditer(text)}


def _number(text: str | None) -> int | None:
    return int(text) if text is not None else None
