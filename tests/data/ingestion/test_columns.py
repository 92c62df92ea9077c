"""What type a column gets, and what its cells become."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from answerable.data.ingestion.choices import ColumnChoices
from answerable.data.ingestion.chosen import decide_as_chosen
from answerable.data.ingestion.column_types import Hints
from answerable.data.ingestion.quality import Code, Severity, is_asked
from answerable.data.semantics.model import FieldType
from tests.data.ingestion.reading import ReadTable, read_text


def moment(*parts: int) -> datetime:
    """A time stamp as it is stored: in UTC, without a zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def column(cells: list[str], header: str = "value") -> ReadTable:
    """A table of the column beside a column of words, so that rows are never blank."""
    return read_text(
        "".join([f"word\t{header}\n", *(f"w{chr(97 + i % 26)}\t{c}\n" for i, c in enumerate(cells))])
    )


def values(table: ReadTable) -> list[Any]:
    return [row[1] for row in table.rows]


@pytest.mark.parametrize(
    ("cells", "type_", "expected"),
    [
        (["1", "20", "-3"], "integer", [1, 20, -3]),
        (["1.5", "20", "-3.25"], "decimal", [Decimal("1.50"), Decimal("20.00"), Decimal("-3.25")]),
        (["1,5", "20", "-3,25"], "decimal", [Decimal("1.50"), Decimal("20.00"), Decimal("-3.25")]),
        (
            ["1.234,50", "2,00", "10.000,00"],
            "decimal",
            [Decimal("1234.50"), Decimal("2.00"), Decimal("10000.00")],
        ),
        (
            ["1,234.50", "2.00", "10,000.00"],
            "decimal",
            [Decimal("1234.50"), Decimal("2.00"), Decimal("10000.00")],
        ),
        (
            ["1 234,50", "2,00", "10\u00a0000,00"],
            "decimal",
            [Decimal("1234.50"), Decimal("2.00"), Decimal("10000.00")],
        ),
        (
            ["1'234.50", "2.00", "10’000.00"],
            "decimal",
            [Decimal("1234.50"), Decimal("2.00"), Decimal("10000.00")],
        ),
        (["12,34,567", "1,00,000", "5"], "integer", [1234567, 100000, 5]),
        (["1.234.567", "2.000", "5"], "integer", [1234567, 2000, 5]),
        (
            ["$1,200.50", "$3.00", "-$4.10"],
            "decimal",
            [Decimal("1200.50"), Decimal("3.00"), Decimal("-4.10")],
        ),
        (["12,50 €", "3,00 €", "-4,10 €"], "decimal", [Decimal("12.50"), Decimal("3.00"), Decimal("-4.10")]),
        (["(12.50)", "3.00", "(4)"], "decimal", [Decimal("-12.50"), Decimal("3.00"), Decimal("-4.00")]),
        (["12.50-", "3.00", "4-"], "decimal", [Decimal("-12.50"), Decimal("3.00"), Decimal("-4.00")]),
        (["12 %", "3,5 %", "100 %"], "decimal", [Decimal("12.0"), Decimal("3.5"), Decimal("100.0")]),
        (["3 kg", "4.5 kg", "10 kg"], "decimal", [Decimal("3.0"), Decimal("4.5"), Decimal("10.0")]),
        (["1e5", "2.5e-3", "7"], "float", [1e5, 2.5e-3, 7.0]),
        (["007", "120", "033"], "string", ["007", "120", "033"]),
        (["1234567890123456789", "1", "2"], "string", ["1234567890123456789", "1", "2"]),
        (["+49 30 1234567", "+49 40 7654321", "+1 212 5550100"], "string", None),
        (["1E5", "2E7", "1234"], "string", ["1E5", "2E7", "1234"]),
        (["A1", "2", "3"], "string", ["A1", "2", "3"]),
        (["12a", "13b", "14c"], "string", ["12a", "13b", "14c"]),
        (["3 EUR", "4 USD", "5 EUR"], "string", ["3 EUR", "4 USD", "5 EUR"]),
        (["yes", "no", "YES"], "boolean", [True, False, True]),
        (["ja", "nein", "Ja"], "boolean", [True, False, True]),
        (["Y", "N", "N"], "boolean", [True, False, False]),
        (["true", "FALSE", "True"], "boolean", [True, False, True]),
        (["✓", "✗", "✓"], "boolean", [True, False, True]),
        (["☑", "☐", ""], "boolean", [True, False, None]),
        (["1", "0", "1"], "integer", [1, 0, 1]),
        (
            ["2024-01-31", "2024-12-01", "1999-05-06"],
            "date",
            [date(2024, 1, 31), date(2024, 12, 1), date(1999, 5, 6)],
        ),
        (
            ["31.01.2024", "1.2.2024", "6.5.1999"],
            "date",
            [date(2024, 1, 31), date(2024, 2, 1), date(1999, 5, 6)],
        ),
        (
            ["01/31/2024", "2/1/2024", "5/6/1999"],
            "date",
            [date(2024, 1, 31), date(2024, 2, 1), date(1999, 5, 6)],
        ),
        (
            ["31 Jan 2024", "1 March 2024", "6-May-99"],
            "date",
            [date(2024, 1, 31), date(2024, 3, 1), date(1999, 5, 6)],
        ),
        (
            ["3. März 2024", "1. Dezember 2023", "24. Mai 2022"],
            "date",
            [date(2024, 3, 3), date(2023, 12, 1), date(2022, 5, 24)],
        ),
        (
            ["January 31, 2024", "March 1, 2024", "May 6, 1999"],
            "date",
            [date(2024, 1, 31), date(2024, 3, 1), date(1999, 5, 6)],
        ),
        (
            ["31.01.24", "01.02.99", "06.05.68"],
            "date",
            [date(2024, 1, 31), date(1999, 2, 1), date(2068, 5, 6)],
        ),
        (["2024-01", "2024-12", "2023-05"], "date", [date(2024, 1, 1), date(2024, 12, 1), date(2023, 5, 1)]),
        (
            ["2024-01-31T10:20:30Z", "2024-02-01T00:00:00Z", "2024-02-01T23:59:59.5Z"],
            "timestamp",
            [moment(2024, 1, 31, 10, 20, 30), moment(2024, 2, 1), moment(2024, 2, 1, 23, 59, 59, 500000)],
        ),
        (
            ["2024-01-31 10:20:30+02:00", "2024-02-01 00:00:00-05:00"],
            "timestamp",
            [moment(2024, 1, 31, 8, 20, 30), moment(2024, 2, 1, 5)],
        ),
        (
            ["31/01/2024 1:05 PM", "01/02/2024 12:30 am"],
            "timestamp",
            [moment(2024, 1, 31, 13, 5), moment(2024, 2, 1, 0, 30)],
        ),
        (["10:20", "23:59:01", "1:05"], "time", [time(10, 20), time(23, 59, 1), time(1, 5)]),
        (["1:05 pm", "12:30 am", "12:00 pm"], "time", [time(13, 5), time(0, 30), time(12)]),
        (["27:30", "30:00", "12:00:36"], "float", [27.5, 30.0, 12.01]),
        (["24:00", "12:00", "9:30"], "string", None),
        (["2024-02-30", "2024-02-29", "2024-01-01"], "string", None),
    ],
)
def test_a_column_is_typed_by_all_of_its_cells(
    cells: list[str], type_: str, expected: list[Any] | None
) -> None:
    table = column(cells)
    assert table.types[1] == type_
    assert values(table) == (cells if expected is None else expected)


