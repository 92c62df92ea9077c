"""Groups held against numbers: clients with more than 3 repairs, how many teams have a total fee over 500."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.half_said import flat
from answerable.data.questions.meanings import Both, Bound, Field, Number, Part, Rows, Threshold, Where
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation, FieldRole

_HOLDING = (
    "with|having|that have|which have|who have|that had|who had|where|whose|have|has|had|made"
    "|placed|generated|have placed|has placed|had placed|have made|has made|have had|has had|had had"
    "|who placed|who made|that placed|that made|who have placed|who have made|who have had|that have had"
    "|have received|has received|have bought|has bought|have ordered|has ordered|got|have got|booked"
    "|have booked|has booked|received|are there with|are there that have|are there that had|do we have with"
)
_MOST = 4
# What each row has one of, though it is added up; and what is the sum of many, though one says "a revenue".
PAID_ONCE = frozenset({"fine", "penalty", "surcharge", "donation", "refund", "deposit", "bonus", "fare"})
OF_ALL = frozenset(
    {"revenue", "turnover", "sales", "income", "profit", "spend", "spending", "budget", "total", "volume"}
)
_Held = tuple[Threshold, ...]
_Heads = tuple[Field, tuple[Where, ...]]


def add_rules(grammar: Grammar) -> None:
    """The rules of groups and numbers; the clause is `Threshold`. `Held` is one bound on every group, `Holds`
    are several, each of which can only be of the groups: a fee over 500 may be that of each repair."""
    grammar.words_as("@Holding", _HOLDING)
    grammar.words_as("@HowMany", "how many|number of|total number of|count of|count")
    grammar.rule("Held", "Measure @Been? Bound", lambda _c, p, b: held_against(b, p))
    grammar.rule("Held", "Num @Been? Bound", _of_one)
    grammar.rule("Held", "Bound (of|in)? Num", _sum)
    grammar.rule("Certain", "Stated @Been? Bound", lambda _c, p, b: held_against(b, p))
    grammar.rule(
        "Certain", "(number of|count of) Rows @Been? Bound", lambda c, _r, b: held_against(b, c.count())
    )
    grammar.rule("Certain", "Metric @Been? Bound", _of_metric)
    grammar.rule("Certain", "Bound in? Metric", lambda c, b, p: _of_metric(c, p, b))
    for category in ("Held", "Certain"):
        grammar.rule(category, "Bound Rows", lambda c, b, _r: held_against(b, c.count()))
        grammar.rule(category, "(only|just|only just) Number Rows", _only)
        grammar.rule(category, "(single|only single|just single) Rows", _single)
        grammar.rule(category, "Number Rows only", _only)
    grammar.rule("Held", "Bound in? Metric", lambda _c, b, p: held_against(b, p))
    grammar.rule("Holds", "Certain (and|, and|but|, but|and also) @Holding? Certain", _both)
    grammar.rule("Holds", "Holds (and|, and|but|, but|and also) @Holding? Certain", _and)
    grammar.rule("Heads", "Dim", lambda _c, d: (d, ()))
    grammar.rule("Heads", "ToldHeads", lambda _c, heads: heads)
    grammar.rule("ToldHeads", "Described Dim", lambda c, w, d: _described(c, d, w))
    grammar.rule("ToldHeads", "Dim Described", _described)
    for opening, heads, bounds, counted in (
        ("(which|what|for|of|only|among)?", "Dim", ("Held", "Holds"), False),
        ("(which|what|for|of|only|among)?", "ToldHeads", ("Certain", "Holds"), False),
        ("@HowMany", "Heads", ("Certain", "Holds"), True),
    ):
        for held in bounds:
            grammar.rule(
                "Threshold",
                f"{opening} {heads} @Holding {held}",
                lambda c, d, h, n=counted: _of_groups(c, d, h if isinstance(h, tuple) else (h,), n),
                cost=-0.2,
            )
        grammar.rule(
            "Threshold",
            f"{opening} {heads} @Holding Bound Described Rows",
            lambda c, d, b, w, _r, n=counted: _of_some_rows(c, d, b, w, n),
            cost=-0.2,
        )


def held_against(bound: Bound, part: Part) -> Threshold:
    """The bound on the number of each group."""
    return Threshold(bound, part=replace(part, rate=False, many=False))


def _only(context: Context, number: Number, _rows: Rows) -> Threshold | None:
    """Only one visit: that many, and no more."""
    if number.unit is not None or number.count is None:
        return None
    return held_against(Bound(Operator.EQ, number), context.count())


def _single(context: Context, rows: Rows) -> Threshold | None:
    return None if rows.many else _only(context, Number(Decimal(1)), rows)


def _sum(context: Context, bound: Bound, field: Field) -> Threshold | None:
    part = context.number_of(field.name, many=field.many)
    return held_against(bound, part) if part is not None else None


def _of_one(context: Context, field: Field, bound: Bound) -> Threshold | None:
    """A fine over 4.5 is that of one loan, beside what all loans of a book come to; a revenue is of all."""
    words = set(field.name.split("_"))
    part = context.number_of(field.name)
    counted_singly = field.one or words & PAID_ONCE
    if field.many or not counted_singly or words & OF_ALL or part is None or not context.is_sum(part):
        return None
    return Threshold(bound, part=Part(aggregation=Aggregation.MAX, field=field.name))


def _of_metric(context: Context, part: Part, bound: Bound) -> Threshold | None:
    """A metric that is called as the field that it sums may be the field of each row."""
    metric = context.metric(part.metric or "")
    field = context.field(metric.field) if metric is not None and metric.field is not None else None
    if metric is None or (field is not None and metric.label.casefold() == field.label.casefold()):
        return None
    return held_against(bound, part)


def _both(context: Context, first: Threshold, second: Threshold) -> _Held | None:
    return _and(context, (first,), second)


def _and(_context: Context, held: _Held, threshold: Threshold) -> _Held | None:
    """Of different numbers: more than 3 and at most 5 repairs are said as a range."""
    if any(known.part == threshold.part for known in held) or len(held) == _MOST:
        return None
    return (*held, threshold)


def _described(context: Context, head: Field, said: Where | Both) -> _Heads | None:
    """Gold clients: those of whom it is said, not of what they have."""
    wheres = tuple(one for one in flat(said) if isinstance(one, Where))
    return (head, wheres) if all(context.describes(one.field, head.name) for one in wheres) else None


def _of_groups(
    context: Context, heads: Field | _Heads, held: _Held, counted: bool
) -> Threshold | Both | None:
    """The bounds on the groups of a field; `counted` when it is asked how many of them there are."""
    head, wheres = heads if isinstance(heads, tuple) else (heads, ())
    if context.is_identity(head.name) or (counted and not head.many):
        return None
    if any(_may_be_its_own(context, head, one) for one in held):
        return None
    first, *others = (replace(one, head=head.name, counted=counted) for one in held)
    found: Threshold | Both = first
    for other in (*others, *wheres):
        found = Both(found, other)
    return found


def _may_be_its_own(context: Context, head: Field, held: Threshold) -> bool:
    """Whether a sum without a unit may be a number of the thing itself: items with more than 20 pieces, where
    each item has its pieces in stock."""
    part = held.part
    unit = context.unit_of(part) if part is not None else None
    if part is None or part == context.count() or unit is not None or not context.is_sum(part):
        return False
    own = (f for f in context.related if context.describes(f.name, head.name))
    return any(f.role is FieldRole.MEASURE and f.unit is None for f in own)


def _of_some_rows(
    context: Context, heads: Field | _Heads, bound: Bound, described: Where | Both, counted: bool
) -> Both | None:
    """Clients with more than 3 paint repairs: those of their repairs alone are counted."""
    found = _of_groups(context, heads, (held_against(bound, context.count()),), counted)
    return Both(found, described) if found is not None else None
