"""Large files take a fast way or a careful one; what comes out is the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from answerable.data.ingestion import encoding, fastpath, profile, textfile
from answerable.data.ingestion.quality import Code
from tests.data.ingestion.reading import ReadTable, read_file


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat every file as one that is looked at by its beginning and end alone."""
    monkeypatch.setattr(textfile, "WHOLE_BYTES", 1000)


def _orders(rows: int) -> list[str]:
    seeded = random.Random(7)
    lines = ["id,day,city,amount,paid,note"]
    for i in range(rows):
        day = f"2024-{seeded.randrange(1, 13):02}-{seeded.randrange(1, 29):02}"
        city = seeded.choice(["Rome", "Oslo", "São Paulo"])
        lines.append(
            f'{i},{day},{city},{seeded.randrange(10_000) / 100:.2f},{seeded.choice(["yes", "no"])},"n, {i}"'
        )
    return lines


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _read(path: Path) -> ReadTable:
    (table,) = read_file(path)
    return table


def test_the_fast_and_the_careful_way_give_the_same(
    tmp_path: Path, everything_is_large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(tmp_path / "orders.csv", _orders(8000))
    fast = _read(path)
    taken: list[object] = []
    monkeypatch.setattr(fastpath, "write", lambda *arguments: taken.append(arguments))
    staged = _read(path)
    monkeypatch.setattr(fastpath, "stage", lambda *arguments: taken.append(arguments))
    careful = _read(path)
    assert len(taken) == 3
    assert staged.rows == careful.rows
    assert fast.types == careful.types == ["integer", "date", "string", "decimal", "boolean", "string"]
    assert fast.rows == careful.rows
    assert fast.table.quality == staged.table.quality == careful.table.quality
    assert fast.finding(Code.BOOLEANS) is not None
    assert len(fast.rows) == 8000


def test_columns_may_have_the_names_that_the_fast_way_uses(tmp_path: Path, everything_is_large: None) -> None:
    lines = ["holds,v0,c0,judged", *(f"{'yes' if i % 3 else 'no'},{i},{i + 1},w{i}" for i in range(9000))]
    table = _read(_write(tmp_path / "names.csv", lines))
    assert table.types == ["boolean", "integer", "integer", "string"]
    assert table.rows[8999] == (True, 8999, 9000, "w8999")


@pytest.mark.parametrize(
    ("line", "code", "cell"),
    [
        ("7000,2024-01-01,Rome,tba,yes,x", Code.PLACEHOLDERS, None),
        ("7000,not a day,Rome,1.00,yes,x", Code.UNREADABLE_CELLS, None),
        ("7000,2024-01-01,Rome,1.00", Code.RAGGED_SHORT, None),
        ("7000,2024-01-01,Rome,1.00,yes,x,more", Code.RAGGED_LONG, "x"),
    ],
)
def test_one_odd_line_far_inside_is_found_and_reported(
    tmp_path: Path, everything_is_large: None, line: str, code: Code, cell: str | None
) -> None:
    lines = _orders(9000)
    lines.insert(6500, line)
    table = _read(_write(tmp_path / "orders.csv", lines))
    assert code in table.codes
    assert len(table.rows) == 9001
    assert cell is None or table.rows[6499][-1] == cell


@pytest.mark.parametrize(
    ("odd", "type_"),
    [("007", "string"), ("1.5", "decimal"), ("12345678901234567890", "string")],
)
def test_one_cell_far_inside_decides_the_type_of_its_column(
    tmp_path: Path, everything_is_large: None, odd: str, type_: str
) -> None:
    lines = ["code,word", *(f"{i},w{i}" for i in range(1, 9001))]
    lines[6000] = f"{odd},x"
    table = _read(_write(tmp_path / "codes.csv", lines))
    assert table.types[0] == type_
    assert str(table.rows[5999][0]) == odd


def test_one_day_far_inside_settles_the_order(tmp_path: Path, everything_is_large: None) -> None:
    lines = ["day,word", *(f"0{i % 9 + 1}/0{i % 7 + 1}/2024,w{i}" for i in range(9000))]
    lines[6000] = "02/28/2024,x"
    table = _read(_write(tmp_path / "days.csv", lines))
    assert table.types[0] == "date"
    assert str(table.rows[5999][0]) == "2024-02-28"
    assert Code.DATE_ORDER not in table.codes


@pytest.mark.parametrize("blank", ["   ", "\t", "\xa0", "\u3000 \x1f"])
def test_a_cell_of_white_space_far_inside_is_empty(
    tmp_path: Path, everything_is_large: None, blank: str
) -> None:
    lines = ["id,word", *(f"{i},w{i}" for i in range(30_000))]
    lines[15_001] = f"{blank},{blank}w"
    table = _read(_write(tmp_path / "ids.csv", lines))
    assert table.types == ["integer", "string"]
    assert table.rows[15_000] == (None, "w")
    assert table.codes == {Code.DIALECT}


@pytest.mark.parametrize("blank", [",", " , ", "\xa0,"])
def test_a_blank_row_far_inside_is_left_out_and_reported(
    tmp_path: Path, everything_is_large: None, blank: str
) -> None:
    lines = ["id,word", *(f"{i},w{i}" for i in range(9000))]
    lines.insert(6001, blank)
    table = _read(_write(tmp_path / "ids.csv", lines))
    assert [row[0] for row in table.rows] == list(range(9000))
    finding = table.finding(Code.BLANK_ROWS)
    assert finding is not None
    assert finding.count == 1


def test_a_file_that_only_begins_as_utf_8_is_read_in_its_own_encoding(
    tmp_path: Path, everything_is_large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "_CHUNK", 10_000)
    lines = ["id,word", *(f"{i},Straße Nr. {i} über Köln" for i in range(9000))]
    path = tmp_path / "streets.csv"
    text = "\n".join(lines)
    path.write_bytes(text[:12_000].encode("ascii", "ignore") + text[12_000:].encode("cp1252"))
    table = _read(path)
    assert table.rows[-1] == (8999, "Straße Nr. 8999 über Köln")
    finding = table.finding(Code.ENCODING)
    assert finding is not None
    assert finding.example == "cp1252"


def test_a_table_of_very_many_columns_is_read_within_its_memory(
    tmp_path: Path, everything_is_large: None
) -> None:
    row = ",".join(f"a longer text {i}" for i in range(200))
    path = _write(tmp_path / "wide.csv", [",".join(f"c{i}" for i in range(200)), *([row] * 3000)])
    (table,) = read_file(path, memory_bytes=96 << 20)
    assert (len(table.rows), len(table.names)) == (3000, 200)


def test_a_table_of_many_columns_keeps_fewer_values_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "_MOST_VALUES_OF_A_TABLE", 2000)
    for columns, kept in ((5, 300), (20, None)):
        rows = [",".join(f"v{i}" for _ in range(columns)) for i in range(300)]
        table = _read(_write(tmp_path / "t.csv", [",".join(f"k{i}" for i in range(columns)), *rows]))
        assert {c.distinct_count for c in table.table.profile.columns} == {300}
        assert {c.values and len(c.values) for c in table.table.profile.columns} == {kept}
