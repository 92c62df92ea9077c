"""Texts among the values that a workbook typed itself: a workbook's numbers say nothing about theirs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from answerable.data.ingestion.quality import Code, is_asked
from tests.data.ingestion.workbooks import read_book


@pytest.mark.parametrize(
    ("cells", "expected"),
    [([12500, "13.400", 900], [12500, 13400, 900]), ([12.5, "13.400", 9], ["12.5", "13.4", "9"])],
)
def test_a_text_that_may_be_a_thousand_or_a_fraction_is_asked(
    tmp_path: Path, cells: list[object], expected: list[int | str]
) -> None:
    (table,) = read_book(tmp_path, [["item", "amount"], *(["x", cell] for cell in cells)])
    assert table.column("amount") == [Decimal(each) for each in expected]
    found = table.finding(Code.DECIMAL_MARK)
    assert found is not None
    assert is_asked(found)
    assert (found.column, found.count, found.example) == ("amount", 1, "13.400")


@pytest.mark.parametrize(("mark", "expected"), [(".", "13.4"), (",", "13400")])
def test_such_a_text_is_read_as_chosen(tmp_path: Path, mark: str, expected: str) -> None:
    rows = [["item", "amount"], ["a", 12500], ["b", "13.400"], ["c", 900]]
    (table,) = read_book(tmp_path, rows, columns={"amount": {"decimal_mark": mark}})
    assert table.column("amount")[1] == Decimal(expected)
    assert not any(is_asked(finding) for finding in table.table.quality.findings)


def test_texts_that_tell_how_they_are_written_become_numbers_and_that_is_said(tmp_path: Path) -> None:
    rows = [["item", "amount"], ["a", 12.5], ["b", "1.413,40 €"], ["c", 9], ["d", "−3,5"]]
    (table,) = read_book(tmp_path, rows)
    assert table.column("amount") == [Decimal(each) for each in ("12.5", "1413.4", "9", "-3.5")]
    found = table.finding(Code.NUMBERS_AS_TEXT)
    assert found is not None
    assert (found.column, found.count) == ("amount", 2)
    assert [(e.before, e.after) for e in found.examples] == [("1.413,40 €", "1413.4 €"), ("−3,5", "-3.5")]


def test_numbers_in_a_column_of_words_change_no_word(tmp_path: Path) -> None:
    rows = [
        ["item", "note"],
        ["a", 5],
        ["b", "1.234,5"],
        ["c", "none left"],
        ["d", "ask"],
        ["e", "see above"],
    ]
    (table,) = read_book(tmp_path, rows)
    assert table.column("note") == ["5", "1.234,5", "none left", "ask", "see above"]


def test_dates_as_text_beside_dates_are_read_by_their_own_order_or_asked(tmp_path: Path) -> None:
    (known,) = read_book(
        tmp_path, [["x", "day"], ["a", date(2024, 3, 5)], ["b", "23.04.2024"], ["c", "01.02.2024"]]
    )
    assert known.column("day") == [date(2024, 3, 5), date(2024, 4, 23), date(2024, 2, 1)]
    found = known.finding(Code.DATES_AS_TEXT)
    assert found is not None
    assert (found.column, found.count) == ("day", 2)
    rows = [["x", "day"], ["a", date(2024, 3, 5)], ["b", "03/04/2024"]]
    (asked,) = read_book(tmp_path, rows)
    question = asked.finding(Code.DATE_ORDER)
    assert question is not None
    assert is_asked(question)
    assert asked.column("day")[1] == date(2024, 4, 3)
    (chosen,) = read_book(tmp_path, rows, columns={"day": {"date_order": "mdy"}})
    assert chosen.column("day")[1] == date(2024, 3, 4)
