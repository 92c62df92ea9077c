"""Which files an ingestion takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.cli.failure import CommandFailed
from answerable.cli.ingest.finding import Kind, find_files, kind_of


@pytest.mark.parametrize(
    "name", ["a.csv", "a.CSV", "a.tsv", "a.xlsx", "a.xls", "a.ods", "a.parquet", "a.jsonl"]
)
def test_tables_become_datasets(name: str) -> None:
    assert kind_of(Path(name)) is Kind.TABLE


@pytest.mark.parametrize("name", ["a.pdf", "a.md", "a.docx", "a", "csv", "a.csv.txt", "a.eml"])
def test_everything_else_becomes_a_document(name: str) -> None:
    assert kind_of(Path(name)) is Kind.DOCUMENT


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/two.md", "a/one.md", "a/.hidden.md", ".git/three.md", "four.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert [found.path.name for found in find_files([tmp_path])] == ["one.md", "two.md", "four.csv"]


def test_a_hidden_file_that_is_named_is_taken_and_each_file_once(tmp_path: Path) -> None:
    path = tmp_path / ".notes.md"
    path.write_text("four")
    found = find_files([path, tmp_path / ".." / tmp_path.name / ".notes.md"])
    assert [(one.path.name, one.size) for one in found] == [(".notes.md", 4)]


def test_a_path_that_is_not_there_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="does not exist"):
        find_files([tmp_path / "nowhere"])
    with pytest.raises(CommandFailed, match="no file"):
        find_files([tmp_path])
