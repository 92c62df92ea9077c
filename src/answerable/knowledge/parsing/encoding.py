"""Bytes of a text file to characters."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from answerable.kit.code_page import codec, guess, words_of
from answerable.knowledge.parsing.failures import Reason, refuse

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""Of a file that is read as a whole."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT = ("iso-2022-jp", "iso-2022-kr")  # look like ASCII, so UTF-8 would accept them
_SAMPLE_BYTES = 64 * 1024
_PIECE_BYTES = 2 * 1024 * 1024
_GUESSED_FROM = 256 * 1024
_MOST_WORDS = 2_000
_WHOLE_FOR_BROKEN = 20
"""Letters beyond ASCII that are UTF-8 for one place that is not: then that place is damaged, not the encoding
another."""
_BEYOND_ASCII = re.compile("[^\x00-\x7f\ufffd]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def read_text_bytes(path: Path) -> bytes:
    """The file's bytes. Raises Refusal (too_large) past MAX_TEXT_BYTES."""
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise refuse(Reason.TOO_LARGE)
    return path.read_bytes()


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text, and a warning where its encoding had to be guessed.

    Tried in this order: byte-order mark, UTF-16 by its zero bytes, UTF-8, the declared encoding, UTF-8 with
    damaged places, and the legacy encoding that the words beyond ASCII are likeliest in.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), None
    if (wide := _utf16_without_mark(data)) is not None:
        return data.decode(wide, "replace"), None
    if declared is not None and declared.lower().startswith(_SEVEN_BIT):
        return data.decode(declared, "replace"), None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    if declared is not None:
        try:
            return data.decode(declared), None
        except (LookupError, UnicodeDecodeError):
            pass
    return _damaged_utf8(data) or _legacy(data)


def _damaged_utf8(data: bytes) -> tuple[str, str] | None:
    text = data.decode("utf-8", "replace")
    warning = _damage(*_broken(text))
    return None if warning is None else (text, warning)


def _broken(text: str) -> tuple[int, int]:
    """Places that are no UTF-8, and letters beyond ASCII that are."""
    return text.count("\ufffd"), sum(1 for _ in _BEYOND_ASCII.finditer(text))


def _damage(broken: int, whole: int) -> str | None:
    """What a damaged file's owner is told; None when its encoding is another."""
    if broken * _WHOLE_FOR_BROKEN > whole:
        return None
    places = "one place" if broken == 1 else f"{broken:,} places"
    return f"The file is damaged at {places}: what is no UTF-8 there was replaced by \ufffd."


def _legacy(data: bytes) -> tuple[str, str]:
    name, warning = _legacy_codec(data[:_GUESSED_FROM], is_all=len(data) <= _GUESSED_FROM)
    return data.decode(name, "replace"), warning


def _legacy_codec(sample: bytes, *, is_all: bool) -> tuple[str, str]:
    known = list(dict.fromkeys(words_of(sample)))
    if not is_all:
        known = known[:-1] or known  # the last one may be cut
    found = guess(known[:_MOST_WORDS])
    warning = f"The file is not UTF-8; it was read as {found.name}. Save it as UTF-8 if letters look wrong."
    return codec(found.name), warning


class TextFile:
    """A text file of any size, read piece by piece. Its encoding is found out in the order of `decode`."""

    def __init__(self, path: Path) -> None:
        """Look at the file. Raises Refusal (unsupported_type) when it is no text."""
        self._path = path
        with path.open("rb") as file:
            head = file.read(_SAMPLE_BYTES)
        marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
        known = marked or _utf16_without_mark(head)
        self._encoding, self.warning = (known, None) if known is not None else self._judged()
        if looks_binary(next(self.pieces(), "")):
            raise refuse(Reason.UNSUPPORTED_TYPE)

    def pieces(self) -> Iterator[str]:
        """The text in pieces of some megabytes that end with a line, or at least a word, where that is
        possible."""
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        text = ""
        for data in self._blocks():
            if text:
                cut = _cut_of(text)
                yield text[:cut]
                text = text[cut:]
            text += decoder.decode(data)
        if text := text + decoder.decode(b"", final=True):
            yield text

    def _judged(self) -> tuple[str, str | None]:
        if self._is_utf8():
            return "utf-8", None
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        found = [_broken(decoder.decode(data)) for data in self._blocks()]
        warning = _damage(sum(broken for broken, _ in found), sum(whole for _, whole in found))
        if warning is not None:
            return "utf-8", warning
        with self._path.open("rb") as file:
            sample = file.read(_GUESSED_FROM)
            return _legacy_codec(sample, is_all=not file.read(1))

    def _is_utf8(self) -> bool:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for data in self._blocks():
                decoder.decode(data)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
        return True

    def _blocks(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while data := file.read(_PIECE_BYTES):
                yield data


def _cut_of(text: str) -> int:
    """Where a piece may end that others follow. Never behind its last character: that may be half of a line
    break."""
    for mark in ("\n", "\r", " "):
        if place := text.rfind(mark, 0, len(text) - 1) + 1:
            return place
    return max(0, len(text) - 1)


def looks_binary(text: str) -> bool:
    """Whether this is no text at all: more than a few control characters, and one in fifty."""
    sample = text[:_SAMPLE_BYTES]
    return len(_CONTROLS.findall(sample)) > 3 + len(sample) // 50


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[: _SAMPLE_BYTES & ~1]
    if len(sample) < 8:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None
