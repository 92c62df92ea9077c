"""From bytes to text: which encoding a file has, and the same text as UTF-8 on disk.

UTF-8 is decided by decoding, UTF-16 and UTF-32 by their marks, or by reading as text of one script.
What is left is a legacy encoding, guessed from its words; lines that are UTF-8 inside such a file
are read as what they are.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from answerable.data.ingestion.errors import refuse
from answerable.kit.code_page import FALLBACK, FewWords, Guess, Rival, codec, guess, words_of

_CHUNK = 4 << 20
MAX_LINE_BYTES = 16 << 20
_PROBE = 4096
_MOST_LINES, _MOST_WORDS = 50_000, 2_000
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"})

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
    """`name` for Python's codecs. `mixed` says that some lines are UTF-8, and `doubt` how else the
    words may read. `mark` is the number of bytes of the byte-order mark; `nul_bytes` and
    `longest_line` count bytes. `believed` says that only the beginning was decoded."""

    name: str
    mark: int = 0
    nul_bytes: int = 0
    longest_line: int = 0
    mixed: bool = False
    doubt: FewWords | Rival | None = None
    believed: bool = False


@dataclass(slots=True)
class _Evidence:
    """Distinct words beyond ASCII, from wherever in the file they are: `utf8` those of lines that are
    UTF-8, `other` those of the others. Bounded, because a sample decides as well as all of them."""

    utf8: dict[bytes, None] = field(default_factory=dict)
    other: dict[bytes, None] = field(default_factory=dict)
    _seen: int = 0

    @property
    def is_full(self) -> bool:
        """Whether further lines are not looked at."""
        return self._seen >= _MOST_LINES

    def feed(self, chunk: bytes) -> None:
        if chunk.isascii():
            return
        for line in chunk.split(b"\n"):
            if line.isascii():
                continue
            self._seen += 1
            words = self.utf8 if _is_utf8(line) else self.other
            if len(words) < _MOST_WORDS:
                words |= dict.fromkeys(words_of(line))
            if self.is_full:
                return

    def judge(self) -> tuple[Guess, bool]:
        """The encoding of the lines that are not UTF-8, and whether there are lines that are."""
        found = guess(self.other)
        script = _script(b" ".join(self.other).decode(codec(found.name), "replace"))
        utf8 = _script(b" ".join(self.utf8).decode("utf-8", "replace"))
        if not self.utf8 or utf8 == script:
            return found, bool(self.utf8)
        # Short words can be valid UTF-8 by chance; then they read as another script.
        return guess([*self.other, *self.utf8]), False


@dataclass(slots=True)
class _Scan:
    """What one pass over the bytes sees."""

    decoding: bool = True
    valid_utf8: bool = True
    ascii_only: bool = True
    nul_bytes: int = 0
    longest_line: int = 0
    _open_line: int = 0
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))

    def feed(self, chunk: bytes, *, final: bool) -> None:
        if b"\x00" in chunk:
            self.nul_bytes += chunk.count(b"\x00")
        if self.decoding and self.valid_utf8:
            self._decode(chunk, final=final)
        self._lines(chunk)

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        self.ascii_only = self.ascii_only and chunk.isascii()
        if self.ascii_only:
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self.valid_utf8 = False

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


def detect(path: Path, *, believing: bool = False) -> Encoding:
    """The encoding of a whole file, in one pass. Refuses a line beyond `MAX_LINE_BYTES`.

    `believing` takes a file for UTF-8 that begins so, for a reader that stops where it is not: decoding
    takes most of the time of a pass."""
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
            scan.decoding = scan.decoding and not (believing and scan.valid_utf8)
            if scan.longest_line > MAX_LINE_BYTES:
                raise refuse(
                    "line_too_long",
                    f"A line is longer than {MAX_LINE_BYTES >> 20} MiB: this is no table of rows. "
                    "Write one record a line.",
                )
            chunk = following
    if name is not None:
        nul_bytes = 0 if name.startswith(("utf-16", "utf-32")) else scan.nul_bytes
        return Encoding(name, mark, nul_bytes, scan.longest_line)
    if scan.valid_utf8:
        return Encoding("utf-8", mark, scan.nul_bytes, scan.longest_line, believed=not scan.decoding)
    found, mixed = _evidence(path, mark).judge()
    return Encoding(found.name, mark, scan.nul_bytes, scan.longest_line, mixed, found.doubt)


def _evidence(path: Path, mark: int) -> _Evidence:
    """The words of a file that is not UTF-8: a pass of its own, because most files are."""
    evidence = _Evidence()
    with path.open("rb") as file:
        file.seek(mark)
        while not evidence.is_full and (chunk := file.read(_CHUNK)):
            evidence.feed(chunk)
    return evidence


def _marked(head: bytes) -> tuple[str | None, int]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return (name, len(mark)) if name != "utf-8" else (None, len(mark))
    return None, 0


def is_wide(head: bytes) -> bool:
    """Whether a file that begins so is text in UTF-16 or UTF-32."""
    marked, mark = _marked(head)
    return (mark > 0 and marked is not None) or _wide_without_mark(head) is not None


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: what reads as lines of one script and of digits and delimiters."""
    probe = head[:_PROBE]
    if b"\x00" not in probe:
        return None
    for name, width in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        whole = len(probe) - len(probe) % width
        # A pair of surrogates may be cut at the end of the probe.
        text = probe[:whole].decode(name, "ignore" if whole < len(head) else "replace")
        if _reads_as_text(text, whole // width):
            return name
    return None


def _reads_as_text(text: str, units: int) -> bool:
    if units < 4 or len(text) < 0.4 * units or "\ufffd" in text:
        return False
    simple = sum(letter.isascii() and (letter.isprintable() or letter in "\r\n\t") for letter in text)
    script = _script(text)
    of_script = sum(not letter.isascii() and _script(letter) == script for letter in text)
    # Text of one byte a letter, read so, is of many scripts and almost never has a line end.
    return simple >= 0.05 * len(text) and simple + of_script >= 0.9 * len(text)


def _script(text: str) -> str:
    """The commonest script of the letters beyond ASCII; the East Asian ones count as one."""
    counts: dict[str, int] = {}
    for letter in text[:_PROBE]:
        if letter.isalpha() and not letter.isascii():
            name = unicodedata.name(letter, "?").partition(" ")[0]
            name = "EAST ASIAN" if name in _EAST_ASIAN else name
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default="")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines of a file, each with its line end, NUL characters left out."""
    if encoding.mixed:
        yield from _mixed_lines(path, encoding)
        return
    with path.open("r", encoding=codec(encoding.name), errors=_errors(encoding), newline="") as file:
        first = True
        for line in file:
            text = line.lstrip("\ufeff") if first else line
            first = False
            yield text.replace("\x00", "") if "\x00" in text else text


def _errors(encoding: Encoding) -> str:
    return "answerable_controls" if encoding.name == FALLBACK else "replace"


def _mixed_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(encoding.mark)
        for raw in file:
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode(codec(encoding.name), _errors(encoding))
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