def test_lengths_of_time_become_hours_and_that_is_reported() -> None:
    table = column(["7:30", "08:15", "26:45", "", "-0:30"], "shift")
    assert values(table) == [7.5, 8.25, 26.75, None, -0.5]
    finding = table.finding(Code.DURATIONS)
    assert finding is not None
    # 26:45 may be minutes and seconds: a person should look at it.
    assert (finding.severity, finding.count, finding.example) == (Severity.DOUBTFUL, 4, "26:45")
    assert finding.examples[0].after == "7.5 h"
    unit = table.table.profile.columns[1].unit
    assert unit is not None
    assert unit.symbol == "h"


def test_times_of_day_are_lengths_of_time_only_where_the_header_or_a_person_says_so() -> None:
    cells = ["7:30", "08:15", "23:59"]
    assert column(cells, "start").types[1] == "time"
    assert Code.DURATIONS not in column(cells, "opening hours").codes
    named = column(cells, "Dauer")
    assert values(named)[:2] == [7.5, 8.25]
    finding = named.finding(Code.DURATIONS)
    assert finding is not None
    assert finding.severity is Severity.CHANGED
    chosen = decide_as_chosen([(cell, 1) for cell in cells], "start", Hints(), ColumnChoices(type="number"))
    assert chosen.column.hours
    kept = decide_as_chosen([(cell, 1) for cell in cells], "Dauer", Hints(), ColumnChoices(type="text"))
    assert kept.column.type is FieldType.STRING


