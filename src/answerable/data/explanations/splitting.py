"""The change by the groups of each dimension, as far as these sum to the whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from answerable.data.engines.service import ExecutedQuery, run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.explanations.contributions import Contribution, Pair, of_rates, of_sums, surprise
from answerable.data.explanations.makeup import ABOVE, BELOW, ROWS, Kind, Makeup
from answerable.data.questions.wording import measure_alias
from answerable.data.semantics.filters import AllOf, Condition, Filter, Operator
from answerable.data.semantics.model import Dataset, FieldRole, ModelField, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import GroupBy, SemanticQuery, conditions_of
from answerable.data.semantics.result import Cell
from answerable.kit.errors import AnswerableError
from answerable.kit.runtime import Runtime

MOST_DIMENSIONS = 8
UNNAMED = frozenset({"yes", "no", "(empty)"})  # how groups are told that have no name of their own
_MOST_VALUES = 60
_NEARLY = 1e-6


@dataclass(frozen=True, slots=True)
class Split:
    """A dimension with the parts of its groups, which sum to the change, and how much they surprise."""

    field: str
    label: str
    parts: tuple[Contribution, ...]
    surprise: float
    executed: ExecutedQuery


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A dimension whose groups have no parts that sum to the change, and why."""

    field: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Side:
    """The number on one side of a change, with what stands above and below its line: of an average the sum
    and the count, of a ratio its two sums, else the number and nothing."""

    value: float | None
    above: float
    below: float

    @property
    def pair(self) -> Pair:
        """Above and below."""
        return self.above, self.below


Sides = tuple[Side, Side]


def sides_of(executed: ExecutedQuery, row: list[Cell], made: Makeup) -> Sides:
    """The number before and now in one row of a result that has the parts beside it."""
    place = {column.name: at for at, column in enumerate(executed.result.columns)}
    alias = measure_alias(made.measure)

    def side(suffix: str) -> Side:
        def read(name: str) -> float:
            return as_float(row[place[name + suffix]]) or 0.0 if name + suffix in place else 0.0

        value = as_float(row[place[alias + suffix]])
        if made.kind is Kind.RATIO:
            return Side(value, read(ABOVE), read(BELOW))
        if made.kind is Kind.AVERAGE:
            return Side(value, (value or 0.0) * read(ROWS), read(ROWS))
        return Side(value, value or 0.0, 0.0)

    return side("_previous"), side("")


async def splits_of(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, made: Makeup, whole: Sides, scale: float
) -> tuple[list[Split], list[LeftOut]]:
    """Every dimension with the parts of its groups, those that explain most first, and those without parts.

    `scale` is what above over below is multiplied by, where the two are in different units."""
    found: list[Split] = []
    left_out: list[LeftOut] = []
    change = (whole[1].value or 0.0) - (whole[0].value or 0.0)
    for name, label in _dimensions(data.model, query, made):
        grouped = query.model_copy(
            update={
                "measures": (made.measure, *made.beside),
                "group_by": (GroupBy(field=name),),
                "order": (),
            }
        )
        try:
            executed = await run_query(runtime, data, grouped)
        except AnswerableError:
            continue  # a dimension of a table that is not ready explains nothing
        if executed.result.truncated:
            left_out.append(LeftOut(name, label, "it has too many values"))
            continue
        groups = _groups(executed, name, made)
        if (why := _why_no_parts(groups, made, whole)) is not None:
            left_out.append(LeftOut(name, label, why))
            continue
        parts = _parts(groups, made, scale)
        if parts:
            found.append(Split(name, label, tuple(parts), surprise(parts, change), executed))
    return sorted(found, key=lambda split: -split.surprise), left_out


def _groups(executed: ExecutedQuery, field: str, made: Makeup) -> dict[str, Sides]:
    at = [column.name for column in executed.result.columns].index(field)
    groups: dict[str, Sides] = {}
    for row in executed.result.rows:
        sides = sides_of(executed, row, made)
        if any(side.value is not None or side.above or side.below for side in sides):
            groups[_told(row[at])] = sides
    return groups


def _parts(groups: dict[str, Sides], made: Makeup, scale: float) -> list[Contribution]:
    before, now = (
        {name: sides[at] for name, sides in groups.items() if sides[at].value or any(sides[at].pair)}
        for at in (0, 1)
    )
    if made.is_rate:
        pairs = [
            {name: (side.above * scale, side.below) for name, side in sides.items()}
            for sides in (before, now)
        ]
        return of_rates(pairs[0], pairs[1])
    return of_sums(
        {name: side.above for name, side in before.items()}, {name: side.above for name, side in now.items()}
    )


def _why_no_parts(groups: dict[str, Sides], made: Makeup, whole: Sides) -> str | None:
    """Why the groups do not make up the whole; None where they do."""
    for at, side in enumerate(whole):
        for name in ("above", "below"):
            values = [getattr(sides[at], name) for sides in groups.values()]
            most = max(abs(getattr(side, name)), sum(abs(value) for value in values))
            if abs(sum(values) - getattr(side, name)) > _NEARLY * most:
                return "what is counted once in the whole is in more than one of its groups"
        if made.kind is Kind.RATIO and any(sides[at].below * side.below < 0 for sides in groups.values()):
            return "what is divided by is negative in some of its groups"
    return None


def _dimensions(model: SemanticModel, query: SemanticQuery, made: Makeup) -> list[tuple[str, str]]:
    """Names and labels of the fields to split by: few values, no data of persons, none that is filtered or
    that the number itself is a share by."""
    fixed = {node.field for node in _fixing(query.where) if node.operator is Operator.EQ}
    for part in (made.measure, *made.beside):
        fixed |= {node.field for node in conditions_of(part.where)}
    found: list[tuple[str, str]] = []
    dataset = model.dataset(query.dataset)
    near: list[tuple[str, Dataset]] = [("", dataset)] if dataset is not None else []
    for goal in sole_paths(model, query.dataset):
        other = model.dataset(goal)
        near += [(f"{goal}__", other)] if other is not None else []
    for prefix, table in near:
        found += [(prefix + f.name, f.label) for f in table.fields if _splits_well(f)]
    return [(name, label) for name, label in found if name not in fixed and len(name) <= 63][:MOST_DIMENSIONS]


def _splits_well(field: ModelField) -> bool:
    if field.personal or field.role is not FieldRole.DIMENSION:
        return False
    if field.type.value == "boolean":
        return True
    return field.values is not None and 2 <= len(field.values) <= _MOST_VALUES


def _fixing(where: Filter | None) -> Iterable[Condition]:
    if isinstance(where, Condition):
        return [where]
    return [node for part in where.all for node in _fixing(part)] if isinstance(where, AllOf) else []


def as_float(cell: Cell) -> float | None:
    """A number of a result; None where it has no value."""
    return float(str(cell)) if cell is not None and not isinstance(cell, bool) else None


def _told(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "(empty)" if cell is None else str(cell)
