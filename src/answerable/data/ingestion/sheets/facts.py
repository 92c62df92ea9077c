"""What a workbook says of a sheet beside its values: what number formats print, which cells hold errors or
formulas that were never calculated, which rows and columns are hidden.

A cell that shows 25 % holds 0.25, one that shows "5 €" holds 5, and one that shows 01067 holds 1067: whoever
reads the numbers alone loses that.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from answerable.data.ingestion import units

MOST_BYTES = 256 << 20  # of a part of a workbook that is looked at
PERCENT_FORMATS = (9, 10)  # built in; those of money are of the reader's own country

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.')
_SCALING = re.compile(r"[0#?](,+)\s*$")  # after the last digit each comma takes three more away
_LEAST_DIGITS = 3  # "00" is a month or an hour


@dataclass(frozen=True, slots=True)
class CellFormat:
    """What a number format prints: `affix` beside the number, so many `digits` at least, with zeros in
    front, and the number divided by a thousand so many times."""

    affix: str = ""
    digits: int = 0
    thousands: int = 0


@dataclass(slots=True)
class PlacedFormats:
    """The formats of cells: a sheet has millions of them, so they are kept in few bytes each."""

    styles: list[CellFormat]
    rows: array[int] = field(default_factory=lambda: array("L"))
    columns: array[int] = field(default_factory=lambda: array("H"))
    numbers: array[int] = field(default_factory=lambda: array("L"))

    def __len__(self) -> int:
        return len(self.rows)

    def put(self, row: int, column: int, style: int) -> None:
        """Note the style of a cell."""
        self.rows.append(row)
        self.columns.append(column)
        self.numbers.append(style)

    def __iter__(self) -> Iterator[tuple[int, int, CellFormat]]:
        """Row, column and format of each cell."""
        for row, column, style in zip(self.rows, self.columns, self.numbers, strict=True):
            yield row, column, self.styles[style]


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`formats` of number cells by row and column from 0, where they say something; `errors` are the texts
    of error cells that have no text among the values, `uncalculated` counts formulas without a value; of
    hidden columns only those count that are inside the used ones. `unread` says that nobody looked."""

    formats: PlacedFormats = field(default_factory=lambda: PlacedFormats([]))
    errors: tuple[str, ...] = ()
    uncalculated: int = 0
    hidden_rows: int = 0
    hidden_columns: frozenset[int] = frozenset()
    unread: bool = False


UNREAD = SheetFacts(unread=True)


def format_of(code: str) -> CellFormat:
    """What a number format such as `0.0%`, `#,##0.00 "€"` or `00000` prints beside digits."""
    first = code.split(";", maxsplit=1)[0]
    if re.fullmatch("0+", first):
        return padded(len(first))
    words = [quoted or escaped or sign for quoted, escaped, sign in _LITERAL.findall(first)]
    bare = _LITERAL.sub("", first)
    scaling = _SCALING.search(bare)
    signs = [*words, *re.findall(r"[$€£¥₹]", bare)]
    return printed(signs, percent="%" in bare, thousands=len(scaling[1]) if scaling is not None else 0)


def padded(digits: int) -> CellFormat:
    """A format that shows so many digits at least."""
    return CellFormat(digits=digits if digits >= _LEAST_DIGITS else 0)


def printed(signs: Sequence[str], *, percent: bool = False, thousands: int = 0) -> CellFormat:
    """A format that prints these texts beside a number; with `percent` the number is a share of 1, and it is
    divided by `thousands` thousands."""
    if percent:
        return CellFormat("%")
    words = [sign.strip() for sign in signs if sign.strip()]
    unit = units.parse_affix(words[0]) if len(words) == 1 else None
    if thousands:  # `#,##0, "T€"`: the cell holds euros, and shows thousands of them
        held = unit is not None and unit.scale in (1, 1000**thousands)
        return CellFormat(unit.symbol if unit is not None and held else "", thousands=thousands)
    if unit is None:
        return CellFormat()
    # A sign in quotes is printed beside the number as it is: 25 is shown as 25 %.
    return CellFormat("percent" if words[0] == "%" else words[0])
