"""What other tables' rows say of a row: customers without orders, customers who ordered in March."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.meanings import Bound, PointedAt, Pointing, Value, When, Where
from answerable.data.semantics.filters import Operator

_NONE = (
    "without|without any|without single|with no|with zero|that have no|who have no|having no|have no|had no"
    "|has no|who had no|that had no|who placed no|placed no|who never placed|never placed|did not place any"
    "|did not place|have not placed|have not placed any|who did not place|who did not place any"
    "|who have not placed|who have not placed any|who have never placed|have never placed|do not have"
    "|do not have any|who do not have|who do not have any|did not have any|did not have"
)
_DONE = "placed|made|had|received|got|bought"
_DO = "place|make|have|receive|get|buy"
_SOME = (
    "with|with any|with at least one|that have|who have|having|who placed|that placed|have placed|placed"
    "|who have placed|have|had|who had|that had|place|who place"
)
_NOT = "did not|have not|has not|had not|never|have never|has never|do not|are not|were not|is not|not"


def add_rules(grammar: Grammar) -> None:
    """The rules of rows that point here; the clause is `PointedAt`. A time that follows is theirs."""
    grammar.rule("PointedValues", "PointedValue", lambda _c, v: Where(v.field, Operator.IN, (v.value,)))
    grammar.rule("PointedValues", "PointedValues (or|, or) PointedValue", _either)
    grammar.rule("Pointing", "PointedValues Pointing", lambda _c, w, rows: _narrowed(rows, w))
    place = "(from|by|in|for|with|at|to|via|of|of kind|of type)"
    grammar.rule("Pointing", f"Pointing {place} PointedValues", lambda _c, rows, w: _narrowed(rows, w))
    grammar.rule("PointedAt", f"({_NONE}) Pointing", lambda _c, rows: PointedAt(rows, absent=True))
    for not_yet, done in (
        ("have never|has never|had never|have not|has not|never", _DONE),
        ("did not|do not|does not", _DO),
    ):
        grammar.rule(
            "PointedAt",
            f"(who|that|which)? ({not_yet}) ({done}) (any|single|even one)? Pointing",
            lambda _c, rows: PointedAt(rows, absent=True),
            cost=0.05,
        )
    grammar.rule("PointedAt", f"({_SOME}) Bound Pointing", _fewer)
    grammar.rule("PointedAt", f"({_SOME}) Pointing", lambda _c, rows: PointedAt(rows, absent=False))
    grammar.rule(
        "PointedAt",
        f"(who|that|which)? ({_NOT}) (PointingVerb|Pointing) (anything|something|in anything|in any)?",
        lambda _c, rows: PointedAt(rows, absent=True),
    )
    grammar.rule(
        "PointedAt",
        "(who|that)? PointingVerb (anything|something)?",
        lambda _c, rows: PointedAt(rows, absent=False),
    )
    thing = "(any|single|one|even one)? PointedThing"
    grammar.rule(
        "PointedAt",
        f"(who|that|which)? ({_NOT}) (PointingVerb|Pointing) (in|for|to|on|at|with)? {thing}",
        lambda _c, rows, _t: PointedAt(rows, absent=True),
    )
    grammar.rule("PointedAt", "PointedAt (at all|ever|yet|so far)", _at_all)
    grammar.rule("PointedAt", "PointedAt When", _then)
    grammar.rule("PointedAt", f"PointedAt {place} PointedValues", _then_narrowed)


def _fewer(_context: object, bound: Bound, rows: Pointing) -> PointedAt | None:
    """Fewer than 3 repairs, with those that have none: as the rows themselves cannot be asked."""
    limit = bound.low.count
    if bound.operator not in (Operator.LT, Operator.LE) or limit is None:
        return None
    fewer = limit + (bound.operator is Operator.LE)
    return PointedAt(rows, absent=True, fewer=fewer if fewer > 1 else None)


def _either(_context: object, where: Where, value: Value) -> Where | None:
    if where.field != value.field or value.value in where.values:
        return None
    return replace(where, values=(*where.values, value.value))


def _narrowed(rows: Pointing, where: Where) -> Pointing | None:
    """Those of the rows that a value of their own table says: each field once."""
    dataset, _, field = where.field.partition("__")
    if dataset != rows.dataset or any(known.field == field for known in rows.where):
        return None
    return replace(rows, where=(*rows.where, replace(where, field=field)))


def _then_narrowed(_context: object, pointed: PointedAt, where: Where) -> PointedAt | None:
    """Which of the rows, said after their time: no loans in 2025 at East."""
    rows = _narrowed(pointed.rows, where) if pointed.span is not None else None
    return replace(pointed, rows=rows) if rows is not None else None


def _at_all(_context: object, pointed: PointedAt) -> PointedAt | None:
    return pointed if pointed.absent and pointed.span is None else None


def _then(_context: object, pointed: PointedAt, when: When) -> PointedAt | None:
    """Of when the rows are; a time of another field, or a list of times, is not theirs alone."""
    rows: Pointing = pointed.rows
    taken = pointed.span is not None or when.field is not None or when.span.listed
    return None if taken or rows.time is None else replace(pointed, span=when.span)
