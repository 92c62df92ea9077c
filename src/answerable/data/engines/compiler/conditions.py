"""Checks on filter trees: names, sizes, and whether operators and values fit the fields."""

from __future__ import annotations

from collections.abc import Callable

from answerable.data.engines.compiler.plan import FieldRef
from answerable.data.engines.compiler.problems import Problems
from answerable.data.engines.compiler.values import BadValue, fit
from answerable.data.semantics.model import Calendar, FieldType
from answerable.data.semantics.query import AllOf, AnyOf, Condition, Filter, Not, Operator, Pointed

MAX_DEPTH, MAX_CONDITIONS, MAX_VALUES = 20, 200, 2_000

Resolve = Callable[[str, str], FieldRef | None]
Point = Callable[[Pointed, str], None]

_ORDERED = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.BETWEEN})
_TEXTUAL = frozenset({Operator.CONTAINS, Operator.STARTS_WITH})
_MANY = frozenset({Operator.IN, Operator.NOT_IN})
_NONE = frozenset({Operator.IS_NULL, Operator.NOT_NULL})


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
        else:
            conditions, values = conditions + 1, values + len(node.values)
            if conditions > MAX_CONDITIONS or values > MAX_VALUES:
                problems.add("where", f"give at most {MAX_CONDITIONS} conditions and {MAX_VALUES} values")
                return
            _check_condition(node, where, calendar, resolve, problems)


def _check_condition(
    node: Condition, where: str, calendar: Calendar, resolve: Resolve, problems: Problems
) -> None:
    ref = resolve(node.field, f"{where}.field")
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


def _number_of_values(operator: Operator) -> int | None:
    if operator in _MANY:
        return None
    if operator in _NONE:
        return 0
    return 2 if operator is Operator.BETWEEN else 1
