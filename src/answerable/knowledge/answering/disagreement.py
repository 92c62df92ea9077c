"""Whether two quotes give different values for what is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from answerable.knowledge.answering.expectation import Expectation, Expected
from answerable.knowledge.answering.quantities import Quantity
from answerable.knowledge.answering.writing.facts import amounts, dates
from answerable.knowledge.lexical.words import words

_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_COUNTED_WITHIN = 40
"""Characters after a number within which the thing that it counts is named."""
_ASKED_OF = re.compile(r"\bhow (?:many|much)\s[\w\s-]{1,40}?\bof\s+(.+)", re.IGNORECASE)
"""What the thing is of that "how many" asks for: "days of annual leave"."""
_SAID_OF = re.compile(r"[\s\w-]{0,25}?\bof\s+((?:[\w’'-]+\s*){1,4})")
"""What a number's thing is of, right behind the number."""
_TIMES = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})
_UNITS = {
    Quantity.MONEY: frozenset({"euro", "dollar", "pound"}),
    Quantity.PERCENT: frozenset({"percent"}),
    Quantity.DURATION: _TIMES,
    Quantity.MASS: frozenset({"kilogram", "gram"}),
    Quantity.LENGTH: frozenset({"kilometre", "metre", "mile"}),
    Quantity.VOLUME: frozenset({"litre"}),
}
"""The units of what can be asked for; other things are not compared."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the passage's place: `covered` is the share of the question's content that the sentence
    and the headings above it have."""

    document_id: str
    text: str
    covered: float


_ON_THE_POINT = 0.7
"""The share of the question that both must have, so that they speak of the same."""


def disagree(question: str, one: Statement, other: Statement) -> bool:
    """Whether both speak of what is asked, are of two documents, and have no value in common."""
    if one.document_id == other.document_id or min(one.covered, other.covered) < _ON_THE_POINT:
        return False
    expectation = Expectation(question)
    first, second = _values(expectation, question, one.text), _values(expectation, question, other.text)
    return any(
        first[unit] and second[unit] and not first[unit] & second[unit]
        for unit in first.keys() & second.keys()
    )


def _values(expectation: Expectation, question: str, text: str) -> dict[str, set[str]]:
    """The values of the kind that is asked for, by unit; those that the question names itself left out."""
    if expectation.kind is Expected.DATE:
        return {"date": _moments(text) - _moments(question)}
    asked = {amount.value for amount in amounts(question)}
    wanted = _ASKED_OF.search(question)
    of = set(words(wanted[1])) if wanted else set()
    units = _units(expectation, question)
    found: dict[str, set[str]] = {}
    for amount in amounts(text):
        following = text[amount.end : amount.end + _COUNTED_WITHIN]
        if _is_of_another(of, following):
            continue
        unit = _counted(expectation, following) if expectation.counted else amount.unit
        if unit is not None and (expectation.counted or unit in units) and amount.value not in asked:
            found.setdefault(unit, set()).add(str(amount.value))
    return found


def _is_of_another(wanted: set[str], following: str) -> bool:
    """Whether days of annual leave are asked for, and these are days of something else."""
    said = _SAID_OF.match(following)
    return bool(wanted) and said is not None and wanted.isdisjoint(words(said[1]))


def _units(expectation: Expectation, question: str) -> frozenset[str]:
    if expectation.quantity is not None:
        return _UNITS.get(expectation.quantity, frozenset())
    if _HOW_LONG.search(question):
        return _TIMES | _UNITS[Quantity.LENGTH]
    return frozenset()


def _counted(expectation: Expectation, following: str) -> str | None:
    """The counted thing, where "how many" asks for it and the number counts it."""
    shared = set(expectation.counted) & set(words(following))
    return "counted" if shared else None


def _moments(text: str) -> set[str]:
    """Whole dates where there are any, else years."""
    return {"-".join(map(str, found)) for found in dates(text)} or set(_YEAR.findall(text))
