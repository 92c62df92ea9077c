"""Numbers made of several: per customer, divided by, less, percentiles, running totals, averages, rates."""

from __future__ import annotations

import re
from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.grammar.groups import FEW
from answerable.data.questions.grammar.held import OF_ALL, PAID_ONCE
from answerable.data.questions.grammar.measures import WORTH_MONEY
from answerable.data.questions.meanings import (
    Both,
    Field,
    Groups,
    Measures,
    Number,
    Part,
    Rows,
    Share,
    TimeUnit,
    Value,
    Where,
    Window,
)
from answerable.data.questions.shape import field_of
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Grain

_AVERAGE = "(average|mean|avg)"
_DOES = (
    "(bring|bring in|brings|make|makes|place|places|generate|generates|have|has|do|does|get|gets|take|book"
    "|order|spend|buy|earn|earns|drive|receive|produce)"
)
_PERCENTILE = re.compile(r"p(\d{1,2})$")


def add_rules(grammar: Grammar) -> None:
    """The rules of computed numbers; the clauses are `Measures`, `Window` and `Share`."""
    _per_entity(grammar)
    _arithmetic(grammar)
    _percentiles(grammar)
    _windows(grammar)
    _rates(grammar)


def _plain(context: Context, measured: Part | Field | Rows) -> Part | None:
    """What a phrase measures in itself: a metric, the usual number of a field, or the rows."""
    if isinstance(measured, Rows):
        return context.count()
    if isinstance(measured, Part):
        return None if measured.per or measured.minus or measured.since else measured
    return context.number_of(measured.name)


def _per_entity(grammar: Grammar) -> None:
    grammar.rule("Measure", f"{_AVERAGE} number of Rows per Dim", _rows_each)
    grammar.rule("Measure", f"{_AVERAGE} Rows (count|number) per Dim", _rows_each)
    grammar.rule("Measure", f"{_AVERAGE} Rows per Dim", _several_each)
    grammar.rule("Measure", "Rows per Dim on average", _rows_each)
    grammar.rule("Measure", "(how many|number of) Rows per Dim on average", _rows_each)
    grammar.rule("Measure", f"how many Rows (does|do|did) Dim {_DOES}? on average", _rows_each)
    grammar.rule("Measure", f"{_AVERAGE} total (Metric|Num) per Dim", _total_each)
    grammar.rule("Measure", f"{_AVERAGE} (Metric|Num) per Dim", _entity_sum)
    grammar.rule("Measure", "(Metric|Num) per Dim on average", _sum_each)
    grammar.rule("Measure", f"how much (Metric|Num) (does|do|did) Dim {_DOES} on average", _sum_each)
    grammar.rule("Measure", "(Metric|Num) per Rows on average", _row_mean)


def _rows_each(context: Context, _rows: Rows, field: Field) -> Part | None:
    return _each(context, context.count(), field)


def _several_each(context: Context, rows: Rows, field: Field) -> Part | None:
    """Average visits per doctor; average payments may be what they are worth."""
    worth = WORTH_MONEY & set(context.dataset.row_noun.split()[-1:])
    return _rows_each(context, rows, field) if rows.many and not worth else None


def _sum_each(context: Context, measured: Part | Field, field: Field) -> Part | None:
    """The sum by how many there are: the average over them of their sums."""
    part = _plain(context, measured)
    return _each(context, part, field) if part is not None else None


def _total_each(context: Context, measured: Part | Field, field: Field) -> Part | None:
    if isinstance(measured, Field) and context.fits(measured.name, Aggregation.SUM):
        part = context.canonical(Part(aggregation=Aggregation.SUM, field=measured.name))
        return _each(context, part, field)
    return _sum_each(context, measured, field)


def _entity_sum(context: Context, measured: Part | Field, field: Field) -> Part | None:
    """Average revenue per customer; per department it would be an average by department."""
    model_field = context.field(field.name)
    few = model_field is not None and model_field.values is not None and len(model_field.values) <= FEW
    found = None if few else _sum_each(context, measured, field)
    return replace(found, perhaps=not _is_of_all(context, found)) if found is not None else None


def _is_of_all(context: Context, part: Part) -> bool:
    """Whether the number is what all rows of a thing come to, though one is named: its revenue. The average
    fine per reader may be that of a loan, and nights per hotel those of a stay."""
    unit, field = context.unit_of(part), field_of(context, part)
    words = set(field.split("_")) if field is not None else set()
    paid = unit is not None and unit.kind == "currency" and not words & PAID_ONCE
    return paid or bool(words & OF_ALL)


def _each(context: Context, part: Part, field: Field) -> Part | None:
    if not context.is_sum(part) or context.field(field.name) is None or context.is_identity(field.name):
        return None
    return replace(part, per=Part(aggregation=Aggregation.COUNT_DISTINCT, field=field.name))


def _row_mean(context: Context, measured: Part | Field, _rows: Rows) -> Part | None:
    part = measured if isinstance(measured, Part) else Part(aggregation=Aggregation.SUM, field=measured.name)
    return context.aggregated(part, Aggregation.AVG)


