"""Which tables a file holds, and what of it is not part of them."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from answerable.data.ingestion import textfile
from answerable.data.ingestion.quality import Code, Severity
from answerable.kit.sandbox import Refusal
from tests.data.ingestion.reading import read_bytes, read_file, read_text


def test_title_notes_and_verified_totals_are_cut_off_and_reported() -> None:
    table = read_text(
        "Sales report 2024;;\n;;\nDate;Revenue (EUR);Units\n01.02.2024;1.234,50;2\n13.02.2024;2.000,00;3\n"
        "Total;3.234,50;5\n\nSource: ERP\n"
    )
    assert table.names == ["date", "revenue", "units"]
    assert [row[1:] for row in table.rows] == [(Decimal("1234.50"), 2), (Decimal("2000.00"), 3)]
    assert {Code.TITLE, Code.TOTALS, Code.NOTES} <= table.codes
    assert table.table.quality.rows_read == 3
    assert table.table.quality.rows_kept == 2


def test_a_total_that_does_not_add_up_is_left_out_and_doubtful() -> None:
    table = read_text("region,amount\nNorth,10\nSouth,20\nEast,5\nTotal,99\n")
    assert table.column("amount") == [10, 20, 5]
    finding = table.finding(Code.TOTALS_DIFFER)
    assert finding is not None
    assert finding.severity is Severity.DOUBTFUL


@pytest.mark.parametrize("header", ["Variance %", "Return rate", "Rücksendequote", "Average price (EUR)"])
def test_rates_of_a_totals_row_are_not_taken_for_sums(header: str) -> None:
    table = read_text(f"region,amount,{header}\nNorth,10,5.0\nSouth,20,2.0\nEast,70,1.5\nTotal,100,1.9\n")
    assert table.column("region") == ["North", "South", "East"]
    assert Code.TOTALS in table.codes
    assert Code.TOTALS_DIFFER not in table.codes


def test_a_totals_row_of_rates_alone_is_left_out_too() -> None:
    table = read_text("region,share of returns\nNorth,5.5%\nSouth,2.0%\nEast,1.5%\nTotal,1.9%\n")
    assert table.column("region") == ["North", "South", "East"]
    finding = table.finding(Code.TOTALS)
    assert finding is not None
    assert "rates" in finding.sentence


def test_subtotals_that_add_up_are_left_out() -> None:
    table = read_text("region,amount\nA,10\nB,20\nSubtotal,30\nC,5\nD,6\nSubtotal,11\nGrand total,41\n")
    assert table.column("amount") == [10, 20, 5, 6]


def test_a_totals_row_whose_formulas_were_never_calculated_is_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Dept", "Lead", "Budget"], ["Sales", "Ann", 10], ["Ops", "Bo", 20], ["IT", "Cy", 5]]:
        sheet.append(row)
    sheet.append(["Total", None, "=SUM(C2:C4)"])
    book.save(tmp_path / "plan.xlsx")
    (table,) = read_file(tmp_path / "plan.xlsx")
    assert table.column("dept") == ["Sales", "Ops", "IT"]
    finding = table.finding(Code.TOTALS)
    assert finding is not None
    assert finding.sentence == "A totals row is left out; it holds no values: Total"


def test_a_row_called_total_amid_the_others_stays_though_it_has_no_amount() -> None:
    table = read_text("customer,city,amount\nShell,Hague,7\nTotal,,\nEni,Rome,9\nBP,London,3\n")
    assert table.column("customer") == ["Shell", "Total", "Eni", "BP"]


def test_a_row_that_merely_is_called_total_stays() -> None:
    rows = "".join(f"firm {i},{i}\n" for i in range(1, 9))
    table = read_text(f"customer,amount\nTotal,7\n{rows}")
    assert len(table.rows) == 9


def test_headers_of_two_rows_become_one_name_a_column() -> None:
    table = read_text(
        "Region,2023,,2024,\n,Revenue,Units,Revenue,Units\nNorth,1.5,2,3.5,4\nSouth,5.5,6,7.5,8\n"
    )
    assert table.names == ["region", "c_2023_revenue", "c_2023_units", "c_2024_revenue", "c_2024_units"]
    assert table.rows[0] == ("North", Decimal("1.5"), 2, Decimal("3.5"), 4)


def test_a_row_of_units_below_the_header_belongs_to_it() -> None:
    table = read_text("weight,price\n[kg],[EUR]\n1.5,2\n2.5,3\n")
    units = [c.unit.symbol for c in table.table.profile.columns if c.unit]
    assert (table.names, units) == (["weight", "price"], ["kg", "EUR"])


@pytest.mark.parametrize(
    ("text", "names", "code"),
    [
        ("1,2.5\n2,3.5\n3,4.5\n", ["column_1", "column_2"], Code.HEADER_MISSING),
        ("a,,c\n1,2,3\n4,5,6\n", ["a", "column_2", "c"], Code.HEADER_BLANK),
        ("a,a,b\n1,2,3\n4,5,6\n", ["a", "a_2", "b"], Code.HEADER_DUPLICATE),
        ("a,b\n1,2\na,b\n3,4\n", ["a", "b"], Code.HEADER_REPEATED),
    ],
)
def test_odd_headers_are_repaired_and_reported(text: str, names: list[str], code: Code) -> None:
    table = read_text(text)
    assert table.names == names
    assert code in table.codes


def test_ragged_rows_are_kept_and_reported() -> None:
    table = read_text("a,b,c\n1,2,3\n4,5\n6,7,8,9,10\n11,12,13\n14,15,16\n")
    assert table.rows == [(1, 2, 3), (4, 5, None), (6, 7, 8), (11, 12, 13), (14, 15, 16)]
    extra, short = table.finding(Code.RAGGED_LONG), table.finding(Code.RAGGED_SHORT)
    assert extra is not None
    assert short is not None
    assert extra.example == "9 | 10"
    assert extra.severity is Severity.DROPPED
    assert short.count == 1


def test_several_tables_below_each_other_are_told_apart() -> None:
    tables = read_bytes(
        b"Sales\n\nregion,revenue\nN,10\nS,20\n\n\nStaff\n\nname,age,city\nX,31,Rome\nY,42,Oslo\n"
    )
    assert [(t.table.label, t.names, len(t.rows)) for t in tables] == [
        ("Sales", ["region", "revenue"], 2),
        ("Staff", ["name", "age", "city"], 2),
    ]


def test_tables_side_by_side_are_told_apart() -> None:
    tables = read_bytes(b"a,b,,c,d\n1,x,,y,2\n3,z,,w,4\n5,q,,,\n")
    assert [t.names for t in tables] == [["a", "b"], ["c", "d"]]
    assert [len(t.rows) for t in tables] == [3, 2]


def test_a_blank_row_does_not_cut_a_table() -> None:
    table = read_text("a,b\n1,x\n2,y\n\n3,z\n4,w\n")
    assert len(table.rows) == 4
    assert Code.BLANK_ROWS in table.codes


def test_duplicate_rows_are_counted_and_kept() -> None:
    table = read_text("a,b\n1,x\n1,x\n2,y\n")
    assert len(table.rows) == 3
    finding = table.finding(Code.DUPLICATE_ROWS)
    assert finding is not None
    assert finding.count == 1


def test_a_header_alone_is_a_table_without_rows() -> None:
    table = read_text("id,name,amount\n")
    assert (table.names, table.rows) == (["id", "name", "amount"], [])
    assert Code.NO_ROWS in table.codes


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_are_recognised(encoding: str) -> None:
    table = read_text("Größe;Ort\n1,5;München\n2,5;Köln\n", encoding)
    assert table.rows == [(Decimal("1.5"), "München"), (Decimal("2.5"), "Köln")]


def test_lines_of_two_encodings_are_each_read_right() -> None:
    (table,) = read_bytes("id;ort\n1;München\n".encode() + "2;Köln\n".encode("cp1252"))
    assert table.column("ort") == ["München", "Köln"]
    finding = table.finding(Code.ENCODING)
    assert finding is not None
    assert finding.severity is Severity.DOUBTFUL


def test_nul_bytes_are_left_out_and_reported() -> None:
    (table,) = read_bytes(b"a,b\n1,x\x00y\n2,z\n")
    assert table.rows == [(1, "xy"), (2, "z")]
    assert Code.NUL_BYTES in table.codes


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    table = read_text('id,note\n1,fine\n2,"open\n3,also fine\n4,end\n')
    assert len(table.rows) == 4
    assert Code.UNBALANCED_QUOTE in table.codes


def test_cells_of_several_lines_stay_whole() -> None:
    table = read_text('id,note\n1,"two\nlines"\n2,"a ""quote"""\n')
    assert table.column("note") == ["two\nlines", 'a "quote"']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    lines = [["id", "city", "value"], ["1", "Rome", "2.5"], ["2", "Oslo", "3.5"]]
    table = read_text("".join(delimiter.join(line) + end for line in lines))
    assert table.rows == [(1, "Rome", Decimal("2.5")), (2, "Oslo", Decimal("3.5"))]


