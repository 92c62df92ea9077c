"""What a metric computes, without its name: one aggregation, less another, divided by a third.

Expressions of other formats are brought into this form or refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.data.interchange.report import Inexpressible
from answerable.data.semantics.filters import AllOf, Filter
from answerable.data.semantics.model import Aggregation, Metric


@dataclass(frozen=True, slots=True)
class Term:
    """An aggregation of a field of a dataset, over the rows that `where` keeps; of the rows without a
    field."""

    dataset: str
    aggregation: Aggregation
    field: str | None = None
    where: Filter | None = None

    def narrowed(self, where: Filter | None) -> Term:
        """The same over fewer rows."""
        return replace(self, where=both(self.where, where))


@dataclass(frozen=True, slots=True)
class Formula:
    """(whole - minus) / per, where the last two may be missing."""

    whole: Term
    minus: Term | None = None
    per: Term | None = None

    @property
    def plain(self) -> bool:
        """Whether it is one aggregation alone."""
        return self.minus is None and self.per is None

    def narrowed(self, where: Filter | None) -> Formula:
        """The same with each part over fewer rows."""
        if where is None:
            return self
        minus, per = (part and part.narrowed(where) for part in (self.minus, self.per))
        return Formula(self.whole.narrowed(where), minus, per)


def less(left: Formula, right: Formula) -> Formula:
    """left - right. Raises Inexpressible beyond two aggregations of one dataset."""
    if not left.plain or not right.plain:
        raise Inexpressible("only one number can be taken off another")
    return _of_one_dataset(Formula(left.whole, minus=right.whole))


def divided(left: Formula, right: Formula) -> Formula:
    """left / right. Raises Inexpressible where more than one number is divided by."""
    if left.per is not None or not right.plain:
        raise Inexpressible("a number or a difference can be divided by one other number, no further")
    return _of_one_dataset(Formula(left.whole, left.minus, right.whole))


def term_of(metric: Metric) -> Term:
    """What the metric aggregates before others are taken off or divided by."""
    return Term(metric.dataset, metric.aggregation, metric.field, metric.where)


def both(one: Filter | None, other: Filter | None) -> Filter | None:
    """Both conditions at once, flat where they are lists already."""
    if one is None or other is None:
        return one or other
    parts = [part for each in (one, other) for part in (each.all if isinstance(each, AllOf) else (each,))]
    return AllOf(all=tuple(parts))


def _of_one_dataset(formula: Formula) -> Formula:
    names = {part.dataset for part in (formula.whole, formula.minus, formula.per) if part is not None}
    if len(names) > 1:
        raise Inexpressible(f"its parts are of several datasets ({', '.join(sorted(names))})")
    return formula
