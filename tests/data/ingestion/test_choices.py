"""What people choose about the reading of a table: followed where the cells allow it, reported where not."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from answerable.data.ingestion.choices import TableChoices
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.quality import Code, Severity
from answerable.data.ingestion.request import IngestionRequest, KnownColumn, TableSettings
from answerable.data.semantics.model import FieldType
from tests.data.ingestion.reading import ReadTable, rows_of

AMBIGUOUS = "day,amount\n03/04/2024,1\n05/06/2024,2\n07/08/2024,3\n"


def read_with(text: str, **settings: Any) -> ReadTable:
    """The one table of a text, read with what is known of it from before."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(text)
        target = Path(folder) / "out"
        target.mkdir()
        main = TableSettings(**settings)
        request = IngestionRequest(path=path, folder=target, name="table", threads=1, main=main)
        (table,) = read_tables(request, lambda _: None).tables
        return ReadTable(table, rows_of(target / table.file))


def read_by(text: str, columns: dict[str, dict[str, Any]] | None = None, **choices: Any) -> ReadTable:
    """The table, read by choices."""
    return read_with(text, choices=TableChoices.model_validate({**choices, "columns": columns or {}}))


def test_an_open_order_of_day_and_month_is_read_as_chosen_and_no_longer_asked() -> None:
    assert read_by(AMBIGUOUS).column("day")[0] == date(2024, 4, 3)
    assert read_by(AMBIGUOUS).finding(Code.DATE_ORDER).severity is Severity.DOUBTFUL  # type: ignore[union-attr]
    chosen = read_by(AMBIGUOUS, {"day": {"date_order": "mdy"}})
    assert chosen.column("day")[0] == date(2024, 3, 4)
    found = chosen.finding(Code.DATE_ORDER)
    assert found is not None
    assert found.severity is Severity.INFO
    assert (found.examples[0].before, found.examples[0].after) == ("03/04/2024", "2024-03-04")


def test_a_chosen_order_that_would_lose_dates_is_not_followed_and_the_report_says_so() -> None:
    table = read_by("day\n13/04/2024\n25/06/2024\n03/08/2024\n", {"day": {"date_order": "mdy"}})
    assert table.column("day")[0] == date(2024, 4, 13)
    assert Code.CHOICE_UNFIT in table.codes


def test_dates_of_both_orders_become_dates_of_the_chosen_one() -> None:
    text = "day\n13/04/2024\n25/06/2024\n03/08/2024\n04/25/2024\n"
    assert read_by(text).types == ["string"]
    table = read_by(text, {"day": {"date_order": "dmy"}})
    assert table.column("day") == [date(2024, 4, 13), date(2024, 6, 25), date(2024, 8, 3), None]
    assert table.finding(Code.UNREADABLE_CELLS).examples[0].before == "04/25/2024"  # type: ignore[union-attr]


@pytest.mark.parametrize(("mark", "first"), [(".", Decimal("1.234")), (",", 1234)])
def test_an_open_decimal_mark_is_read_as_chosen(mark: str, first: object) -> None:
    table = read_by("name;price\na;1.234\nb;5.678\n", {"price": {"decimal_mark": mark}})
    assert table.column("price")[0] == first
    found = table.finding(Code.DECIMAL_MARK)
    assert found is None or found.severity is Severity.INFO


def test_an_id_kept_as_text_can_be_a_number_and_a_number_text() -> None:
    text = "plz,count\n00501,1\n10115,2\n"
    assert read_by(text).types == ["string", "integer"]
    table = read_by(text, {"plz": {"type": "number"}, "count": {"type": "text"}})
    assert table.rows == [(501, "1"), (10115, "2")]


def test_texts_that_stand_for_nothing_are_those_that_were_chosen() -> None:
    text = "country,score\nn/a,1\nNA,-9\nDE,3\n"
    assert read_by(text).column("country") == [None, "NA", "DE"]
    table = read_by(text, {"country": {"placeholders": []}, "score": {"placeholders": ["-9"]}})
    assert table.rows == [("n/a", 1), ("NA", None), ("DE", 3)]


def test_totals_notes_and_repeated_headers_can_stay() -> None:
    text = "item,amount\nA,1\nB,2\nitem,amount\nC,3\nTotal,6\nSource: the till of the shop\n"
    assert read_by(text).column("item") == ["A", "B", "C"]
    assert read_by(text, totals="keep").column("item") == ["A", "B", "C", "Total"]
    assert Code.TOTALS_KEPT in read_by(text, totals="keep").codes
    assert read_by(text, notes="keep").column("item")[-1] == "Source: the till of the shop"
    assert "item" in read_by(text, repeated_headers="keep").column("item")


