"""Checks on filter trees: names, sizes, and whether operators and values fit the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from answerable.data.engines.compiler.plan import FieldRef
from answerable.data.engines.compiler.problems import Problems
from answerable.data.engines.compiler.values import BadValue, fit
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
    Pointed,
)
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, Calendar, FieldType

MAX_DEPTH, MAX_CONDITIONS, MAX_VALUES = 20, 200, 2_000


class Resolve(Protocol):
    """Finds a field by its name; a name that does not exist is noted as a problem of `where`."""

    def __call__(
        self, name: str, where: str, part: DatePart | None = None, elapsed: Elapsed | None = None
    ) -> FieldRef | None: ...


Point = Callable[[Pointed, str], None]

_ORDERED = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.BETWEEN})
_TEXTUAL = frozenset({Operator.CONTAINS, Operator.STARTS_WITH})
_MANY = frozenset({Operator.IN, Operator.NOT_IN})
_NONE = frozenset({Operator.IS_NULL, Operator.NOT_NULL})
_BETWEEN_FIELDS = frozenset({Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE})


def check_filter(
    root: Filter, calendar: Calendar, resolve: Resolve, problems: Problems, point: Point
) -> None:
    """Note what is wrong with the tree; `point` looks into the rows that point here. Nothing is raised."""
    conditions = values = 0
    waiting: list[tuple[Filter, str, int]] = [(root, "where", 1)]
    while waiting:
        node, where, depth = waiting.pop()
        if depth > MAX_DEPTH:
            problems.add("where", f"nest filters at most {MAX_DEPTH} deep")
            return
        if isinstance(node, AllOf):
            waiting += [(part, f"{where}.all[{i}]", depth + 1) for i, part in enumerate(node.all)]
        elif isinstance(node, AnyOf):
            waiting += [(part, f"{where}.any[{i}]", depth + 1) for i, part in enumerate(node.any)]
        elif isinstance(node, Not):
            waiting.append((node.negated, f"{where}.negated", depth + 1))
        elif isinstance(node, Pointed):
            point(node, where)
        elif isinstance(node, InSegment):
            problems.add(f"{where}.segment", "no segment can stand here; write its conditions out")
        else:
            conditions, values = conditions + 1, values + len(node.values)
            if conditions > MAX_CONDITIONS or values > MAX_VALUES:
                problems.add("where", f"give at most {MAX_CONDITIONS} conditions and {MAX_VALUES} values")
                return
            _check_condition(node, where, calendar, resolve, problems)


def _check_condition(
    node: Condition, where: str, calendar: Calendar, resolve: Resolve, problems: Problems
) -> None:
    ref = resolve(node.field, f"{where}.field", node.part, node.elapsed)
    if node.other is not None:
        _check_other(node, where, ref, resolve(node.other, f"{where}.other"), problems)
        return
    expected = _number_of_values(node.operator)
    if expected is not None and len(node.values) != expected:
        problems.add(f"{where}.values", f"{node.operator.value} takes {expected}, not {len(node.values)}")
    if ref is None:
        return
    if node.operator in _TEXTUAL and ref.type is not FieldType.STRING:
        problems.add(f"{where}.operator", f"{ref.name} is {ref.type.value}; {node.operator.value} needs text")
        return
    if node.operator in _ORDERED and ref.type in (FieldType.STRING, FieldType.BOOLEAN):
        problems.add(
            f"{where}.operator", f"{ref.name} is {ref.type.value} and has no order; use eq, in or contains"
        )
        return
    for index, value in enumerate(node.values):
        try:
            fit(value, ref.type, calendar.time_zone)
        except BadValue as error:
            problems.add(f"{where}.values[{index}]", f"{ref.name} is {ref.type.value}: {error}")


def _check_other(
    node: Condition, where: str, ref: FieldRef | None, other: FieldRef | None, problems: Problems
) -> None:
    """Two fields of one row can be compared where they are of one kind and one unit."""
    if node.values:
        problems.add(f"{where}.values", "leave them out where another field is compared with")
    if node.operator not in _BETWEEN_FIELDS:
        problems.add(f"{where}.operator", "two fields are compared with eq, ne, lt, le, gt or ge")
    if ref is None or other is None:
        return
    kinds = (NUMERIC_TYPES, TEMPORAL_TYPES)
    if not any(ref.type in kind and other.type in kind for kind in kinds):
        problems.add(f"{where}.other", f"{ref.name} and {other.name} are not two numbers or two dates")
    elif ref.unit != other.unit:
        problems.add(f"{where}.other", f"{ref.name} and {other.name} are in different units")


def _number_of_values(operator: Operator) -> int | None:
    if operator in _MANY:
        return None
    if operator in _NONE:
        return 0
    return 2 if operator is Operator.BETWEEN else 1
