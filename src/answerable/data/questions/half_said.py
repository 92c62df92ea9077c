"""What people say as one thing and no rule reads as one: half of it would be a wrong number."""

from __future__ import annotations

from answerable.data.questions.chart import Item
from answerable.data.questions.english import LEFT_OUT, words
from answerable.data.questions.meanings import (
    Both,
    Compound,
    Listing,
    Measures,
    Rows,
    Span,
    Threshold,
    TimeUnit,
    Versus,
    When,
    Where,
)
from answerable.data.questions.time.resolve import part_of_year
from answerable.data.questions.tokens import Kind, Token

PREPOSITIONS = words("in from for at with within on via through not excluding without except only")
_JOINING = PREPOSITIONS | words("of by per where whose which that is are to")
_AND = frozenset({"and", "or", ",", "&", "nor"})
_LEFT_OUT = frozenset(phrase.split()[0] for phrase in LEFT_OUT)
LEAVING_OUT = _LEFT_OUT - words("not all never everything anything")
_HAD = frozenset({"have", "has", "had"})
_YEAR_DIGITS = 4


def flat(value: object) -> tuple[object, ...]:
    """The meanings that one phrase has."""
    return (*flat(value.first), *flat(value.second)) if isinstance(value, Both) else (value,)


def is_half_said(clauses: tuple[Item, ...], tokens: list[Token]) -> bool:
    """Whether the last clause is one thing with those before it to people: a bare number that they have,
    what is counted after one ("more than 9 deliveries" are no 9 kg), what is joined to a bound on groups
    ("with more than 3 repairs and a fee over 500" may be of each repair), a second value after one that is
    left out ("excluding Austria and Boats" says nothing for boats), or a condition that may be of one
    alternative alone."""
    *before, last = clauses
    if not before:
        return False
    first = tokens[last.start].norm
    if isinstance(last.value, Threshold) and last.value.is_bare and tokens[last.start - 1].norm in _HAD:
        return True
    if isinstance(last.value, Rows | Listing | Measures):
        number = before[-1]
        bare = isinstance(number.value, Threshold) and number.value.is_bare and number.end == last.start
        return bare and first not in _JOINING
    of_groups = any(_is_of_groups(clause.value) for clause in before)
    if (
        isinstance(last.value, Threshold | Where | Compound) and first in _AND and of_groups
    ) or _is_of_one_side(before[-1], last):
        return True
    conditions = [clause for clause in before if isinstance(clause.value, Where)]
    return isinstance(last.value, Where) and bool(conditions) and _is_left_out(conditions[-1], last, tokens)


def _is_left_out(before: Item, last: Item, tokens: list[Token]) -> bool:
    first = tokens[last.start].norm
    joined = first in _AND or tokens[last.start - 1].norm in _AND
    value = tokens[last.start + 1].norm if first in _AND else first
    left_out = tokens[before.start].norm in _LEFT_OUT
    return left_out and joined and value not in _JOINING | _LEFT_OUT


def _is_of_one_side(before: Item, last: Item) -> bool:
    """By Bay One with a fee over 300 or with parts over 150: of both, or of the first alone."""
    if before.end != last.start:
        return False
    pair = (before.value, last.value)
    either = [one for one in pair if isinstance(one, Compound) and not one.negated]
    return len(either) == 1 and any(isinstance(one, Where | Threshold) for one in pair)


def _is_of_groups(value: object) -> bool:
    return any(isinstance(one, Threshold) and one.head is not None for one in flat(value))


def is_narrowed(clauses: tuple[Item, ...]) -> bool:
    """Whether the last clause says more of what groups are held against than their bounds."""
    *before, last = clauses
    if not any(isinstance(one, Where | When | Threshold | Compound) for one in flat(last.value)):
        return False
    within = _is_of_groups(last.value) and any(isinstance(one, Where) for one in flat(last.value))
    return within or any(_is_of_groups(clause.value) for clause in before)


def says_year(clause: Item, tokens: list[Token]) -> bool:
    """Whether a time needs no other to be placed: received in March and finished in April 2024 does."""
    value = clause.value
    if not isinstance(value, When) or value.span.relative:
        return isinstance(value, When)
    return _has_year(clause, tokens)


def against_what(clauses: tuple[Item, ...], tokens: list[Token]) -> Span | None:
    """The part of a year that a time is held against, in that time's year: Q1 2025 by region, against Q2.
    None where it says its year itself, or the time says none."""
    whens = [(c, v.span) for c in clauses if isinstance(v := c.value, When) and not v.span.relative]
    sides = [(c, v.span) for c in clauses if isinstance(v := c.value, Versus) and v.span is not None]
    if len(whens) != 1 or len(sides) != 1:
        return None
    [(when, base)], [(side, other)] = whens, sides
    if not _has_year(when, tokens) or _has_year(side, tokens):
        return None
    known = (TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.HALF)
    if base.start is None or other.start is None or other.relative or other.fiscal:
        return None
    if other.unit not in known or (base.unit, base.count) != (other.unit, other.count):
        return None
    months = {TimeUnit.MONTH: 1, TimeUnit.QUARTER: 3, TimeUnit.HALF: 6}[other.unit]
    return part_of_year(other.unit, (other.start.month - 1) // months + 1, base.start.year)


def _has_year(clause: Item, tokens: list[Token]) -> bool:
    said = tokens[clause.start : clause.end]
    return any(t.kind is Kind.DATE or (t.norm.isdigit() and len(t.norm) == _YEAR_DIGITS) for t in said)
