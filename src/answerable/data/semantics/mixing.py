"""Numbers whose unit stands in another column of their row: euros and dollars do not add up.

A measure with such a companion may be aggregated only over rows of one unit: filtered to it or grouped by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from answerable.data.ingestion.units import parse_unit
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Filter,
    Operator,
)
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    Aggregation,
    Dataset,
    FieldRole,
    FieldType,
    ModelField,
    SemanticModel,
)
from answerable.data.semantics.query import Measure, SemanticQuery, parts_of

_CURRENCY = re.compile(
    r"(?:(?P<of>\w+)_)?(?:currency|currencies|ccy|waehrung|wahrung|devise)(?:_(?:code|iso))?$"
)
_UNIT = re.compile(r"(?:(?P<of>\w+)_)?(?:unit|uom|einheit|unit_of_measure(?:ment)?|mengeneinheit)$")
_MONEY = re.compile(
    r"(?:^|_)(?:price|cost|costs|revenue|sales|turnover|budget|salary|wage|fee|tax|vat|profit|discount|payment|"
    r"invoice|expense|expenses|spend|preis|kosten|umsatz|gehalt|steuer|gewinn)(?:_|$)"
)
_NO_MONEY = re.compile(
    r"(?:^|_)(?:quantity|qty|count|number|units|pieces|items|seats|headcount|employees|staff|days|hours|minutes|"
    r"weight|height|length|width|age|year|score|rating|stock|menge|anzahl|stueck)(?:_|$)"
)
_RATE = re.compile(
    r"(?:^|_)(?:rate|ratio|percent|percentage|pct|share|index|factor|kurs|anteil|quote)(?:_|$)"
)
_COUNTS = frozenset({Aggregation.COUNT, Aggregation.COUNT_DISTINCT})
_KNOWN_SHARE = 0.5
_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Mixture:
    """A measure of a query that would put several units into one number. `left` are the units that
    the query's filter leaves, most frequent first; empty where the model does not know them."""

    measure: Measure
    field: ModelField
    companion: ModelField
    left: tuple[str, ...]
    ranked: bool  # a top, a share or a count is of all groups, so that only a filter helps


def mixtures(query: SemanticQuery, model: SemanticModel) -> list[Mixture]:
    """The measures of the query whose numbers are of several units; empty when each is of one."""
    dataset = model.dataset(query.dataset)
    if dataset is None:
        return []
    found: list[Mixture] = []
    for measure in parts_of(query.measures):
        field = _summed(measure, dataset, model)
        companion = companion_of(field, dataset) if field is not None else None
        if field is None or companion is None:
            continue
        topped = any(group.top is not None and group.field != companion.name for group in query.group_by)
        ranked = measure.share_of_total or topped or query.count_groups
        grouped = any(group.field == companion.name for group in query.group_by)
        left = _left(companion, query.where)
        if (left is not None and len(left) <= 1) or (grouped and not ranked):
            continue
        found.append(Mixture(measure, field, companion, left or (), ranked))
    return found


def companion_of(field: ModelField, dataset: Dataset) -> ModelField | None:
    """The column that names the unit of a measure's numbers, where the data has several units."""
    if field.type not in NUMERIC_TYPES or field.role is not FieldRole.MEASURE or field.unit is not None:
        return None
    names = {other.name for other in dataset.fields if other.type in NUMERIC_TYPES}
    for other in dataset.fields:
        if other.type is FieldType.STRING and _is_mixed(other) and _belongs(field.name, other, names):
            return other
    return None


def _summed(measure: Measure, dataset: Dataset, model: SemanticModel) -> ModelField | None:
    """The field whose numbers the measure puts together; counts put none together."""
    name, aggregation = measure.field, measure.aggregation
    if measure.metric is not None:
        metric = next((m for m in model.metrics if m.name == measure.metric), None)
        if metric is None or metric.dataset != dataset.name:
            return None
        name, aggregation = metric.field, metric.aggregation
    if name is None or aggregation is None or aggregation in _COUNTS:
        return None
    return dataset.field(name)


def _is_mixed(companion: ModelField) -> bool:
    if companion.values is not None:
        return len(companion.values) > 1
    return (companion.distinct_count or 0) > 1


def _belongs(measure: str, companion: ModelField, numbers: set[str]) -> bool:
    """Whether the column tells the unit of this measure: by its name (`price_currency`), else by kind."""
    money = _CURRENCY.fullmatch(companion.name)
    match = money or _UNIT.fullmatch(companion.name)
    if match is None or _RATE.search(measure) is not None or (money is None and not _names_units(companion)):
        return False
    owner = match["of"]
    if owner in numbers:
        return owner == measure
    if money is not None:
        return _NO_MONEY.search(measure) is None
    return owner is None and _MONEY.search(measure) is None


def _names_units(companion: ModelField) -> bool:
    """Whether a column's values are units: a "unit" may as well be a part of a firm."""
    values = companion.values or ()
    known = sum(parse_unit(value) is not None for value in values)
    # A, B and C are parts of a firm, though there are amperes and bytes.
    letters = {value for value in values if len(value) == 1 and value.isupper()}
    if letters == set(values) and (known < len(values) or letters == set(_FIRST[: len(letters)])):
        return False
    return bool(values) and known >= _KNOWN_SHARE * len(values)


def _left(companion: ModelField, where: Filter | None) -> tuple[str, ...] | None:
    """The companion's values that the filter leaves; None where neither tells."""
    left = companion.values
    for condition in _all_of(where):
        if condition.field != companion.name:
            continue
        named = {_folded(value) for value in condition.values}
        if condition.operator in (Operator.EQ, Operator.IN):
            known = left if left is not None else tuple(str(value) for value in condition.values)
            left = tuple(value for value in known if _folded(value) in named)
        elif condition.operator in (Operator.NE, Operator.NOT_IN) and left is not None:
            left = tuple(value for value in left if _folded(value) not in named)
    return left


def _all_of(where: Filter | None) -> Iterable[Condition]:
    """The conditions that every row of the result meets."""
    if isinstance(where, Condition):
        yield where
    elif isinstance(where, AllOf):
        for part in where.all:
            yield from _all_of(part)


def _folded(value: object) -> str:
    return str(value).strip().casefold()
