"""What ODS and XLS workbooks say beside their values is seen as it is in XLSX."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from answerable.data.ingestion.quality import Code, Severity
from answerable.data.ingestion.sheets import xls
from answerable.data.ingestion.sheets.compound import DamagedContainer, read_stream
from tests.data.ingestion.reading import ReadTable, read_bytes, read_file
from tests.data.ingestion.workbooks import ods, ods_of, xls_with_formats

_STYLES = """
<number:number-style style:name="N1"><number:number number:decimal-places="1"/><number:text> kg</number:text>
</number:number-style>
<number:currency-style style:name="N2"><number:text>-</number:text><number:number number:decimal-places="2"/>
<number:text> </number:text><number:currency-symbol>€</number:currency-symbol></number:currency-style>
<number:number-style style:name="N3"><number:number number:decimal-places="0" number:min-integer-digits="5"/>
</number:number-style>
<style:style style:name="mass" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="bold" style:family="table-cell" style:parent-style-name="mass"/>
<style:style style:name="money" style:family="table-cell" style:data-style-name="N2"/>
<style:style style:name="postcode" style:family="table-cell" style:data-style-name="N3"/>
"""


def _units(table: ReadTable) -> dict[str, tuple[str, float]]:
    return {c.name: (c.unit.symbol, c.unit.scale) for c in table.table.profile.columns if c.unit is not None}


def test_formats_errors_and_hidden_cells_of_the_old_binary_format_are_seen() -> None:
    (table,) = read_bytes(xls_with_formats(), "prices.xls")
    assert _units(table) == {
        "share": ("%", 100),
        "price": ("EUR", 1),
        "weight": ("kg", 1),
        "cost": ("EUR", 1),
    }
    assert table.column("code") == ["01067", "04109", "99084"]
    assert table.column("share") == [Decimal("0.25"), Decimal("0.5"), Decimal("0.075")]
    assert table.column("quotient") == [10, None, None]
    errors, hidden = table.finding(Code.ERROR_CELLS), table.finding(Code.HIDDEN)
    assert errors is not None
    assert (errors.severity, errors.count, errors.example) == (Severity.DOUBTFUL, 2, "#DIV/0!")
    assert hidden is not None
    assert hidden.sentence.startswith("1 row and 1 column of sheet 'Prices' are hidden")


def test_a_binary_workbook_whose_records_cannot_be_followed_says_that_formats_are_not_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prices.xls"
    path.write_bytes(xls_with_formats())
    monkeypatch.setattr(xls, "MOST_BYTES", path.stat().st_size - 1)
    (table,) = read_file(path)
    found = table.finding(Code.FORMAT_UNIT)
    assert found is not None
    assert found.arguments is not None
    assert (found.severity, found.arguments.code) == (Severity.DOUBTFUL, "formats_unread")
    assert _units(table) == {}


def test_facts_of_damaged_binary_workbooks_end(tmp_path: Path) -> None:
    """Sectors that go round in a circle, records cut in the middle, numbers that point nowhere."""
    whole, path = xls_with_formats(), tmp_path / "damaged.xls"
    for place in range(0, len(whole), 37):
        for filling in (b"\x00" * 4, b"\xff" * 4, b"\x01\x00\x00\x00"):
            path.write_bytes(whole[:place] + filling + whole[place + 4 :])
            facts = xls.read_facts(path)
            assert facts is None or all(len(name) < 256 for name in facts)
        path.write_bytes(whole[:place])
        xls.read_facts(path)
    circle = bytearray(whole)
    start = 512 * (1 + int.from_bytes(whole[76:80], "little"))  # the first sector that says which follow
    circle[start : start + 512] = b"".join(number.to_bytes(4, "little") for number in [0] * 128)
    path.write_bytes(bytes(circle))
    with pytest.raises(DamagedContainer):
        read_stream(path, ("Workbook",))


def _cell(value: object, style: str = "", kind: str = "float") -> str:
    styled = f'table:style-name="{style}" ' if style else ""
    typed = f'office:value-type="{kind}" office:value="{value}"'
    return f"<table:table-cell {styled}{typed}><text:p>{value}</text:p></table:table-cell>"


def _text(words: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{words}</text:p></table:table-cell>'


def _error(words: str, value: str = "") -> str:
    typed = f'office:value-type="string" {value} calcext:value-type="error" table:formula="of:=1/0"'
    return f"<table:table-cell {typed}><text:p>{words}</text:p></table:table-cell>"


def _open_document(folder: Path) -> ReadTable:
    header = "".join(map(_text, ("code", "weight", "price", "share", "ratio")))
    rows = [
        _cell(1067, "postcode") + _cell(1.5) + _cell(5, "money", "currency") + _cell(0.25, "", "percentage")
        + _cell(1),
        _cell(4109, "postcode") + _cell(2, "bold") + _cell(7.5, "money", "currency")
        + _cell(0.5, "", "percentage") + _error("#DIV/0!", 'office:string-value=""'),
        _cell(99084, "postcode") + _cell(2.5) + _cell(9, "money", "currency") + _cell(0.75, "", "percentage")
        + _error("Err:508"),
    ]  # fmt: skip
    columns = (
        '<table:table-column/><table:table-column table:default-cell-style-name="mass"/>'
        '<table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    )
    hidden = '<table:table-row table:visibility="filter">'
    lines = [f"<table:table-row>{header}</table:table-row>"]
    lines += [
        f"{hidden if i == 1 else '<table:table-row>'}{row}</table:table-row>" for i, row in enumerate(rows)
    ]
    blank = '<table:table-cell table:style-name="mass" table:number-columns-repeated="16384"/>'
    lines.append(f'<table:table-row table:number-rows-repeated="1048572">{blank}</table:table-row>')
    (table,) = read_file(ods_of(folder / "book.ods", columns + "".join(lines), _STYLES))
    return table


def test_formats_errors_and_hidden_cells_of_open_documents_are_seen(tmp_path: Path) -> None:
    table = _open_document(tmp_path)
    assert _units(table) == {"weight": ("kg", 1), "price": ("EUR", 1), "share": ("%", 100)}
    assert table.column("code") == ["01067", "04109", "99084"]
    assert table.column("share") == [Decimal("0.25"), Decimal("0.5"), Decimal("0.75")]
    assert table.column("ratio") == [1, None, None]
    errors, hidden = table.finding(Code.ERROR_CELLS), table.finding(Code.HIDDEN)
    assert errors is not None
    assert errors.count == 2
    assert hidden is not None
    assert hidden.sentence.startswith("1 row and 2 columns of sheet 'Orders' are hidden")


def test_one_cell_that_stands_for_many_has_its_format_in_all_of_them(tmp_path: Path) -> None:
    share = 'office:value-type="percentage" office:value="0.25" table:number-columns-repeated="2"'
    rows = "<table:table-row>" + "".join(map(_text, ("day", "first", "second"))) + "</table:table-row>"
    rows += '<table:table-row table:number-rows-repeated="3">' + _text("a")
    rows += f"<table:table-cell {share}><text:p>25 %</text:p></table:table-cell></table:table-row>"
    (table,) = read_file(ods_of(tmp_path / "book.ods", rows))
    assert _units(table) == {"first": ("%", 100), "second": ("%", 100)}
    assert table.column("second") == [Decimal("0.25")] * 3


def test_open_documents_without_styles_are_read_as_before(tmp_path: Path) -> None:
    (table,) = read_file(ods(tmp_path / "book.ods", [["id", "name"], [1, "a"], [2, "b"]]))
    assert table.rows == [(1, "a"), (2, "b")]
    assert table.table.quality.findings == []
