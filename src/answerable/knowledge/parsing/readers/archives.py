"""Archives (ZIP, TAR; GZIP, BZIP2 and XZ of one file): their text is the list of what they hold, and each
file becomes a document of its own."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from answerable.knowledge.parsing.archive import MAX_ENTRIES, MAX_TOTAL_BYTES, Archive, too_much
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.members import Members
from answerable.knowledge.parsing.text_builder import TextBuilder

_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_LISTED = 2_000
_PIECE = 1024 * 1024


def read_zip(path: Path, builder: TextBuilder, members: Members | None) -> None:
    """A ZIP archive."""
    archive = Archive(path)
    entries = [entry for entry in archive.entries if not entry.is_dir()]
    if entries and all(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise refuse(Reason.ENCRYPTED)
    names = []
    for entry in entries:
        name = _zip_name(entry)
        if Members.is_furniture(name):
            continue
        names.append(name)
        if members is None:
            continue
        if entry.flag_bits & _ENCRYPTED:
            members.leave_out(name, "protected by a password")
            continue
        try:
            with archive.open(entry) as content:
                members.take(name, cast("BinaryIO", content))
        except _BROKEN:
            members.leave_out(name, "damaged")
    _list(names, builder)


def read_tar(path: Path, builder: TextBuilder, members: Members | None) -> None:
    """A TAR archive, also one compressed as a whole."""
    names, unpacked = [], 0
    try:
        with tarfile.open(path) as archive:
            for count, entry in enumerate(archive):
                unpacked += entry.size
                if count >= MAX_ENTRIES or unpacked > MAX_TOTAL_BYTES:
                    raise too_much()
                if not entry.isreg() or Members.is_furniture(entry.name):
                    continue  # folders, links and devices hold nothing
                names.append(entry.name)
                content = archive.extractfile(entry) if members is not None else None
                if members is not None and content is not None:
                    members.take(entry.name, cast("BinaryIO", content))
            _read_on(cast("BinaryIO", archive.fileobj), MAX_TOTAL_BYTES - unpacked)
    except _BROKEN as error:
        if not names:
            raise refuse(Reason.DAMAGED) from error
        builder.warnings.append("The archive is damaged or cut off; files after the damage were left out.")
    _list(names, builder)


def _read_on(content: BinaryIO, most: int) -> None:
    """To the end: behind the last file stands what shows whether the archive is whole."""
    while most > 0 and (piece := content.read(_PIECE)):
        most -= len(piece)


def read_packed(path: Path, builder: TextBuilder, members: Members | None, name: str) -> None:
    """One file that was compressed."""
    with path.open("rb") as file:
        head = file.read(3)
    inner = PurePosixPath(name).stem or "file"
    try:
        with _opened(path, head) as content:
            if members is not None:
                members.take(inner, content)
            else:
                content.read(1)
    except _BROKEN as error:
        raise refuse(Reason.DAMAGED) from error
    _list([inner], builder)


def _opened(path: Path, head: bytes) -> BinaryIO:
    if head == b"\x1f\x8b\x08":
        return cast("BinaryIO", gzip.open(path))
    return cast("BinaryIO", bz2.open(path) if head == b"BZh" else lzma.open(path))


def is_tar(path: Path) -> bool:
    """Whether a file, compressed or not, begins as a TAR archive does."""
    try:
        with tarfile.open(path) as archive:
            return archive.next() is not None
    except _BROKEN:
        return False


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; old programs write it in an encoding that they do not tell, most often UTF-8."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _list(names: list[str], builder: TextBuilder) -> None:
    builder.add("\n".join(names[:_LISTED]))
    if len(names) > _LISTED:
        builder.warnings.append(f"The text names the first {_LISTED:,} of {len(names):,} files.")
