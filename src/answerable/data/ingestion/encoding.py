"""From bytes to text: which encoding a file has, and the same text as UTF-8 on disk.

UTF-8 is decided by decoding, UTF-16 and UTF-32 by their marks or the pattern of their NUL bytes.
What is left is an 8-bit code page; Windows-1252 is its superset for western Europe, and lines
that are UTF-8 inside such a file are read as what they are.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.data.ingestion.errors import refuse

_CHUNK = 4 << 20
MAX_LINE_BYTES = 16 << 20

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that Windows-1252 leaves undefined, read as the control characters of Latin-1.
_UNDEFINED = {0x81: "\x81", 0x8D: "\x8d", 0x8F: "\x8f", 0x90: "\x90", 0x9D: "\x9d"}


def _control_characters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(
        _UNDEFINED.get(byte, "\ufffd") for byte in error.object[error.start : error.end]
    ), error.end


codecs.register_error("answerable_controls", _control_characters)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` for Python's codecs, or "mixed" (UTF-8 lines among Windows-1252 ones); `mark` is the
    number of bytes of the byte-order mark; `nul_bytes` and `longest_line` count bytes."""

    name: str
    mark: int = 0
    nul_bytes: int = 0
    longest_line: int = 0


@dataclass(slots=True)
class _Scan:
    """What one pass over the bytes sees."""

    valid_utf8: bool = True
    ascii_only: bool = True
    nul_bytes: int = 0
    longest_line: int = 0
    utf8_lines: int = 0
    _open_line: int = 0
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))

    def feed(self, chunk: bytes, *, final: bool) -> None:
        self.nul_bytes += chunk.count(b"\x00")
        if self.ascii_only and not chunk.isascii():
            self.ascii_only = False
        if self.valid_utf8 and not (self.ascii_only and not self._decoder.getstate()[0]):
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self.valid_utf8 = False
        self._lines(chunk)

    def _lines(self, chunk: bytes) -> None:
        first, last = _first_break(chunk), max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        if first < 0:
            self._open_line += len(chunk)
            self.longest_line = max(self.longest_line, self._open_line)
            return
        # A line inside one chunk is shorter than the chunk, which is shorter than the limit.
        self.longest_line = max(self.longest_line, self._open_line + first)
        self._open_line = len(chunk) - last - 1


def _first_break(chunk: bytes) -> int:
    found = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
    return min(found) if found else -1


def detect(path: Path) -> Encoding:
    """The encoding of a whole file, in one pass. Refuses a line beyond `MAX_LINE_BYTES`."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
        name, mark = _marked(head)
        if name is None:
            name = _wide_without_mark(head)
        scan = _Scan()
        chunk = head[mark:]
        while chunk:
            following = file.read(_CHUNK)
            scan.feed(chunk, final=not following)
            if scan.longest_line > MAX_LINE_BYTES:
                raise refuse(
                    "line_too_long",
                    f"A line is longer than {MAX_LINE_BYTES >> 20} MiB: this is no table of rows. "
                    "Write one record a line.",
                )
            chunk = following
    if name is None:
        name = "utf-8" if scan.valid_utf8 else _code_page(head)
    nul_bytes = 0 if name.startswith(("utf-16", "utf-32")) else scan.nul_bytes
    return Encoding(name, mark, nul_bytes, scan.longest_line)


def _marked(head: bytes) -> tuple[str | None, int]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return (name, len(mark)) if name != "utf-8" else (None, len(mark))
    return None, 0


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without a mark: text of western scripts has a NUL in every second byte."""
    probe = head[:4096]
    pairs = len(probe) // 2
    if pairs < 4:
        return None
    if probe[1::2].count(0) > 0.6 * pairs and probe[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if probe[0::2].count(0) > 0.6 * pairs and probe[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _code_page(head: bytes) -> str:
    """Windows-1252, or "mixed" when some of its lines are valid UTF-8 beyond ASCII."""
    wide = [line for line in head.split(b"\n")[:20_000] if not line.isascii()]
    return "mixed" if any(_is_utf8(line) for line in wide) else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines of a file, each with its line end, NUL characters left out."""
    if encoding.name == "mixed":
        yield from _mixed_lines(path, encoding)
        return
    errors = "answerable_controls" if encoding.name == "cp1252" else "replace"
    with path.open("r", encoding=encoding.name, errors=errors, newline="") as file:
        first = True
        for line in file:
            text = line.lstrip("\ufeff") if first else line
            first = False
            yield text.replace("\x00", "") if "\x00" in text else text


def _mixed_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(encoding.mark)
        for raw in file:
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode("cp1252", "answerable_controls")
            yield text.replace("\x00", "")


def head(path: Path, encoding: Encoding, characters: int) -> str:
    """About the first `characters` of a file, cut at a line end."""
    parts, size = [], 0
    for line in lines(path, encoding):
        parts.append(line)
        size += len(line)
        if size >= characters:
            break
    return "".join(parts)
