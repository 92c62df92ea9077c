"""Cells as the columns of a result say that they are, whatever the driver made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from answerable.data.engines.duckdb.transport import JsonCell
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.result import Cell, Column


def decode_by_columns(
    rows: Sequence[Sequence[JsonCell]], columns: Sequence[Column], *, scale: int | None = None
) -> list[list[Cell]]:
    """The rows in the types of their columns; what does not read as such stays as it came.

    `scale`: the decimals of exact numbers, where the database computes them as floats.
    """

    def decimal(cell: JsonCell) -> Cell:
        number = Decimal(str(cell))
        return round(number, scale) if scale is not None and isinstance(cell, float) else number

    readers = [decimal if column.type is FieldType.DECIMAL else _READ[column.type] for column in columns]
    return [[_read(cell, read) for cell, read in zip(row, readers, strict=True)] for row in rows]


def _read(cell: JsonCell, read: Callable[[JsonCell], Cell]) -> Cell:
    if cell is None:
        return None
    try:
        return read(cell)
    except (ValueError, InvalidOperation, OverflowError):
        return cell


def _integer(cell: JsonCell) -> Cell:
    if isinstance(cell, str):
        number = Decimal(cell)
        return int(number) if number == number.to_integral_value() else number
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    return int(cell) if isinstance(cell, bool) else cell


def _float(cell: JsonCell) -> Cell:
    return float(cell) if cell is not None else None


def _boolean(cell: JsonCell) -> Cell:
    return bool(cell) if isinstance(cell, (int, float)) else cell


def _date(cell: JsonCell) -> Cell:
    return datetime.fromisoformat(str(cell)).date() if len(str(cell)) > 10 else date.fromisoformat(str(cell))


_READ: dict[FieldType, Callable[[JsonCell], Cell]] = {
    FieldType.STRING: lambda cell: cell if isinstance(cell, str) else str(cell),
    FieldType.INTEGER: _integer,
    FieldType.FLOAT: _float,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.TIMESTAMP: lambda cell: datetime.fromisoformat(str(cell)),
    FieldType.TIME: lambda cell: time.fromisoformat(str(cell)),
}