def test_duplicate_rows_go_when_that_is_chosen_and_the_order_stays() -> None:
    text = "item,amount\nB,1\nA,2\nB,1\nC,3\nA,2\n"
    assert len(read_by(text).rows) == 5
    table = read_by(text, duplicates="drop")
    assert table.rows == [("B", 1), ("A", 2), ("C", 3)]
    assert table.finding(Code.DUPLICATE_ROWS).count == 2  # type: ignore[union-attr]


def test_spellings_stay_as_written_when_that_is_chosen() -> None:
    text = "team,points\n" + "Alpha,1\n" * 5 + "ALPHA,2\n" + "Beta,3\n" * 4
    merged = read_by(text)
    assert set(merged.column("team")) == {"Alpha", "Beta"}
    assert [(e.before, e.after) for e in merged.finding(Code.SPELLINGS).examples] == [("ALPHA", "Alpha")]  # type: ignore[union-attr]
    assert "ALPHA" in read_by(text, {"team": {"spellings": "keep"}}).column("team")


@pytest.mark.parametrize(
    ("header", "starts"),
    [
        ("2021,2022,2023", ["2021-01-01", "2022-01-01", "2023-01-01"]),
        ("Q1 2024,Q2 2024,Q3 2024", ["2024-01-01", "2024-04-01", "2024-07-01"]),
        ("Jan 2024,Feb 2024,Mar 2024", ["2024-01-01", "2024-02-01", "2024-03-01"]),
        ("Revenue 2021,Revenue 2022,Revenue 2023", ["2021-01-01", "2022-01-01", "2023-01-01"]),
    ],
)
def test_columns_that_are_periods_are_offered_as_rows(header: str, starts: list[str]) -> None:
    text = f"region,{header}\nNorth,10,20.5,30\nSouth,1,,3\n"
    wide = read_by(text)
    assert wide.finding(Code.PERIODS_AS_COLUMNS).count == 3  # type: ignore[union-attr]
    assert len(wide.names) == 4
    table = read_by(text, periods="rows")
    assert table.types == ["string", "date", "decimal"]
    assert sorted((row[0], row[1].isoformat(), float(row[2])) for row in table.rows) == [
        ("North", starts[0], 10.0),
        ("North", starts[1], 20.5),
        ("North", starts[2], 30.0),
        ("South", starts[0], 1.0),
        ("South", starts[2], 3.0),
    ]


def test_a_table_of_few_or_mixed_periods_is_left_alone() -> None:
    for header in ("2021,2022,other", "2021,Q1 2022,Jan 2023", "Plan 2021,Plan 2022,Real 2021"):
        assert Code.PERIODS_AS_COLUMNS not in read_by(f"region,{header}\nNorth,1,2,3\nSouth,4,5,6\n").codes


def test_the_version_before_settles_what_a_file_leaves_open() -> None:
    known = {"day": KnownColumn(type=FieldType.DATE, date_order="mdy")}
    table = read_with(AMBIGUOUS, known=known)
    assert table.column("day")[0] == date(2024, 3, 4)
    assert Code.DATE_ORDER not in table.codes


def test_what_identified_rows_as_text_stays_text() -> None:
    text = "plz,count\n10115,1\n20095,2\n"
    known = {"plz": KnownColumn(type=FieldType.STRING, identifier=True)}
    assert read_with(text).types == ["integer", "integer"]
    assert read_with(text, known=known).types == ["string", "integer"]


def test_a_delimiter_and_an_encoding_can_be_chosen() -> None:
    table = read_by("a,b|c\n1,2|3\n4,5|6\n", delimiter="|")
    assert table.names == ["a_b", "c"]


def test_a_column_that_is_the_sum_of_the_periods_does_not_become_rows_with_each() -> None:
    header = "region,2021,2022,2023,Total"
    table = read_by(f"{header}\nNorth,10,20.5,30,60.5\nSouth,1,,3,4\n", periods="rows")
    assert table.names == ["region", "period", "value"]
    assert sum(row[2] for row in table.rows) == Decimal("64.5")
    finding = table.finding(Code.TOTALS_COLUMN)
    assert finding is not None
    assert finding.example == "Total"
    other = read_by(f"{header}\nNorth,10,20.5,30,100\nSouth,1,,3,4\n", periods="rows")
    assert other.names == ["region", "total", "period", "value"]
    shares = read_by(f"{header}\nNorth,0.1,0.2,0.1,0.7\nSouth,0.1,0.1,0.1,0.3\n", periods="rows")
    assert shares.names == ["region", "total", "period", "value"]
