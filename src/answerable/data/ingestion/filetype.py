"""What a file is, from its bytes alone; its name may lie."""

from __future__ import annotations

import json
import zipfile
from enum import StrEnum
from pathlib import Path

from answerable.data.ingestion.encoding import is_wide
from answerable.data.ingestion.errors import refuse

_HEAD = 8192
_MOST_UNPACKED = 2 << 30
_MOST_RATIO = 400
_MOST_ENTRIES = 20_000
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"SQLite format 3": "an SQLite database",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
}


class FileKind(StrEnum):
    TEXT = "text"  # CSV, TSV and whatever else separates cells
    JSON_LINES = "json_lines"
    JSON_ARRAY = "json_array"
    PARQUET = "parquet"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"

    @property
    def is_workbook(self) -> bool:
        """Whether the file has sheets."""
        return self in (FileKind.XLSX, FileKind.XLS, FileKind.ODS)


def sniff(path: Path) -> FileKind:
    """The kind of a file. Refuses an empty file, an archive that unpacks to too much, and every
    type that holds no tables."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise refuse("empty_file", "The file is empty. Upload a file with a header and rows.")
    if head.startswith(b"PAR1"):
        return FileKind.PARQUET
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return FileKind.XLS
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise refuse("unsupported_type", f"The file is {what}. {_WANTED}")
    return _text_kind(head)


_WANTED = "Upload CSV, TSV, XLSX, XLS, ODS, Parquet or JSON lines."


def _zipped(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            _check_unpacked(entries)
            if any(name.startswith("xl/workbook.") for name in names):
                return FileKind.XLSX
            if "content.xml" in names:
                return FileKind.ODS
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise refuse(
            "damaged_file", "The workbook is damaged and cannot be opened. Save it again."
        ) from error
    raise refuse("unsupported_type", f"The file is a zip archive without a workbook. {_WANTED}")


def _check_unpacked(entries: list[zipfile.ZipInfo]) -> None:
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if (
        size > _MOST_UNPACKED
        or len(entries) > _MOST_ENTRIES
        or (size > 64 << 20 and size / packed > _MOST_RATIO)
    ):
        raise refuse(
            "archive_bomb",
            f"The workbook unpacks to {size:,} bytes, more than is read. Save it as CSV, or split it.",
        )


def _text_kind(head: bytes) -> FileKind:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    lowered = start[:200].lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise refuse(
            "unsupported_type", f"The file is HTML or XML. Open it in a spreadsheet program first. {_WANTED}"
        )
    if start.startswith(b"{") and _is_json_line(start):
        return FileKind.JSON_LINES
    if start.startswith(b"[") and start[1:].lstrip().startswith(b"{"):
        return FileKind.JSON_ARRAY
    controls = sum(byte < 9 or 13 < byte < 28 for byte in head if byte)
    if (controls > 0.05 * len(head) or head.count(0) > 0.2 * len(head)) and not is_wide(head):
        raise refuse("unsupported_type", f"The file is binary and of no known type. {_WANTED}")
    return FileKind.TEXT


def _is_json_line(start: bytes) -> bool:
    line = start.split(b"\n", 1)[0].strip()
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        # The first line may be longer than what was read: a key and a colon is enough then.
        return b"\n" not in start and len(start) > 4096 and start[1:].lstrip().startswith(b'"')
