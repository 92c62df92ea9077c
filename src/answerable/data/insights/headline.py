"""One number as people look at it: large, with what it is and how it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from answerable.data.engines.charts.parts import SCHEMA
from answerable.data.printing.lettering import broken, text_width
from answerable.data.questions.formatting import format_cell, upper_first
from answerable.data.semantics.model import NUMERIC_TYPES
from answerable.data.semantics.query import Grain
from answerable.data.semantics.result import Cell, Column

_MOST = 4  # numbers of one row; more are a table
_WIDTH, _MARGIN = 720, 24
_LARGEST, _CHANGE, _WORDS = 64, 20, 15
_INK, _DIM = "#17211c", "#57625c"


@dataclass(frozen=True, slots=True)
class Headline:
    """A number in its unit; what it is, "" where the query's words say all of that; its change, "" where the
    query does not compare."""

    value: str
    label: str
    change: str = ""


def headlines(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], grain: Grain | None = None
) -> list[Headline]:
    """The numbers of a result of one row, a share before what it is a share of; none for other results."""
    measures = [column for column in columns if column.kind == "measure" and column.type in NUMERIC_TYPES]
    if len(rows) != 1 or not measures or len(measures) > _MOST:
        return []
    cells = {column.name: cell for column, cell in zip(columns, rows[0], strict=True)}
    groups = [format_cell(cells[c.name], c, grain) for c in columns if c.kind in ("group", "period")]
    several = len(measures) > 1
    return [_headline(measure, columns, cells, groups, several=several) for measure in measures]


def _headline(
    measure: Column,
    columns: Sequence[Column],
    cells: dict[str, Cell],
    groups: Sequence[str],
    *,
    several: bool,
) -> Headline:
    derived = {str(c.derivation): c for c in columns if c.of == measure.name}
    shown = derived.get("share", measure)
    label = " · ".join([upper_first(shown.label), *groups]) if several or groups else ""
    change = _change(derived, cells) if shown is measure else ""
    return Headline(_number(cells[shown.name], shown), label, change)


def _change(derived: Mapping[str, Column], cells: dict[str, Cell]) -> str:
    previous = derived.get("previous")
    if previous is None:
        return ""
    before = f"{_number(cells[previous.name], previous)} before"
    # There is no percentage of nothing.
    for by in (derived.get("change_pct"), derived.get("change")):
        if by is not None and cells[by.name] is not None:
            return f"{_signed(cells[by.name], by)}, {before}"
    return before


def _number(cell: Cell, column: Column) -> str:
    """As it is written; a number with more digits than JSON keeps came as text."""
    if cell is None:
        return "no value"
    return format_cell(Decimal(cell) if isinstance(cell, str) else cell, column)


def _signed(cell: Cell, column: Column) -> str:
    text = _number(cell, column)
    number = Decimal(cell) if isinstance(cell, str) else cell
    return f"+{text}" if isinstance(number, (int, float, Decimal)) and number > 0 else text


def picture_of_numbers(numbers: Sequence[Headline], words: str) -> dict[str, Any]:
    """Vega-Lite that writes the numbers below each other under the query in words."""
    layers: list[dict[str, Any]] = []
    y = 0.0
    room = _WIDTH - 2 * _MARGIN
    for number in numbers:
        # A number of any length stays on its line.
        size = min(_LARGEST, _LARGEST * room / max(text_width(number.value, _LARGEST), 1.0))
        y += size
        layers.append(_written(number.value, y, size, _INK, weight=700))
        below = [(number.change, _CHANGE), (number.label, _WORDS)]
        for text, letters in (one for one in below if one[0]):
            for line in broken(text, letters, room, most=2):
                y += letters * 1.5
                layers.append(_written(line, y, letters, _DIM))
        y += _LARGEST / 2
    return {
        "$schema": SCHEMA,
        "description": words,
        "title": {
            "text": broken(words.rstrip("."), _WORDS, room, most=3),
            "anchor": "start",
            "frame": "group",
        },
        "width": room,
        "height": y - _LARGEST / 2,
        "padding": _MARGIN,
        "view": {"stroke": None},
        "data": {"values": [{}]},
        "layer": layers,
    }


def _written(text: str, y: float, size: float, colour: str, weight: int = 400) -> dict[str, Any]:
    return {
        "mark": {
            "type": "text",
            "text": text,
            "x": 0,
            "y": y,
            "align": "left",
            "baseline": "bottom",
            "fontSize": size,
            "fontWeight": weight,
            "color": colour,
        }
    }
