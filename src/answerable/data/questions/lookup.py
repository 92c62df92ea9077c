"""Queries for one row by its key, and what such a row says."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.data.questions.formatting import format_cell, join_words, lower_first
from answerable.data.semantics.filters import Condition, Operator, Scalar
from answerable.data.semantics.model import Dataset
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Cell, Column

_CHOOSING = frozenset({Operator.EQ, Operator.IN})
_MOST_SAID = 12


def by_value(query: SemanticQuery) -> Condition | None:
    """The condition of a query that lists rows by the value of one field alone; None for other queries."""
    where = query.where
    if query.measures or query.group_by or query.time is not None or not isinstance(where, Condition):
        return None
    plain = where.part is None and where.elapsed is None and where.other is None
    return where if plain and where.operator in _CHOOSING and where.values else None


def by_key(query: SemanticQuery, dataset: Dataset | None) -> tuple[str, Scalar] | None:
    """The key field of a query for one row, and the value that is looked for; None for other queries."""
    where = by_value(query)
    if where is None or dataset is None or dataset.primary_key != (where.field,):
        return None
    # Of two ways to write one key ("012", "client 012") the longer has the noun.
    longest = max(where.values, key=lambda value: len(str(value)))
    spellings = all(str(longest).endswith(str(value)) for value in where.values)
    return (where.field, longest) if spellings else None


def row_words(noun: str, key: str, row: Sequence[Cell], columns: Sequence[Column]) -> str:
    """What a row says beside its key: "fee of repair J00012 is 250.50"; several fields each with its name."""
    cells = {column.name: format_cell(cell, column) for cell, column in zip(row, columns, strict=True)}
    called = cells.get(key, "")
    named = called if called.casefold().startswith(noun.casefold()) else f"{noun} {called}".strip()
    others = [column for column in columns if column.name != key]
    said = [(lower_first(column.label), cells[column.name]) for column in others[:_MOST_SAID]]
    if len(said) <= 2:
        return join_words([f"{label} of {named} is {value}" for label, value in said]) or named
    return f"{named}: {', '.join(f'{label} {value}' for label, value in said)}"
