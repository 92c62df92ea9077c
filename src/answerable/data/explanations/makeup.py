"""What a number is made of: the parts of it that add up over groups, and what they are divided by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from answerable.data.explanations.errors import ChangeNotExplained
from answerable.data.semantics.filters import AllOf, Elapsed, Filter
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import Measure

ABOVE, FIRST, BELOW, ROWS = "part_above", "part_first", "part_below", "rows"
_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
_APART = frozenset({*_ADDITIVE, Aggregation.COUNT_DISTINCT})
_WORDS = {
    Aggregation.MIN: "smallest value",
    Aggregation.MAX: "largest value",
    Aggregation.MEDIAN: "median",
    Aggregation.AVG: "average",
}


class Kind(StrEnum):
    """How a number behaves when its rows are cut into groups."""

    SUM = "sum"  # of values, or a stock: the groups' numbers sum to it
    COUNT = "count"  # of rows
    DISTINCT = "distinct"  # sums up where nothing is in two groups
    AVERAGE = "average"  # of values, weighted by how many there are
    DIFFERENCE = "difference"  # of two sums: sums up as they do
    RATIO = "ratio"  # of two sums, weighted by the lower one


@dataclass(frozen=True, slots=True)
class Makeup:
    """A number with the measures that have to be computed beside it, under the names above.

    `first` is what `minus` is taken from; `above` is what is divided, `below` what it is divided by; `rows`
    counts the values of a sum or an average. `largest` finds the largest single value of a sum."""

    kind: Kind
    measure: Measure
    above: Measure | None = None
    first: Measure | None = None
    below: Measure | None = None
    rows: Measure | None = None
    largest: Measure | None = None

    @property
    def beside(self) -> tuple[Measure, ...]:
        """What is computed with the number itself."""
        return tuple(part for part in (self.above, self.first, self.below, self.rows) if part is not None)

    @property
    def is_rate(self) -> bool:
        """Whether its change splits into mix and rate."""
        return self.kind in (Kind.AVERAGE, Kind.RATIO)


@dataclass(frozen=True, slots=True)
class _Plain:
    """One aggregation, whether it was said by a metric or by itself."""

    aggregation: Aggregation | None  # None: a percentile
    field: str | None
    elapsed: Elapsed | None
    where: Filter | None
    stock: bool

    def measure(self, aggregation: Aggregation, alias: str) -> Measure:
        """Another aggregation of the same values."""
        return Measure(
            aggregation=aggregation, field=self.field, elapsed=self.elapsed, where=self.where, alias=alias
        )


def made_of(measure: Measure, name: str, model: SemanticModel) -> Makeup:
    """What the number called `name` is made of. Raises ChangeNotExplained for one that has no parts."""
    plain = _plain(measure, model)
    metric = model.metric(measure.metric) if measure.metric is not None else None
    if metric is not None and metric.cumulative:
        return Makeup(Kind.SUM, measure)  # what came together before has no rows of these periods
    minus, per = measure.minus, measure.per
    if metric is not None and (metric.minus is not None or metric.per is not None):
        minus, per = (
            Measure(metric=part, where=measure.where) if part is not None else None
            for part in (metric.minus, metric.per)
        )
    if minus is None and per is None:
        return _of_one(measure, plain, name)
    for part in (plain, *(_plain(other, model) for other in (minus, per) if other is not None)):
        if part.aggregation not in _APART:
            raise _without_parts(part, name, " that it is computed with")
    measure = measure.model_copy(update={"unit": None})  # parts are told in the units that they are stored in
    assert plain.aggregation is not None
    first = plain.measure(plain.aggregation, FIRST)
    if per is None:
        return Makeup(Kind.DIFFERENCE, measure, first=first)
    return Makeup(
        Kind.RATIO,
        measure,
        above=first.model_copy(update={"minus": minus, "alias": ABOVE}),
        first=first if minus is not None else None,
        below=per.model_copy(update={"alias": BELOW}),
    )


def _of_one(measure: Measure, plain: _Plain, name: str) -> Makeup:
    rows = plain.measure(Aggregation.COUNT, ROWS)
    if plain.aggregation is Aggregation.AVG:
        return Makeup(Kind.AVERAGE, measure, rows=rows)
    if plain.aggregation is Aggregation.COUNT_DISTINCT:
        return Makeup(Kind.DISTINCT, measure)
    if plain.aggregation is Aggregation.COUNT:
        return Makeup(Kind.COUNT, measure)
    if plain.aggregation is not Aggregation.SUM:
        raise _without_parts(plain, name, "")
    if plain.stock:
        return Makeup(Kind.SUM, measure)
    largest = plain.measure(Aggregation.MAX, "largest").model_copy(update={"unit": measure.unit})
    return Makeup(Kind.SUM, measure, rows=rows, largest=largest)


def _plain(measure: Measure, model: SemanticModel) -> _Plain:
    metric = model.metric(measure.metric) if measure.metric is not None else None
    if metric is None:
        stock = any(m.non_additive and m.field == measure.field for m in model.metrics if m.field is not None)
        return _Plain(measure.aggregation, measure.field, measure.elapsed, measure.where, stock)
    both = [where for where in (metric.where, measure.where) if where is not None]
    where = AllOf(all=tuple(both)) if len(both) > 1 else both[0] if both else None
    return _Plain(metric.aggregation, metric.field, None, where, metric.non_additive)


def _without_parts(plain: _Plain, name: str, computed: str) -> ChangeNotExplained:
    words = _WORDS[plain.aggregation] if plain.aggregation is not None else "percentile"
    return ChangeNotExplained(
        f"Why the {name} changed cannot be computed: the {words}{computed} is not made of those of its "
        "groups, so that its change has no parts that sum to it. Ask why a total, a number or an average "
        f"changed, or for the {name} by one of the dimensions."
    )