def test_one_slip_among_times_of_day_makes_no_lengths_of_time() -> None:
    table = column([*(f"{n % 24}:15" for n in range(120)), "27:15"], "start")
    assert table.types[1] == "time"
    assert table.finding(Code.UNREADABLE_CELLS) is not None


@pytest.mark.parametrize("placeholder", ["", "n/a", "N/A", "-", "NULL", "NaN", "#N/A", "k.A.", "?"])
def test_a_placeholder_among_numbers_is_empty_and_reported(placeholder: str) -> None:
    table = column(["1", placeholder, "3"])
    assert values(table) == [1, None, 3]
    assert (table.finding(Code.PLACEHOLDERS) is not None) == bool(placeholder)


def test_zones_of_one_meaning_are_read_and_that_is_reported() -> None:
    table = column(["2024-01-05 10:00 CET", "2024-07-05 10:00 MESZ", "2024-07-05 10:00 EST"])
    assert values(table) == [moment(2024, 1, 5, 9), moment(2024, 7, 5, 8), moment(2024, 7, 5, 15)]
    assert table.finding(Code.TIME_ZONE) is not None


def test_a_time_without_a_zone_among_others_is_reported() -> None:
    table = column(["2024-01-05 10:00+02", "2024-07-05 10:00 UTC-3:30", "2024-07-05 10:00"])
    assert values(table) == [moment(2024, 1, 5, 8), moment(2024, 7, 5, 13, 30), moment(2024, 7, 5, 10)]
    finding = table.finding(Code.TIME_ZONE_MISSING)
    assert finding is not None
    assert (finding.count, finding.example) == (1, "2024-07-05 10:00")


def test_a_zone_of_several_countries_keeps_the_times_as_text_and_says_so() -> None:
    cells = ["2024-01-05 10:00 IST", "2024-07-05 10:00 IST"]
    table = column(cells)
    assert values(table) == cells
    finding = table.finding(Code.TIME_ZONE_UNKNOWN)
    assert finding is not None
    assert "'IST'" in finding.sentence


def test_eight_digits_that_may_be_dates_are_asked_and_are_dates_where_the_header_says_so() -> None:
    asked = column(["20240131", "20240215"], "stand")
    assert values(asked) == [20240131, 20240215]
    finding = asked.finding(Code.COMPACT_DATES)
    assert finding is not None
    assert is_asked(finding)
    read = column(["20240131", "20240215"], "Datum")
    assert values(read) == [date(2024, 1, 31), date(2024, 2, 15)]
    finding = read.finding(Code.COMPACT_DATES)
    assert finding is not None
    assert not is_asked(finding)
    for header, cells in (("order no", ["20240131", "20240215"]), ("stand", ["20240131", "20241315"])):
        assert Code.COMPACT_DATES not in column(cells, header).codes