def test_columns_aligned_with_blanks() -> None:
    table = read_text("id   city    value\n1    Rome    2.5\n20   Oslo   13.5\n3    Kyiv    4.5\n")
    assert table.rows == [
        (1, "Rome", Decimal("2.5")),
        (20, "Oslo", Decimal("13.5")),
        (3, "Kyiv", Decimal("4.5")),
    ]


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        for _ in range(40):
            file.write(b"x" * (1 << 20))
    with pytest.raises(Refusal) as refused:
        read_file(path)
    assert refused.value.code == "line_too_long"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\x00\x00\x00", "empty_file"),
        (b"%PDF-1.4 text", "unsupported_type"),
        (b"\x89PNG\r\n\x1a\n", "unsupported_type"),
        (b"\x1f\x8b\x08 gz", "unsupported_type"),
        (b"PK\x03\x04 broken zip", "damaged_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "damaged_file"),
        (b"PAR1 broken PAR1", "damaged_file"),
        (b"<html><table></table></html>", "unsupported_type"),
        (bytes(range(256)) * 20, "unsupported_type"),
        (b'[{"a": 1', "damaged_file"),
        (b"no workbook at all", "no_table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_bytes(content)
    assert refused.value.code == code


def test_json_lines_become_a_table() -> None:
    (table,) = read_bytes(
        b'{"id": 1, "who": {"name": "A", "age": 3}, "tags": ["x"], "ok": true}\n'
        b'{"id": 2.5, "who": {"name": "B"}, "ok": false}\nbroken\n'
    )
    assert table.names == ["id", "who_name", "who_age", "tags", "ok"]
    assert table.rows == [(Decimal("1.0"), "A", 3, '["x"]', True), (Decimal("2.5"), "B", None, None, False)]
    assert {Code.BAD_LINES, Code.NESTED} <= table.codes


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sales"
    sheet.append(["Sales by region"])
    sheet.append([])
    sheet.append(["Region", "Revenue (EUR)", None, "Units"])
    sheet.merge_cells("B3:C3")
    sheet.append([None, "2023", "2024", None])
    sheet.append(["North", 1.234, 2000.5, 3])
    sheet.append(["South", 2.5, 3000, 4])
    sheet.append(["Total", 3.734, 5000.5, 7])
    other = book.create_sheet("Formulas")
    other.append(["a", "b", "sum"])
    other.append([1, 2, "=A2+B2"])
    other.append([3, 4, "=A3+B3"])
    book.save(path)
    return path


def test_a_workbook_with_merged_headers_totals_and_uncalculated_formulas(tmp_path: Path) -> None:
    sales, formulas = read_file(_workbook(tmp_path / "book.xlsx"))
    assert sales.table.label == "Sales"
    assert sales.names == ["region", "revenue_eur_2023", "revenue_eur_2024", "units"]
    assert sales.rows == [
        ("North", Decimal("1.234"), Decimal("2000.5"), 3),
        ("South", Decimal("2.500"), Decimal("3000.0"), 4),
    ]
    assert {Code.TITLE, Code.HEADER_MERGED, Code.TOTALS} <= sales.codes
    assert Code.DECIMAL_MARK not in sales.codes
    finding = formulas.finding(Code.FORMULAS)
    assert finding is not None
    assert finding.count == 2


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    whole = _workbook(tmp_path / "book.xlsx").read_bytes()
    with pytest.raises(Refusal) as refused:
        read_bytes(whole[: len(whole) // 2], "book.xlsx")
    assert refused.value.code == "damaged_file"


def test_a_workbook_with_a_part_that_cannot_be_unpacked_is_refused(tmp_path: Path) -> None:
    """Its other parts, and its list of parts, are sound."""
    book = openpyxl.Workbook()
    for row in range(300):
        book.worksheets[0].append([row, f"name {row}"])
    book.create_sheet("Chart data").append(["id"])
    book.save(tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray((tmp_path / "book.xlsx").read_bytes())
    middle = entry.header_offset + entry.compress_size // 2
    content[middle : middle + 40] = b"\xff" * 40
    with pytest.raises(Refusal) as refused:
        read_bytes(bytes(content), "book.xlsx")
    assert refused.value.code == "damaged_file"


@pytest.mark.parametrize(
    "text",
    [
        "store,sales\nA,5\nB,7\nNorth Total,12\nC,10\nD,20\nSouth Total,30\nGrand Total,42\n",
        "store,sales\nA,5\nB,7\nC,10\nD,20\nAll stores,42\n",
        "Filiale;Umsatz\nA;5\nB;7\nNord gesamt;12\nC;10\nD;20\nSüd gesamt;30\n",
    ],
)
def test_subtotals_with_names_are_left_out_where_their_numbers_prove_it(text: str) -> None:
    table = read_text(text)
    assert table.rows == [("A", 5), ("B", 7), ("C", 10), ("D", 20)]
    assert Code.TOTALS in table.codes


def test_names_that_sound_like_totals_are_rows_where_their_numbers_do_not_say_so() -> None:
    table = read_text("product,sold\nColgate Total,5\nPen,7\nOmo Total,10\nCup,20\nAll Weather Tyre,3\n")
    assert len(table.rows) == 5


def test_blank_lines_between_all_rows_separate_no_tables() -> None:
    spaced = read_text("id,price\n\n1,2.5\n\n2,3.5\n\n3,4.5\n")
    assert (spaced.names, len(spaced.rows)) == (["id", "price"], 3)
    assert Code.BLANK_ROWS in spaced.codes
    below = read_text("id,price\n\n1,2.5\n2,3.5\n")
    assert (below.names, len(below.rows)) == (["id", "price"], 2)
    words = read_text("name,city\n\nAnna,Rome\n\nBob,Oslo\n\nCarl,Bonn\n")
    assert words.rows == [("Anna", "Rome"), ("Bob", "Oslo"), ("Carl", "Bonn")]


def test_totals_above_the_rows_are_left_out_where_their_numbers_prove_it() -> None:
    table = read_text("region,amount\nTotal,30\nNorth,10\nSouth,20\n")
    assert table.rows == [("North", 10), ("South", 20)]
    found = table.finding(Code.TOTALS)
    assert found is not None
    assert (found.severity, found.example) == (Severity.DROPPED, "Total | 30")
    other = read_text("region,amount\nTotal,35\nNorth,10\nSouth,20\n")
    assert len(other.rows) == 3


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;;;\n"])
def test_a_first_line_that_declares_the_delimiter_is_followed_and_no_title(first: str) -> None:
    table = read_text(first + "a;b;c\n1,5;2;x\n2,5;3;y\n")
    assert table.names == ["a", "b", "c"]
    assert len(table.rows) == 2
    finding = table.finding(Code.DIALECT)
    assert finding is not None
    assert (finding.example, "first line" in finding.sentence) == (";", True)
    assert not {Code.TITLE, Code.BLANK_ROWS, Code.NOTES} & table.codes


def test_a_declared_delimiter_is_followed_where_another_looks_likelier() -> None:
    table = read_text("sep=|\na,b|c\n1,2|3\n4,5|6\n")
    assert table.names == ["a_b", "c"]


def test_a_large_file_may_declare_its_delimiter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "WHOLE_BYTES", 100)
    table = read_text("sep=;\nid;name\n" + "".join(f"{n};w{n}\n" for n in range(500)))
    assert (table.names, len(table.rows), table.rows[0]) == (["id", "name"], 500, (0, "w0"))
