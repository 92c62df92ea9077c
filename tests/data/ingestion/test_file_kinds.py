"""Every kind of file that holds tables, and files that are made to break a reader."""

from __future__ import annotations

import errno
import json
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from answerable.data.ingestion import staging
from answerable.data.ingestion.errors import no_space
from answerable.data.ingestion.ingest import ingest
from answerable.data.ingestion.quality import Code
from answerable.kit import sandbox
from answerable.kit.sandbox import JsonObject, Limits, Refusal, SandboxError
from tests.data.ingestion import workbooks
from tests.data.ingestion.reading import read_bytes, read_file

LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=30, file_bytes=64 << 20, open_files=256)


async def in_sandbox(path: Path, limits: Limits = LIMITS) -> JsonObject:
    """Read a file as the job does."""
    folder = path.parent / "out"
    folder.mkdir()
    payload: JsonObject = {"path": str(path), "folder": str(folder), "name": path.stem}
    target = "answerable.data.ingestion.ingest:ingest"
    return await sandbox.run(target, payload, limits=limits, read=[path], write=[folder])


def test_parquet_keeps_its_types_and_turns_the_others_into_text(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.execute(f"""
        COPY (SELECT TIMESTAMPTZ '2024-03-01 12:00:00+02' AS at, 1.50::DECIMAL(18, 2) AS amount,
            {{'city': 'Rome', 'zip': 1}} AS address, [1, 2] AS tags, MAP {{'a': 1}} AS counts,
            5::UBIGINT AS big, 7::UTINYINT AS small, TIME '12:30:00' AS clock, INTERVAL '3 days' AS span,
            'ab'::BLOB AS raw, DATE '2024-01-01' AS day, true AS ok, 1.5::FLOAT AS share,
            NULL::VARCHAR AS note
        ) TO '{path}' (FORMAT parquet)""")
    (table,) = read_file(path)
    assert dict(zip(table.names, zip(table.types, table.rows[0], strict=True), strict=True)) == {
        "at": ("timestamp", datetime(2024, 3, 1, 10)),  # noqa: DTZ001 - stored in UTC
        "amount": ("decimal", Decimal("1.50")),
        "address": ("string", '{"city":"Rome","zip":1}'),
        "tags": ("string", "[1,2]"),
        "counts": ("string", '{"a":1}'),
        "big": ("decimal", Decimal(5)),
        "small": ("integer", 7),
        "clock": ("time", time(12, 30)),
        "span": ("string", "3 days"),
        "raw": ("string", "ab"),
        "day": ("date", date(2024, 1, 1)),
        "ok": ("boolean", True),
        "share": ("float", 1.5),
        "note": ("string", None),
    }
    assert {Code.TIME_ZONE, Code.NESTED, Code.DECLARED_TYPE} <= table.codes


def test_json_with_nested_values_becomes_columns_and_text() -> None:
    deep = {"id": 1, "who": {"at": {"city": "Rome"}}, "tags": [{"k": [1]}], "day": "2024-01-31"}
    (table,) = read_bytes(json.dumps([deep, {"id": 2, "who": None}]).encode(), "t.json")
    assert table.names == ["id", "who_at_city", "tags", "day", "who"]
    assert table.rows[0] == (1, "Rome", '[{"k": [1]}]', date(2024, 1, 31), None)
    assert table.column("id") == [1, 2]


def test_an_old_binary_workbook_is_read() -> None:
    (table,) = read_bytes(workbooks.xls(), "a.xls")
    assert (table.table.label, table.names) == ("Orders", ["id", "day", "amount", "city", "paid"])
    assert table.rows == [
        (1, date(2024, 1, 31), Decimal("2.5"), "Rome", True),
        (2, date(2024, 2, 29), Decimal("3.0"), "Österbro", False),
    ]


def test_an_open_document_spreadsheet_is_read(tmp_path: Path) -> None:
    rows = [["id", "day", "amount"], [1, date(2024, 1, 31), 2.5], [2, date(2024, 2, 29), 3]]
    (table,) = read_file(workbooks.ods(tmp_path / "a.ods", rows))
    assert table.table.label == "Orders"
    assert table.rows == [(1, date(2024, 1, 31), Decimal("2.5")), (2, date(2024, 2, 29), Decimal("3.0"))]


@pytest.mark.parametrize("name", ["a.xls", "a.ods"])
def test_half_of_a_workbook_is_refused(tmp_path: Path, name: str) -> None:
    whole = workbooks.xls()
    if name == "a.ods":
        whole = workbooks.ods(tmp_path / name, [["id", "name"], [1, "a"], [2, "b"]]).read_bytes()
    with pytest.raises(Refusal) as refused:
        read_bytes(whole[: len(whole) // 2], name)
    assert refused.value.code == "damaged_file"


def test_an_encrypted_workbook_is_refused_as_such() -> None:
    with pytest.raises(Refusal) as refused:
        read_bytes(workbooks.encrypted(), "a.xlsx")
    assert refused.value.code == "encrypted_file"


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read_file(workbooks.xlsx(tmp_path / "a.xlsx", workbooks.with_blanks))
    assert refused.value.code == "archive_bomb"


def test_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    (table,) = read_file(workbooks.xlsx(tmp_path / "a.xlsx", workbooks.with_entities))
    assert table.rows == [(None, "a"), (2, "b")]


async def test_a_cell_at_the_end_of_the_sheet_ends_the_child_not_the_worker(tmp_path: Path) -> None:
    with pytest.raises(SandboxError) as failed:
        await in_sandbox(workbooks.xlsx(tmp_path / "a.xlsx", workbooks.with_far_cell))
    assert failed.value.kind == "memory"


async def test_a_spreadsheet_of_endless_repeats_is_stopped(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16000"/>'
    )
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    with pytest.raises(SandboxError) as failed:
        await in_sandbox(workbooks.ods_of(tmp_path / "a.ods", row))
    assert failed.value.kind in ("memory", "refused")


async def test_a_table_that_outgrows_what_may_be_written_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "".join(f"{i},name {i}\n" for i in range(3000)))
    with pytest.raises(SandboxError) as failed:
        await in_sandbox(path, Limits(1 << 30, 20, 30, file_bytes=4096, open_files=256))
    assert (failed.value.kind, failed.value.code) == ("refused", "file_too_heavy")


def test_a_full_disk_is_told_from_a_bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(staging, "write_cells", full)
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n1,a\n2,b\n")
    (tmp_path / "out").mkdir()
    request: JsonObject = {"path": str(path), "folder": str(tmp_path / "out"), "name": "a"}
    with pytest.raises(Refusal) as refused:
        ingest(request, lambda progress: None)
    assert refused.value.code == "disk_full"


def test_the_engine_says_that_a_disk_is_full() -> None:
    with pytest.raises(duckdb.Error) as failed:
        duckdb.execute("COPY (SELECT range FROM range(100000)) TO '/dev/full' (FORMAT parquet)")
    refusal = no_space(failed.value)
    assert refusal is not None
    assert refusal.code == "disk_full"
    assert no_space(ValueError("other")) is None


def test_numbers_that_are_none_are_emptied_and_counted_by_column(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.execute(
        f"""COPY (SELECT i AS id, (['nan', 'inf', '-inf', '1.5'])[1 + i % 4]::DOUBLE AS "The rate",
                CASE WHEN i = 0 THEN 'nan'::FLOAT WHEN i > 9 THEN i::FLOAT END AS weight, i / 2 AS half
            FROM range(100) t(i)) TO '{path}' (FORMAT parquet)"""
    )
    (table,) = read_file(path)
    found = {f.column: f.count for f in table.table.quality.findings if f.code is Code.NOT_FINITE}
    assert found == {"the_rate": 75, "weight": 1}
    assert set(table.column("the_rate")) == {None, 1.5}
    assert table.column("weight").count(None) == 10


@pytest.mark.parametrize("name", ["t.jsonl", "t.json"])
def test_numbers_that_json_cannot_hold_are_emptied_and_counted(name: str) -> None:
    rows = [f'{{"id": {n}, "rate": {("1.5", "NaN", "-Infinity", "2.5")[n % 4]}}}' for n in range(40)]
    text = "\n".join(rows) if name == "t.jsonl" else f"[{','.join(rows)}]"
    (table,) = read_bytes(text.encode(), name)
    assert table.column("rate")[:4] == [1.5, None, None, 2.5]
    finding = table.finding(Code.NOT_FINITE)
    assert finding is not None
    assert (finding.count, "'rate'" in finding.sentence) == (20, True)