def test_words_among_dates_keep_the_column_text_and_that_is_reported() -> None:
    table = column([*(f"2024-02-{day:02}" for day in range(1, 11)), "someday", "week 7"])
    assert table.types[1] == "string"
    finding = table.finding(Code.MIXED_TYPES)
    assert finding is not None
    assert finding.example == "someday"


def test_na_stays_a_text_among_texts() -> None:
    assert values(column(["DE", "NA", "FR"], "country")) == ["DE", "NA", "FR"]


def test_one_and_zero_are_a_boolean_where_the_header_says_so() -> None:
    assert values(column(["1", "0", "1"], "is_active")) == [True, False, True]


@pytest.mark.parametrize(
    ("header", "cells", "texts"),
    [
        ("agreed", ["NO", "SI", "SI", ""], ("SI", "NO")),
        ("agreed", ["yes", "no", "yes"], ("yes", "no")),
        ("agreed", ["J", "N", "J"], ("J", "N")),
        ("is_active", ["1", "0", "1"], ("1", "0")),
    ],
)
def test_words_for_yes_and_no_are_reported_with_their_cells(
    header: str, cells: list[str], texts: tuple[str, ...]
) -> None:
    table = column(cells, header)
    finding = table.finding(Code.BOOLEANS)
    assert finding is not None
    assert (finding.column, finding.count) == (table.names[1], 3)
    assert [(e.before, e.after) for e in finding.examples] == [(texts[0], "true"), (texts[1], "false")]
    assert f"holds {texts[0]!r}" not in finding.sentence
    assert f"hold {texts[0]!r}, {texts[1]!r}" in finding.sentence


def test_true_and_false_need_no_word_and_codes_of_countries_are_texts() -> None:
    assert Code.BOOLEANS not in column(["true", "FALSE", "true"]).codes
    assert values(column(["NO", "SI", "NO"], "country_code")) == ["NO", "SI", "NO"]
    assert values(column(["ja", "nein"], "Land genannt")) == [True, False]


@pytest.mark.parametrize(
    "cells", [["01/02/2024", "03/04/2024"], ["01.02.2024", "03.04.2024"], ["1-2-2024", "3-4-2024"]]
)
def test_an_open_order_of_day_and_month_is_reported_with_the_assumption(cells: list[str]) -> None:
    table = column(cells)
    assert values(table) == [date(2024, 2, 1), date(2024, 4, 3)]
    finding = table.finding(Code.DATE_ORDER)
    assert finding is not None
    assert finding.severity is Severity.DOUBTFUL
    assert "day first" in finding.sentence
    assert "01 February 2024" in finding.sentence


def test_one_day_beyond_twelve_settles_the_order() -> None:
    table = column(["01/02/2024", "03/13/2024"])
    assert values(table) == [date(2024, 1, 2), date(2024, 3, 13)]
    assert table.finding(Code.DATE_ORDER) is None


def test_another_column_settles_the_order() -> None:
    table = read_text("a,b\n01/02/2024,12/25/2024\n03/04/2024,11/30/2024\n")
    assert table.column("a") == [date(2024, 1, 2), date(2024, 3, 4)]
    assert table.finding(Code.DATE_ORDER) is None


def test_dates_of_both_orders_stay_text_and_are_reported() -> None:
    cells = ["25/01/2024", "01/25/2024", "03/04/2024", "28/02/2024"]
    table = column(cells)
    assert values(table) == cells
    assert table.finding(Code.DATE_ORDER_MIXED) is not None


@pytest.mark.parametrize(
    "cells",
    [
        ["Jan 2026", "Feb 2026", "Dec 2025"],
        ["January 2026", "february, 2026", "December 2025"],
        ["Jan. 2026", "Feb. 2026", "Dez. 2025"],
        ["Jänner 2026", "Februar 2026", "Dezember 2025"],
        ["2026-01", "2026-02", "2025-12"],
    ],
)
def test_months_become_their_first_days_and_that_is_reported(cells: list[str]) -> None:
    table = column(cells)
    assert values(table) == [date(2026, 1, 1), date(2026, 2, 1), date(2025, 12, 1)]
    assert table.finding(Code.MONTHS) is not None


