"""Zip containers (DOCX, PPTX, ODT, EPUB, plain ones); bounds are checked before anything is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

from answerable.kit.sandbox.limits import Refusal
from answerable.knowledge.parsing.failures import Reason, refuse

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_PART_BYTES = 64 * 1024 * 1024
MAX_RATIO = 250
_RATIO_MATTERS_FROM = 8 * 1024 * 1024
_LOCAL_HEADER_BYTES = 30

_BOMB = "The file unpacks to far more than a document holds. Save it again with the program that made it."


def too_much() -> Refusal:
    """The refusal of a file that unpacks to more than it may."""
    return refuse(Reason.TOO_LARGE, _BOMB)


class Archive:
    """The parts of a zip container. Raises Refusal: damaged, encrypted, too_large."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RecursionError) as error:
            raise refuse(Reason.DAMAGED) from error
        self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        _check_bounds(self._zip.infolist(), path.stat().st_size)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    @property
    def entries(self) -> list[zipfile.ZipInfo]:
        """All entries, folders among them."""
        return self._zip.infolist()

    def open(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        """An entry to be read piece by piece; errors of the file show while it is read."""
        return self._zip.open(entry)

    def read(self, name: str) -> bytes:
        """A part's bytes. Sizes in the directory are claims: what is unpacked is counted as well."""
        entry = self._entries.get(name)
        if entry is None:
            raise refuse(Reason.DAMAGED)
        if entry.flag_bits & 0x1:
            raise refuse(Reason.ENCRYPTED)
        try:
            with self._zip.open(entry) as part:
                content = part.read(MAX_PART_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise refuse(Reason.DAMAGED) from error
        if len(content) > MAX_PART_BYTES:
            raise refuse(Reason.TOO_LARGE)
        return content


def _check_bounds(entries: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_TOTAL_BYTES:
        raise too_much()
    if total > _RATIO_MATTERS_FROM and total > MAX_RATIO * size:
        raise too_much()
    # Entries that share their bytes unpack to more than the sizes say (Fifield, "A better zip bomb", 2019).
    end = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        if entry.header_offset < end:
            raise too_much()
        end = entry.header_offset + _LOCAL_HEADER_BYTES + len(entry.orig_filename) + entry.compress_size
