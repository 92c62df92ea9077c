"""Characters that no text of ours may hold do not come in with a file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from answerable.data.ingestion.characters import storable
from answerable.data.ingestion.headers import name_columns
from answerable.data.ingestion.ingest import ingest
from answerable.data.ingestion.quality import Code


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\0b", "ab"), ("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "😀"), ("größer 😀", "größer 😀"), ("", "")],
)
def test_a_text_is_kept_as_far_as_it_can_be(text: str, kept: str) -> None:
    assert storable(text) == kept


def test_a_header_is_one_short_line_that_can_be_kept() -> None:
    (first, second), _ = name_columns(["a\0b\ud800", "x" * 300_000])
    assert (first.label, len(second.label), len(second.name)) == ("ab\ufffd", 200, 63)


def _ingested(path: Path, folder: Path) -> dict[str, object]:
    folder.mkdir()
    payload = {
        "path": str(path), "folder": str(folder), "name": "t", "memory_bytes": 500_000_000, "threads": 1
    }  # fmt: skip
    outcome: dict[str, object] = ingest(payload, lambda _: None)
    return outcome


def test_nul_characters_of_a_parquet_file_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql("SELECT 'x' || chr(0) || 'y' AS code, 1 AS amount UNION ALL SELECT 'z', 2").write_parquet(
        str(path)
    )
    outcome = _ingested(path, tmp_path / "out")
    assert "\0" not in str(outcome)
    (table,) = outcome["tables"]  # type: ignore[misc, attr-defined]
    (finding,) = [f for f in table["quality"]["findings"] if f["code"] == Code.NUL_BYTES]
    assert (finding["column"], finding["count"]) == ("code", 1)
    kept = duckdb.sql(f"SELECT code FROM '{tmp_path}/out/{table['file']}' ORDER BY amount").fetchall()
    assert kept == [("xy",), ("z",)]


def test_json_may_write_what_no_text_can_hold(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"g\\u0000": "a\\u0000b", "l": ["\\ud800"]}\n{"g\\u0000": "\\ud83d\\ude00"}\n')
    outcome = _ingested(path, tmp_path / "out")
    assert "\0" not in str(outcome)
    str(outcome).encode()
