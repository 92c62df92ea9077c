"""Units beside numbers, in headers and in a workbook's formats: nothing is added up that is not of one
unit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from answerable.data.ingestion.quality import Code, Severity, is_asked
from answerable.data.ingestion.sheets.facts import CellFormat, format_of
from tests.data.ingestion.reading import ReadTable, read_text
from tests.data.ingestion.test_choices import read_by
from tests.data.ingestion.workbooks import read_book


def column(cells: list[str], header: str = "value") -> ReadTable:
    return read_text("".join([f"word\t{header}\n", *(f"w{i}\t{cell}\n" for i, cell in enumerate(cells))]))


def values(table: ReadTable) -> list[Any]:
    return [row[1] for row in table.rows]


def unit(table: ReadTable, at: int = 1) -> tuple[str, str, float] | None:
    found = table.table.profile.columns[at].unit
    return None if found is None else (found.kind, found.symbol, found.scale)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["(99,10) €", "12,00 €", "3,50 €"], ["-99.10", "12.00", "3.50"]),
        (["€ (99.10)", "€ 12.00", "€3.50"], ["-99.10", "12.00", "3.50"]),
        (["12,- €", "1.200,-- €", "3,50 €"], ["12.00", "1200.00", "3.50"]),
        (["CHF 12.–", "CHF 1'200.-", "CHF 13.50"], ["12.00", "1200.00", "13.50"]),
        (["−5.00", "12.00", "3.50"], ["-5.00", "12.00", "3.50"]),
    ],
)
def test_money_is_read_as_bookkeepers_write_it(cells: list[str], expected: list[str]) -> None:
    table = column(cells)
    assert values(table) == [Decimal(each) for each in expected]
    assert Code.NUMBER_FORMAT in table.codes


@pytest.mark.parametrize(
    ("header", "cells", "expected", "named", "count"),
    [
        ("weight", ["5 kg", "700 g", "1,5 kg"], ["5", "0.7", "1.5"], ("quantity", "kg", 1), 1),
        ("weight (kg)", ["700 g", "800 g"], ["0.7", "0.8"], ("quantity", "kg", 1), 2),
        ("sum", ["1,2 Mio. €", "500 T€"], ["1.2", "0.5"], ("currency", "EUR", 1e6), 1),
        ("sum", ["1,2 Mio. €", "500 €"], ["1.2", "0.0005"], ("currency", "EUR", 1e6), 1),
        ("sum (T€)", ["5 T€", "500 €"], ["5", "0.5"], ("currency", "EUR", 1e3), 1),
        ("time", ["5 min", "2 h"], ["5", "120"], ("duration", "min", 1), 1),
        ("time (h)", ["30 min", "90 min"], ["0.5", "1.5"], ("duration", "h", 1), 2),
        ("heat", ["20 °C", "21.5 °C", "32 °F"], ["20", "21.5", "0"], ("quantity", "°C", 1), 1),
        ("mass", ["5 lb", "6 lb", "0.45359237 kg"], ["5", "6", "1"], ("quantity", "lb", 1), 1),
    ],
)
def test_units_of_one_kind_are_brought_into_one_and_that_is_said(
    header: str, cells: list[str], expected: list[str], named: tuple[str, str, float], count: int
) -> None:
    table = column(cells, header)
    assert values(table) == [Decimal(each) for each in expected]
    assert unit(table) == named
    found = table.finding(Code.UNITS_CONVERTED)
    assert found is not None
    assert found.count == count
    assert found.examples


@pytest.mark.parametrize("header", ["weight", "weight (kg)"])
@pytest.mark.parametrize("rows", [300, 5000])
def test_a_few_cells_of_another_unit_are_converted_however_few(header: str, rows: int) -> None:
    sign = "" if "kg" in header else " kg"
    cells = [f"{i + 1}{sign}" for i in range(rows)]
    cells[rows // 2 :] = [*cells[rows // 2 :], "700 g", "2 lb"]
    table = column(cells, header)
    assert table.table.profile.columns[1].null_count == 0
    assert values(table)[-2:] == [0.7, pytest.approx(0.90718474)]
    found = table.finding(Code.UNITS_CONVERTED)
    assert found is not None
    assert (found.severity, found.count) == (Severity.CHANGED, 2)
    shown = [(e.before, Decimal(e.after or "")) for e in found.examples]
    assert shown == [("700 g", Decimal("0.7")), ("2 lb", Decimal("0.90718474"))]
    assert "2 numbers of" in found.sentence


def test_a_few_cells_of_what_is_no_such_unit_are_empty_and_reported() -> None:
    table = column([*(f"{i + 1} kg" for i in range(300)), "5 kcal", "5 m"])
    assert values(table)[-2:] == [None, None]
    found = table.finding(Code.UNREADABLE_CELLS)
    assert found is not None
    assert found.count == 2


def test_converted_units_are_undone_by_what_is_remembered() -> None:
    text = "word;weight\n" + "".join(f"w{i};{i + 1} kg\n" for i in range(300)) + "w;2 lb\n"
    table = read_by(text, {"weight": {"type": "text"}})
    assert table.column("weight")[-2:] == ["300 kg", "2 lb"]
    assert Code.UNITS_CONVERTED not in table.codes


def test_two_ways_to_write_a_currency_are_one_unit() -> None:
    table = column(["5 EUR", "7,50 €", "8"])
    assert values(table) == [Decimal(5), Decimal("7.5"), Decimal(8)]
    assert table.codes >= {Code.BARE_NUMBERS}
    assert Code.MIXED_UNITS not in table.codes


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("price", ["5 €", "7 USD"]),
        ("price (USD)", ["5 €", "7 €"]),
        ("time", ["5 months", "2 h"]),
        ("time (h)", ["5 kg", "7 kg"]),
        ("work", ["5 kWh", "3 Nm"]),
    ],
)
def test_units_that_have_no_common_measure_stay_text(header: str, cells: list[str]) -> None:
    table = column(cells, header)
    assert values(table) == cells
    found = table.finding(Code.MIXED_UNITS)
    assert found is not None
    assert found.severity is Severity.DOUBTFUL


def test_a_sign_that_says_less_than_the_header_is_reported() -> None:
    table = column(["12 €", "13 €"], "Umsatz (T€)")
    assert (values(table), unit(table)) == ([12, 13], ("currency", "EUR", 1000))
    found = table.finding(Code.HEADER_SCALE)
    assert found is not None
    assert "1,000 EUR" in found.sentence


PERCENTAGES = "word;rate\na;5%\nb;0.07\nc;12%\n"


def test_a_number_without_a_sign_among_percentages_is_asked() -> None:
    table = read_text(PERCENTAGES)
    assert values(table) == [5, 7, 12]
    found = table.finding(Code.BARE_PERCENT)
    assert found is not None
    assert is_asked(found)
    assert (found.count, found.example, found.examples[0].after) == (1, "0.07", "7")


@pytest.mark.parametrize(("choice", "expected"), [("fraction", "7"), ("percent", "0.07")])
def test_a_number_without_a_sign_is_read_as_chosen_and_no_longer_asked(choice: str, expected: str) -> None:
    table = read_by(PERCENTAGES, {"rate": {"bare_percent": choice}})
    assert values(table) == [5, Decimal(expected), 12]
    found = table.finding(Code.BARE_PERCENT)
    assert found is not None
    assert not is_asked(found)


def test_zero_needs_no_sign_and_what_is_above_one_is_a_percentage() -> None:
    assert Code.BARE_PERCENT not in column(["5%", "0", "12%"]).codes
    table = column(["5%", "7", "12%"])
    assert values(table) == [5, 7, 12]
    assert Code.BARE_NUMBERS in table.codes


def test_a_header_of_percentages_over_shares_of_one_is_asked() -> None:
    table = column(["0.05", "0.12", "1"], "Marge %")
    assert values(table) == [Decimal("0.05"), Decimal("0.12"), Decimal(1)]
    found = table.finding(Code.BARE_PERCENT)
    assert found is not None
    assert is_asked(found)
    assert Code.BARE_PERCENT not in column(["5", "0.12", "1"], "Marge %").codes


def test_a_unit_in_a_merged_header_holds_for_what_stands_below_it(tmp_path: Path) -> None:
    for above in ("Umsatz (T€)", "Umsatz in T€"):
        rows = [["Region", above, None], [None, 2023, 2024], ["Nord", 12, 13], ["Süd", 14, 15]]
        (table,) = read_book(tmp_path, rows, merges=["B1:C1"])
        assert [unit(table, at) for at in (1, 2)] == [("currency", "EUR", 1000)] * 2


def test_a_ratio_of_units_is_not_the_first_of_them() -> None:
    assert unit(column(["1", "2"], "Gewicht (g) per m²")) is None


@pytest.mark.parametrize(
    ("code", "affix"),
    [
        ("0%", "%"),
        ("0.00%;[Red]-0.00%", "%"),
        ('#,##0.00 "€"', "€"),
        ("#,##0.00\\ [$€-407]", "€"),
        ("[$$-409]#,##0.00", "$"),
        ('0.0" kg"', "kg"),
        ('0"%"', "percent"),
        ('0.0 "Mio. €"', "Mio. €"),
        ("General", ""),
        ("#,##0.00", ""),
        ("yyyy\\-mm\\-dd", ""),
        ('0.0 "points"', ""),
    ],
)
def test_a_number_format_tells_its_unit(code: str, affix: str) -> None:
    assert format_of(code) == CellFormat(affix)


def test_cells_formatted_as_percentages_are_shares_of_one(tmp_path: Path) -> None:
    rows = [["region", "quote"], ["a", 0.25], ["b", 0.5], ["c", 0]]
    (table,) = read_book(tmp_path, rows, formats={"B2": "0%", "B3": "0.0%"})
    assert table.column("quote") == [Decimal("0.25"), Decimal("0.50"), Decimal(0)]
    assert unit(table) == ("percent", "%", 100)
    found = table.finding(Code.FORMAT_UNIT)
    assert found is not None
    assert found.sentence == "Cells of 'quote' are formatted as percentages: 0.25 is 25 %."


def test_a_header_of_percentages_does_not_make_a_hundredth_of_them(tmp_path: Path) -> None:
    rows = [["region", "quote %"], ["a", 0.25], ["b", 0.5]]
    (table,) = read_book(tmp_path, rows, formats={"B2": "0%", "B3": "0%"})
    assert (table.column("quote"), unit(table)) == ([Decimal("0.25"), Decimal("0.50")], ("percent", "%", 100))
    assert Code.BARE_PERCENT not in table.codes


def test_percentages_of_a_workbook_beside_plain_numbers_are_asked(tmp_path: Path) -> None:
    rows = [["region", "quote"], ["a", 0.25], ["b", 0.5], ["c", 0.3]]
    (table,) = read_book(tmp_path, rows, formats={"B2": "0%", "B3": "0%"})
    assert (table.column("quote"), unit(table)) == ([25, 50, 30], ("percent", "%", 1))
    found = table.finding(Code.BARE_PERCENT)
    assert found is not None
    assert is_asked(found)


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ('#,##0, "T€"', CellFormat("EUR", thousands=1)),
        ('0.0,, "Mio. €"', CellFormat("EUR", thousands=2)),
        ('#,##0, "Mio. €"', CellFormat("", thousands=1)),
        ("#,##0,", CellFormat("", thousands=1)),
    ],
)
def test_commas_behind_a_format_show_thousands_of_what_a_cell_holds(code: str, printed: CellFormat) -> None:
    assert format_of(code) == printed


def test_cells_that_show_the_thousands_of_their_header_hold_the_whole(tmp_path: Path) -> None:
    rows = [["item", "Umsatz (T€)"], ["a", 25000], ["b", 50000]]
    (table,) = read_book(tmp_path, rows, formats={"B2": "#,##0,", "B3": "#,##0,"})
    assert (table.column("umsatz"), unit(table)) == ([25000, 50000], ("currency", "EUR", 1))
    (plain,) = read_book(tmp_path, rows)
    assert unit(plain) == ("currency", "EUR", 1000)


@pytest.mark.parametrize(
    ("code", "held", "named"),
    [
        ('0"%"', 25, ("percent", "%", 1)),
        ('#,##0, "T€"', 25000, ("currency", "EUR", 1)),
        ('0.0 "Mio. €"', 25, ("currency", "EUR", 1e6)),
    ],
)
def test_a_number_format_does_not_change_what_a_cell_holds(
    tmp_path: Path, code: str, held: int, named: tuple[str, str, float]
) -> None:
    rows = [["item", "v"], ["a", held], ["b", 2 * held]]
    (table,) = read_book(tmp_path, rows, formats={"B2": code, "B3": code})
    assert (table.column("v"), unit(table)) == ([held, 2 * held], named)


def test_currencies_of_number_formats_are_units_and_do_not_mix(tmp_path: Path) -> None:
    rows = [["region", "sum"], ["a", 25], ["b", 50.5]]
    (euros,) = read_book(tmp_path, rows, formats={"B2": '#,##0.00 "€"', "B3": '#,##0.00 "€"'})
    assert (euros.column("sum"), unit(euros)) == ([Decimal(25), Decimal("50.5")], ("currency", "EUR", 1))
    (mixed,) = read_book(tmp_path, rows, formats={"B2": '#,##0.00 "€"', "B3": "[$$-409]#,##0.00"})
    assert mixed.column("sum") == ["25 €", "50.5 $"]
    assert Code.MIXED_UNITS in mixed.codes


def test_one_bare_number_among_thousands_of_percentages_is_asked() -> None:
    cells = [f"{i / 100:.2f}%" for i in range(100, 5000)]
    table = column([*cells, "0.07"])
    found = table.finding(Code.BARE_PERCENT)
    assert found is not None
    assert (found.count, found.example) == (1, "0.07")
    assert values(table)[-1] == 7


def test_one_time_without_a_zone_among_thousands_is_reported() -> None:
    cells = [f"2024-01-{1 + i // 1440:02} {i // 60 % 24:02}:{i % 60:02} CET" for i in range(5000)]
    found = column([*cells, "2024-02-01 10:00"]).finding(Code.TIME_ZONE_MISSING)
    assert found is not None
    assert (found.count, found.example) == (1, "2024-02-01 10:00")


@pytest.mark.parametrize(
    ("header", "name", "symbol"),
    [
        ("kwh", "kwh", "kWh"),
        ("MWh", "mwh", "MWh"),
        ("km", "km", "km"),
        ("temperature_c", "temperature", "°C"),
        ("outdoor_temp_f", "outdoor_temp", "°F"),
        ("Temperatur C", "temperatur", "°C"),
        ("weight_kg", "weight", "kg"),
        ("peak_kw", "peak", "kW"),
        ("grid_mwh", "grid", "MWh"),
        ("vitamin_c", "vitamin_c", None),
        ("team c", "team_c", None),
        ("h", "h", None),
    ],
)
def test_units_in_headers_are_seen_in_names_of_programs(header: str, name: str, symbol: str | None) -> None:
    found = column(["5", "7.5", "9"], header).table.profile.columns[1]
    assert (found.name, found.unit.symbol if found.unit else None) == (name, symbol)
