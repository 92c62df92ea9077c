"""Alternatives over several fields: from Spain or by phone, with a fee over 300 or parts over 150.

Anything that could be grouped in more than one way is left over: each side has one condition, or each has
the same two fields."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.conditions import as_where
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Both, Bound, Compound, Field, Threshold, Where
from answerable.data.semantics.filters import Operator

_Side = tuple[Where, ...]
_MOST_SIDES = 4


def add_rules(grammar: Grammar) -> None:
    """The rules of alternatives; the clause is `Compound`."""
    grammar.rule("Side", "Positive", lambda _c, w: _side(w))
    grammar.rule(
        "Side", "(that|which|who)? (came|come|are|were) (by|in|from) Positive", lambda _c, w: _side(w)
    )
    grammar.rule("Side", "Side (and|in|at|with|via)? Side", _together)
    grammar.rule("Compound", "(either)? Side or Side Rows?", lambda _c, a, b, _r: _either(a, b))
    grammar.rule("Compound", "(where|with|whose)? Side or (where|with|whose)? Side", _either)
    have = "(with|where|whose|having|that have|which have|that had|which had)"
    grammar.rule("Limit", "Num @Been? Bound", _limit)
    grammar.rule("Limit", "Bound (of|in)? Num", lambda c, b, f: _limit(c, f, b))
    grammar.rule("Limit", "Num @Been? Number", lambda c, f, n: _limit(c, f, Bound(Operator.EQ, n)), cost=0.1)
    grammar.rule("Limits", f"Limit or {have}? Limit", lambda _c, a, b: (a, b))
    grammar.rule("Limits", f"Limits or {have}? Limit", _one_more)
    grammar.rule("Compound", f"{have} (either)? Limits", lambda _c, sides: Compound(sides))
    _values_and_numbers(grammar, have)


def _values_and_numbers(grammar: Grammar, have: str) -> None:
    """In Germany or over 500, surgery or with a fee over 300, over 500 or in Germany."""
    grammar.words_as("@Worth", "worth|valued at|costing|priced|that are|that were|are|were|is|was|of")
    grammar.rule("Amount", "@Worth? Bound", _amount)
    grammar.rule("Amount", f"{have}? Bound", _amount_with)
    grammar.rule("Amount", f"({have}|have|had|has)? Limit", lambda _c, side: side)
    grammar.rule("Amount", "Weighing", _weighing)
    grammar.rule("Compound", "either? Side or Amount", lambda _c, a, b: _either(a, b))
    grammar.rule("Compound", "Side Rows or Amount", lambda _c, a, _r, b: _either(a, b))
    grammar.rule("Compound", "either? Amount or Side", lambda _c, a, b: _either(a, b))
    grammar.rule("Compound", "either? Amount or Amount", lambda _c, a, b: _two_ends(a, b))


def _amount(context: Context, bound: Bound) -> _Side | None:
    """A bound on what a row is worth, or on its only number in that unit."""
    found = as_where(context, Threshold(bound))
    if found is None:
        return None
    where, assumed = found
    return (replace(where, implied=bool(assumed)),)


def _weighing(context: Context, threshold: Threshold) -> _Side | None:
    found = as_where(context, threshold)
    return (found[0],) if found is not None else None


def _amount_with(context: Context, bound: Bound) -> _Side | None:
    """With more than 3 of what, was not said."""
    return _amount(context, bound) if bound.low.unit is not None else None


def _two_ends(first: _Side, second: _Side) -> Compound | None:
    """Over 500 or under 10, of one number."""
    (low,), (high,) = first, second
    ends = {low.operator, high.operator}
    apart = len(ends & {Operator.GT, Operator.GE}) == len(ends & {Operator.LT, Operator.LE}) == 1
    return Compound((first, second)) if low.field == high.field and apart else None


def _side(where: Where | Both) -> _Side | None:
    return (where,) if isinstance(where, Where) and not where.versus else None


def _together(_context: Context, first: _Side, second: _Side) -> _Side | None:
    return (*first, *second) if len(first) == len(second) == 1 and first[0].field != second[0].field else None


def _either(*parts: object) -> Compound | None:
    """One condition each, on different fields, or pairs of them on the same two fields."""
    first, second = parts[-2:]
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    names = [sorted(w.field for w in side) for side in (first, second)]
    if len(first) != len(second) or (len(first) == 1) == (names[0] == names[1]):
        return None
    return Compound((first, second))


def _limit(context: Context, field: Field, bound: Bound) -> _Side | None:
    """A bound on a number of each row, as it is stored."""
    if field.as_rows:
        return None
    found = as_where(context, Threshold(bound, field=field.name))
    return (found[0],) if found is not None else None


def _one_more(_context: Context, sides: tuple[_Side, ...], side: _Side) -> tuple[_Side, ...] | None:
    return (*sides, side) if len(sides) < _MOST_SIDES and side not in sides else None
