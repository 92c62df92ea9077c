"""Averages of the totals of periods: orders per month on average, average daily revenue.

Of a number that is summed, "average fee per day" may as well be the average of the rows of each day.
"""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.english import PEOPLE, words
from answerable.data.questions.meanings import Field, Part, TimeUnit
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Grain

_AVERAGE = "(average|mean|avg)"
_ADVERBS = {
    TimeUnit.DAY: "daily", TimeUnit.WEEK: "weekly", TimeUnit.MONTH: "monthly",
    TimeUnit.QUARTER: "quarterly", TimeUnit.YEAR: "yearly|annual",
}  # fmt: skip

_STAYING = PEOPLE | words(
    "customer client product item supplier account subscriber tenant machine device vehicle"
)


def add_rules(grammar: Grammar) -> None:
    """The rules of averages per period; the clause is `Measures`."""
    for unit, adverbs in _ADVERBS.items():
        grammar.words_as("Adverb", adverbs, unit)
    grammar.words_as("@Per", "per|each|every")
    grammar.rule(
        "Counted", "(how many|number of|count of)? Rows", lambda _c, rows: rows if rows.many else None
    )
    grammar.rule("Summed", "(total|how much)? (Metric|Num)", _summed)
    for pattern in (
        f"{_AVERAGE} Counted @Per Unit",
        f"{_AVERAGE} Rows count @Per Unit",
    ):
        grammar.rule("Measure", pattern, lambda c, _rows, unit: _counted(c, unit), cost=-0.1)
    have = "(do we have|do we get|did we have|did we get|are there|were there|come in|we have|we get)"
    for pattern in (
        f"{_AVERAGE} Counted Unit",  # orders a month
        f"Counted {have}? @Per? Unit on average",
        f"on average Counted {have}? @Per? Unit",
        f"Counted {have} on average @Per? Unit",
        f"Counted on average {have}? @Per? Unit",
    ):
        grammar.rule("Measure", pattern, lambda c, _rows, unit: _counted(c, unit), cost=-0.1)
    for pattern in (f"{_AVERAGE} Adverb Counted", f"Adverb {_AVERAGE} (number of|count of) Rows"):
        grammar.rule("Measure", pattern, lambda c, unit, _rows: _counted(c, unit), cost=-0.1)
    grammar.rule(
        "Measure", "Summed @Per Unit on average", lambda _c, part, unit: _every(part, unit), cost=-0.1
    )
    grammar.rule("Measure", f"{_AVERAGE} Adverb Summed", lambda _c, unit, part: _every(part, unit), cost=-0.1)
    grammar.rule(
        "Measure", f"{_AVERAGE} total (Metric|Num) @Per Unit",
        lambda c, measured, unit: _every(_summed(c, measured), unit), cost=-0.1,
    )  # fmt: skip
    grammar.rule("Measure", f"{_AVERAGE} (Metric|Num) @Per Unit", _either, cost=-0.1)


def _counted(context: Context, unit: TimeUnit) -> Part | None:
    """Rows that come with time; of people and things that stay it may be how many there are."""
    stays = _STAYING.issuperset(context.dataset.row_noun.split()[-1:])
    return None if stays else _every(context.count(), unit)


def _summed(context: Context, measured: Part | Field) -> Part | None:
    part = measured if isinstance(measured, Part) else context.number_of(measured.name, many=measured.many)
    return part if part is not None and context.is_sum(part) else None


def _every(part: Part | None, unit: TimeUnit) -> Part | None:
    if part is None or unit is TimeUnit.HALF:
        return None
    return replace(part, every=Grain(unit.value), many=False, rate=False)


def _either(context: Context, measured: Part | Field, unit: TimeUnit) -> Part | None:
    """Average revenue per month: of the months' totals, or of the orders of each month."""
    part = _every(_summed(context, measured), unit)
    if part is None or rows_average(context, part) is None:
        return None
    return replace(part, perhaps=True)


def rows_average(context: Context, part: Part) -> Part | None:
    """The average of the rows that the part sums; None where it counts them."""
    return context.aggregated(replace(part, every=None, perhaps=False), Aggregation.AVG)
