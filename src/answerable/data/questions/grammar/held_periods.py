"""Periods held against numbers: months with more than 200 visits in 2024."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.grammar.held import held_against
from answerable.data.questions.meanings import Both, Bound, Buckets, Threshold, When, Where

_LINK = (
    "with|having|that have|which have|that had|which had|where we had|when we had|in which we had"
    "|had|have|has|in which there were|where there were|when there were|that saw|saw"
)
_THERE = (
    "were there|are there|did we have|do we have|did we get|do we get|did we see|did we make|we had"
    "|there were|had we|have we"
)


def add_rules(grammar: Grammar) -> None:
    """The rules of periods and numbers; the clause is `Threshold`. Only a number that can be of nothing else
    than all rows of a period is held against it: a fee over 500 may be that of one visit."""
    grammar.words_as("@Linked", _LINK)
    grammar.words_as("@There", _THERE)
    which = "(which|what|in which|in what|on which|on what|list|list all|all)"
    for held in ("Certain", "Holds"):
        grammar.rule("HeldPeriod", f"{which}? UnitHead @Linked {held}", _of)
        grammar.rule(
            "HeldPeriod",
            f"{which}? UnitHead (of|in|during) When @Linked {held}",
            lambda c, u, w, h: _with(_of(c, u, h), w),
        )
        grammar.rule("HeldPeriod", f"{which} UnitHead @There {held}", _of)
        grammar.rule(
            "HeldPeriod",
            f"{which} UnitHead (of|in|during) When @There {held}",
            lambda c, u, w, h: _with(_of(c, u, h), w),
        )
    grammar.rule(
        "HeldPeriod",
        f"{which}? UnitHead @Linked Bound Described Rows",
        lambda c, u, b, d, _r: _some(c, u, b, d),
    )
    grammar.rule(
        "HeldPeriod",
        f"{which}? UnitHead (of|in|during) When @Linked Bound Described Rows",
        lambda c, u, w, b, d, _r: _with(_some(c, u, b, d), w),
    )
    grammar.rule("Threshold", "HeldPeriod", lambda _c, held: held, cost=-0.2)


def _of(_context: Context, unit: Buckets, held: Threshold | tuple[Threshold, ...]) -> Threshold | Both | None:
    """The bounds on the totals of each period."""
    if not unit.many:
        return None  # the month that had more than 200 may be one, or several
    first, *others = (
        replace(one, grain=unit.grain) for one in (held if isinstance(held, tuple) else (held,))
    )
    found: Threshold | Both = first
    for other in others:
        found = Both(found, other)
    return found


def _with(found: Threshold | Both | None, when: When) -> Both | None:
    return Both(found, when) if found is not None else None


def _some(context: Context, unit: Buckets, bound: Bound, described: Where | Both) -> Both | None:
    """Months with more than 30 pool visits: of those alone."""
    found = _of(context, unit, held_against(bound, context.count()))
    return Both(found, described) if found is not None else None
