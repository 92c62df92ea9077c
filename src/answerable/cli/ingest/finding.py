"""Which files there are to upload, and whether each is a table or a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from answerable.cli.failure import CommandFailed

TABLE_SUFFIXES = frozenset(
    {".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson"}
)


class Kind(StrEnum):
    """What a file becomes."""

    DOCUMENT = "document"
    TABLE = "table"


@dataclass(frozen=True)
class Found:
    """A file to upload; `label` is its path as the person named it, `size` is in bytes."""

    path: Path
    label: str
    kind: Kind
    size: int


def kind_of(path: Path) -> Kind:
    """By the name alone; the server looks into the bytes."""
    return Kind.TABLE if path.suffix.lower() in TABLE_SUFFIXES else Kind.DOCUMENT


def find_files(paths: Sequence[Path]) -> list[Found]:
    """The files named, and those in the folders named at any depth, hidden ones left out.

    Each file comes once, in the order named and by name within a folder. CommandFailed when a path does
    not exist or nothing is found.
    """
    found: dict[Path, Found] = {}
    for path in paths:
        if not path.exists():
            raise CommandFailed(f"{path} does not exist.")
        for file in _files(path):
            found.setdefault(file.resolve(), Found(file, str(file), kind_of(file), file.stat().st_size))
    if not found:
        raise CommandFailed("there is no file to upload: name files, or folders that hold some.")
    return list(found.values())


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for entry in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in entry.relative_to(path).parts)
        if entry.is_file() and not hidden:
            yield entry
