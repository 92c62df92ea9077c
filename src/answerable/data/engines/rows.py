"""Rows as JSON carries them to apps: numbers stay numbers wherever that loses nothing."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from answerable.data.semantics.result import Cell, QueryResult

JsonCell = bool | int | float | str | None


def plain_rows(result: QueryResult) -> list[list[JsonCell]]:
    """The rows with dates and times in ISO 8601, and decimals as numbers.

    A decimal with more digits than a JSON reader keeps is text, so that no digit is lost.
    """
    return [[plain_cell(cell) for cell in row] for row in result.rows]


def plain_cell(cell: Cell) -> JsonCell:
    """One cell in that form."""
    if isinstance(cell, Decimal):
        number = float(cell)
        return number if Decimal(repr(number)) == cell else str(cell)
    return cell.isoformat() if isinstance(cell, (date, time)) else cell