def _arithmetic(grammar: Grammar) -> None:
    number = "(Metric|Num)"
    grammar.rule("Measure", f"difference (between|of|in) {number} and {number}", _less, cost=-0.2)
    grammar.rule("Measure", f"{number} (minus|less) {number}", _less, cost=-0.2)
    grammar.rule(
        "Measure", f"(ratio|quotient) (of|between) {number} (to|and|over) {number}", _over, cost=-0.2
    )
    grammar.rule("Measure", f"{number} to {number} ratio", _over, cost=-0.2)
    grammar.rule("Measure", f"{number} (divided by|/) {number}", _over, cost=-0.2)
    grammar.rule("Measure", f"{number} per Num", _over, cost=-0.1)
    grammar.rule(
        "Measure",
        f"{number} (as|in|expressed as) (share|percentage|percent|%|proportion|fraction) of {number}",
        _over,
        cost=-0.2,
    )


def _less(context: Context, first: Part | Field, second: Part | Field) -> Part | None:
    left, right = _plain(context, first), _plain(context, second)
    if left is None or right is None or left == right:
        return None
    return replace(left, minus=right) if context.unit_of(left) == context.unit_of(right) else None


def _over(context: Context, first: Part | Field, second: Part | Field) -> Part | None:
    left, right = _plain(context, first), _plain(context, second)
    if left is None or right is None or left == right:
        return None
    sums = context.is_sum(left) and context.is_sum(right)
    return replace(left, per=right) if sums else None


def _percentiles(grammar: Grammar) -> None:
    grammar.rule("Percent", "Ord percentile", lambda _c, n: n if 1 <= n <= 99 else None)
    grammar.rule("Percent", "percentile Number", lambda _c, n: _whole(n))
    grammar.rule("Percent", "Code percentile?", lambda _c, code: _coded(code.casefold()))
    grammar.words_as("Percent", "upper quartile|third quartile|top quartile", 75)
    grammar.words_as("Percent", "lower quartile|first quartile|bottom quartile", 25)
    grammar.rule("Measure", "Percent (of|for)? Rows? Num (value|amount)?", lambda c, p, _r, f: _nth(c, p, f))
    grammar.rule("Measure", "Rows? Num Percent", lambda c, _r, f, p: _nth(c, p, f))


def _whole(number: Number) -> int | None:
    count = number.count
    return count if count is not None and count <= 99 else None


def _coded(code: str) -> int | None:
    match = _PERCENTILE.match(code)
    return int(match[1]) if match is not None and int(match[1]) > 0 else None


def _nth(context: Context, percent: int, field: Field) -> Part | None:
    if not context.fits(field.name, Aggregation.MEDIAN):
        return None
    return Part(percentile=percent, field=field.name)


def _windows(grammar: Grammar) -> None:
    running = "(running total|running totals|running sum|cumulative|cumulated|accumulated|running count)"
    grammar.rule("Window", f"{running} (of|for|sum of|total of)?", lambda _c: Window(running=True))
    grammar.rule("Window", "(cumulatively|as running total)", lambda _c: Window(running=True))
    average = "(moving average|rolling average|moving mean|rolling mean|sliding average)"
    grammar.rule("Window", f"Count Unit {average} (of|for)?", _moving)
    grammar.rule("Window", f"{average} (over|of) Count Unit (of|for)?", _moving)


def _moving(_context: Context, count: int, unit: TimeUnit) -> Window | None:
    if unit is TimeUnit.HALF or not 2 <= count <= 366:
        return None
    return Window(moving=count, grain=Grain(unit.value))


_RATE = "(rate|share|percentage|percent|proportion|quota|ratio)"


def _rates(grammar: Grammar) -> None:
    for kind in ("Happening", "Happenings"):
        grammar.rule("Measure", f"{kind} {_RATE} (of|for|among)? Rows?", lambda c, v, _r: _rate(c, v))
    grammar.rule("Measure", "Flag (rate|quota) (of|for|among)? Rows?", lambda c, v, _r: _rate(c, v))
    grammar.rule(
        "Measures", "(how many|number of)? Happenings", lambda c, v: Both(Measures((c.count(),)), _where(v))
    )
    grammar.rule(
        "Share",
        "(share|percentage|percent|proportion) of (each|every) Dim (in|of|on) (total|overall)?",
        lambda _c, f: Both(Share(), Groups((f.name,))),
        cost=-0.3,
    )
    grammar.rule(
        "Share",
        "(each|every) Dim 's? (share|percentage|percent|proportion) (of|in) (total|overall)?",
        lambda _c, f: Both(Share(), Groups((f.name,))),
        cost=-0.3,
    )
    grammar.rule(
        "Share",
        "(what|which)? (share|percentage|percent|proportion) of (total|overall)? Measure (does|do|did) (each"
        f"|every) Dim {_DOES}",
        lambda _c, p, f: Both(Measures((p,)), Both(Share(), Groups((f.name,)))),
        cost=-0.3,
    )
    grammar.rule(
        "Share",
        "Rows (share|percentage|percent|proportion)",
        lambda c, _r: Both(Measures((c.count(),)), Share()),
        cost=0.1,
    )


def _where(value: Value) -> Where:
    operator = Operator.EQ if isinstance(value.value, bool) else Operator.IN
    return Where(value.field, operator, (value.value,))


def _rate(context: Context, value: Value) -> Part | None:
    return context.rate(_where(value))
