"""The conditions of a reading as filters of a query."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Bound, Compound, Number, Threshold, Where
from answerable.data.questions.numbers import plain
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    DatePart,
    Elapsed,
    Filter,
    InSegment,
    Not,
    Operator,
)
from answerable.data.semantics.model import ModelField

_SIGNS = {
    "€": "eur",
    "$": "usd",
    "£": "gbp",
    "¥": "jpy",
    "hrs": "hour",
    "h": "hour",
    "hours": "hour",
    "percent": "%",
}


_HOURS = 24  # "between 9 and 11" may be of the clock


@dataclass(frozen=True, slots=True)
class Filtered:
    """A filter and the fields that were assumed for numbers without one."""

    where: Filter | None
    assumed: tuple[str, ...] = ()


def filters(context: Context, wheres: list[Where], thresholds: list[Threshold]) -> list[Filtered]:
    """Every filter that the conditions may mean; several when a number's field is not said.

    Empty when a condition fits no field."""
    alternatives: list[tuple[list[Filter], tuple[str, ...]]] = [([condition(w) for w in wheres], ())]
    for threshold in thresholds:
        candidates = (threshold.field,) if threshold.field else _fields_for(context, threshold.bound)
        extended: list[tuple[list[Filter], tuple[str, ...]]] = []
        for conditions, assumed in alternatives:
            for name in candidates:
                bound = bounded(context, name, threshold.bound)
                if bound is not None:
                    extended.append(([*conditions, bound], assumed if threshold.field else (*assumed, name)))
        alternatives = extended
    return [Filtered(joined(conditions), assumed) for conditions, assumed in alternatives]


def as_where(context: Context, threshold: Threshold) -> tuple[Where, tuple[str, ...]] | None:
    """The bound as a condition on the one field that it can be about, and that field where it was not said;
    None where there are several."""
    names = (threshold.field,) if threshold.field else _fields_for(context, threshold.bound)
    bound = bounded(context, names[0], threshold.bound) if len(names) == 1 else None
    if bound is None or bound.operator is Operator.BETWEEN:
        return None
    return Where(names[0], bound.operator, bound.values), () if threshold.field else names


def joined(conditions: list[Filter]) -> Filter | None:
    """All of the conditions, in one order whatever the words' was."""
    if not conditions:
        return None
    ordered = sorted(conditions, key=_place)
    return ordered[0] if len(ordered) == 1 else AllOf(all=tuple(ordered))


def _place(one: Filter) -> tuple[str, str, str]:
    if isinstance(one, Condition):
        return one.field, one.operator, str(one.values)
    return "~", "", str(one)  # segments come last, as names do


def condition(where: Where) -> Filter:
    """The condition as a filter of a query."""
    if where.segment:
        named = InSegment(segment=where.field)
        return Not(negated=named) if where.operator is Operator.NE else named
    operator = where.operator
    values = where.values if operator is Operator.BETWEEN else tuple(sorted(where.values, key=str))
    if where.other is not None:
        return Condition(field=where.field, operator=operator, other=where.other)
    if where.since is not None and where.unit is not None:
        elapsed = Elapsed.model_validate({"since": where.since, "unit": where.unit})
        return Condition(field=where.field, operator=operator, values=values, elapsed=elapsed)
    if len(values) == 1 and operator is Operator.IN:
        operator = Operator.EQ
    elif len(values) == 1 and operator is Operator.NOT_IN:
        operator = Operator.NE
    name, _, part = where.field.partition("@")
    return Condition(field=name, operator=operator, values=values, part=DatePart(part) if part else None)


def compound(found: Compound) -> Filter:
    """Several conditions as one filter."""
    sides = tuple(joined([condition(where) for where in side]) for side in found.sides)
    known = tuple(side for side in sides if side is not None)
    whole: Filter = known[0] if len(known) == 1 else AnyOf(any=known)
    return Not(negated=whole) if found.negated else whole


def _fields_for(context: Context, bound: Bound) -> tuple[str, ...]:
    """The fields that a bare number can be about: those of its unit, else what a row is worth."""
    units = {_unit_name(n.unit) for n in (bound.low, bound.high) if n is not None and n.unit}
    if not units:
        perhaps_hours = bound.high is not None and bound.high.value <= _HOURS and context.tells_hours()
        return () if perhaps_hours else context.worth()
    matching = tuple(
        f.name
        for f in context.dataset.fields
        if f.unit is not None and context.is_number(f) and units == {_unit_name(f.unit.symbol)}
    )
    worth = tuple(name for name in context.worth() if name in matching)
    return worth or matching


def _unit_name(symbol: str) -> str:
    folded = symbol.casefold()
    return _SIGNS.get(folded, folded)


def bounded(context: Context, name: str, bound: Bound) -> Condition | None:
    """The bound on a field in the field's stored scale, or None where their units differ."""
    field = context.field(name)
    if field is None:
        return None
    numbers = [bound.low] if bound.high is None else [bound.low, bound.high]
    values = [_stored(field, number) for number in numbers]
    if any(value is None for value in values):
        return None
    return Condition(field=name, operator=bound.operator, values=tuple(v for v in values if v is not None))


def _stored(field: ModelField, number: Number) -> Decimal | None:
    """What is said in the unit's symbol, as it is stored: 20 % of a fraction is 0.2."""
    if field.unit is None:
        return plain(number.value) if number.unit is None else None
    if number.unit is not None and _unit_name(field.unit.symbol) != _unit_name(number.unit):
        return None
    scale = Decimal(str(field.unit.scale))
    if scale == 1:
        return plain(number.value)
    if number.unit is None and field.unit.kind == "percent" and 0 < number.value <= 1:
        return None  # 0.2 may be the stored fraction or a fifth of a percent
    return plain(number.value / scale)
