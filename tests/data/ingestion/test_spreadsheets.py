"""What spreadsheets hold beside plain cells: errors, merged and hidden cells, lengths of time, padded
numbers, and what they did to a column before it was saved."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from answerable.data.ingestion.quality import Code, Severity
from answerable.data.ingestion.sheets.facts import CellFormat, format_of
from tests.data.ingestion.reading import read_bytes, read_text
from tests.data.ingestion.workbooks import read_book


def test_error_cells_are_empty_and_counted(tmp_path: Path) -> None:
    (table,) = read_book(tmp_path, [["item", "v"], ["a", 1], ["b", "#N/A"], ["c", "#DIV/0!"], ["d", 4]])
    assert table.column("v") == [1, None, None, 4]
    found = table.finding(Code.ERROR_CELLS)
    assert found is not None
    assert (found.severity, found.count, found.example) == (Severity.DOUBTFUL, 2, "#N/A")


def test_a_number_merged_over_rows_is_counted_once(tmp_path: Path) -> None:
    rows = [["order", "item", "sum"], ["A", "x", 5], [None, "y", None], ["B", "z", 7]]
    (table,) = read_book(tmp_path, rows, merges=["A2:A3", "C2:C3"])
    assert table.rows == [("A", "x", 5), ("A", "y", None), ("B", "z", 7)]
    codes = [
        f.arguments.code for f in table.table.quality.findings if f.code is Code.MERGED_CELLS and f.arguments
    ]
    assert sorted(codes) == ["merged_filled", "merged_numbers"]


@pytest.mark.parametrize("key", [2023, 4711])
def test_a_merged_number_that_rows_belong_to_holds_for_each(tmp_path: Path, key: int) -> None:
    rows = [["key", "part", "v"], [key, "a", 1], [None, "b", 2], [key + 1, "a", 3]]
    (table,) = read_book(tmp_path, rows, merges=["A2:A3"])
    assert table.column("key") == [key, key, key + 1]


def test_lengths_of_time_beyond_a_day_are_hours(tmp_path: Path) -> None:
    rows = [["x", "took"], ["a", timedelta(hours=30, minutes=30)], ["b", timedelta(hours=1)]]
    (table,) = read_book(tmp_path, rows)
    assert table.column("took") == [Decimal("30.5"), Decimal(1)]
    unit = table.table.profile.columns[1].unit
    assert unit is not None
    assert unit.symbol == "h"
    assert table.finding(Code.DURATIONS) is not None


def test_numbers_that_are_shown_with_zeros_in_front_are_identifiers(tmp_path: Path) -> None:
    rows = [["PLZ", "month"], [1067, 1], [80331, 2]]
    formats = {"A2": "00000", "A3": "00000", "B2": "00", "B3": "00"}
    (table,) = read_book(tmp_path, rows, formats=formats)
    assert table.rows == [("01067", 1), ("80331", 2)]
    assert table.finding(Code.KEPT_AS_TEXT) is not None
    assert (format_of("00000"), format_of("00")) == (CellFormat(digits=5), CellFormat())


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.worksheets[0].row_dimensions[3].hidden = True
        book.worksheets[0].column_dimensions["B"].hidden = True

    (table,) = read_book(tmp_path, [["item", "v"], ["a", 1], ["b", 2], ["c", 3]], change=hide)
    assert table.column("v") == [1, 2, 3]
    found = table.finding(Code.HIDDEN)
    assert found is not None
    assert found.sentence.startswith("1 row and 1 column of sheet 'Sheet' are hidden")


def test_a_unit_above_the_table_is_told(tmp_path: Path) -> None:
    rows = [["Alle Angaben in T€"], [], ["Region", "Umsatz"], ["Nord", 12], ["Süd", 15]]
    (table,) = read_book(tmp_path, rows)
    found = table.finding(Code.TITLE_UNIT)
    assert found is not None
    assert (found.severity, found.example) == (Severity.DOUBTFUL, "Alle Angaben in T€")
    rows[2] = ["Region", "Umsatz (T€)"]
    (stated,) = read_book(tmp_path, rows)
    assert Code.TITLE_UNIT not in stated.codes


@pytest.mark.parametrize(
    ("header", "cells", "code"),
    [
        ("EAN", ["4,00634E+12", "4,00638E+12"], Code.ROUNDED_DIGITS),
        ("Datum", ["45292", "45323"], Code.SERIAL_DATES),
        ("amount", ["5,00 S", "6,00 H"], Code.MIXED_TYPES),
        ("amount", ["10*", "20", "30"], Code.MIXED_TYPES),
        ("amount", ["5,5", "ca. 6", "7"], Code.MIXED_TYPES),
        ("day", ["13/02/2024", "02/14/2024", "03/04/2024", "05/06/2024"], Code.DATE_ORDER_MIXED),
        ("amount", ["$ 1,234.50", "$ (12.00)", "$ -"], Code.DASH_ZEROS),
    ],
)
def test_what_a_careful_person_would_ask_is_told(header: str, cells: list[str], code: Code) -> None:
    table = read_text("".join([f"word\t{header}\n", *(f"w{i}\t{cell}\n" for i, cell in enumerate(cells))]))
    assert code in table.codes
    if code is Code.DASH_ZEROS:
        assert table.column("amount") == [Decimal("1234.50"), Decimal(-12), Decimal(0)]


@pytest.mark.parametrize(
    ("header", "cells"),
    [("EAN", ["4006381333931", "4006381333932"]), ("amount", ["45292", "45323"]), ("value", ["1e12", "2e3"])],
)
def test_plain_columns_are_not_asked_about(header: str, cells: list[str]) -> None:
    table = read_text("".join([f"word\t{header}\n", *(f"w{i}\t{cell}\n" for i, cell in enumerate(cells))]))
    assert not table.codes & {Code.ROUNDED_DIGITS, Code.SERIAL_DATES, Code.MIXED_TYPES}


def test_an_apostrophe_in_front_of_a_number_is_no_quote() -> None:
    table = read_text("a;v\nx;'123\ny;'0456\nz;7\n")
    assert table.rows == [("x", "'123"), ("y", "'0456"), ("z", "7")]


def test_a_row_of_letters_is_no_row_of_units() -> None:
    table = read_text("name;done;sex\nx;X;m\ny;;w\nz;X;m\n")
    assert table.names == ["name", "done", "sex"]
    assert [row[0] for row in table.rows] == ["x", "y", "z"]


def test_numbers_that_begin_with_their_point_are_numbers() -> None:
    assert read_text("a;v\nx;.5\ny;-.25\n").column("v") == [Decimal("0.5"), Decimal("-0.25")]


def test_numbers_in_two_styles_stay_text_and_are_doubted() -> None:
    table = read_text("a;v\nx;1,5\ny;2.5\nz;3,25\n")
    assert table.column("v") == ["1,5", "2.5", "3,25"]
    found = table.finding(Code.MIXED_TYPES)
    assert found is not None
    assert (found.severity, found.example) == (Severity.DOUBTFUL, "2.5")


def test_a_number_as_text_among_numbers_of_json_is_asked() -> None:
    (table,) = read_bytes(b'[{"a":12500},{"a":"13.400"},{"a":900}]', "t.json")
    found = table.finding(Code.DECIMAL_MARK)
    assert found is not None
    assert found.severity is Severity.DOUBTFUL