def test_months_beside_numbers_that_may_be_days_or_years_are_asked() -> None:
    cells = ["May-24", "Jun-24", "Dec-23"]
    table = column(cells, "period")
    assert values(table) == cells
    finding = table.finding(Code.MONTH_OR_DAY)
    assert finding is not None
    assert (finding.severity, finding.count, finding.example) == (Severity.DOUBTFUL, 3, "May-24")
    chosen = decide_as_chosen([(cell, 1) for cell in cells], "period", Hints(), ColumnChoices(type="date"))
    form = chosen.column.date
    assert form is not None
    assert [form.parse(cell) for cell in cells] == [date(2024, 5, 1), date(2024, 6, 1), date(2023, 12, 1)]
    assert {f.code for f in chosen.findings} == {Code.MONTHS, Code.TWO_DIGIT_YEAR}


def test_a_number_that_is_no_day_makes_all_of_a_column_months() -> None:
    table = column(["Mai-24", "Jun-24", "Dez-99"], "period")
    assert values(table) == [date(2024, 5, 1), date(2024, 6, 1), date(1999, 12, 1)]
    assert {Code.MONTHS, Code.TWO_DIGIT_YEAR} <= table.codes


def test_days_without_a_year_stay_text_and_are_reported() -> None:
    table = column(["24-May", "3-Jun"], "paid")
    assert table.types[1] == "string"
    finding = table.finding(Code.MONTH_OR_DAY)
    assert finding is not None
    assert "without a year" in finding.sentence


@pytest.mark.parametrize("cells", [["May 2026", "n.n.", "Kim 2026"], ["Jan 26", "Feb 27"], ["Mai", "Juni"]])
def test_words_that_hold_months_stay_text(cells: list[str]) -> None:
    assert values(column(cells)) == cells


def test_an_open_decimal_mark_is_reported_with_the_assumption() -> None:
    table = column(["1.234", "5.678"])
    assert values(table) == [Decimal("1.234"), Decimal("5.678")]
    assert table.finding(Code.DECIMAL_MARK) is not None


def test_another_column_settles_the_decimal_mark() -> None:
    table = read_text("a;b\n1.234;1,5\n5.678;2,25\n")
    assert table.column("a") == [1234, 5678]
    assert table.finding(Code.DECIMAL_MARK) is None


def test_a_few_words_among_many_numbers_become_empty_and_are_reported() -> None:
    table = column([*map(str, range(30)), "tbc"])
    assert values(table)[-1] is None
    finding = table.finding(Code.UNREADABLE_CELLS)
    assert finding is not None
    assert (finding.count, finding.example) == (1, "tbc")


def test_many_words_among_numbers_keep_the_column_text() -> None:
    table = column([*map(str, range(10)), "a", "b", "c"])
    assert table.types[1] == "string"
    assert values(table)[-1] == "c"


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Revenue (EUR)", "revenue", ("currency", "EUR", 1)),
        ("Weight [kg]", "weight", ("quantity", "kg", 1)),
        ("Umsatz in T€", "umsatz", ("currency", "EUR", 1000)),
        ("Budget (Mio. EUR)", "budget", ("currency", "EUR", 1e6)),
        ("amount_usd", "amount", ("currency", "USD", 1)),
        ("Rabatt %", "rabatt", ("percent", "%", 1)),
        ("Dauer (h)", "dauer", ("duration", "h", 1)),
        ("Size M", "size_m", None),
        ("Größe", "groesse", None),
        ("2024 Total", "c_2024_total", None),
        ("Name (optional)", "name_optional", None),
        ("日本", "column_2", None),
    ],
)
def test_headers_give_names_and_units(header: str, name: str, unit: tuple[str, str, float] | None) -> None:
    profile = column(["1", "2"], header).table.profile.columns[1]
    assert (profile.name, profile.label) == (name, header)
    assert (profile.unit and (profile.unit.kind, profile.unit.symbol, profile.unit.scale)) == unit
