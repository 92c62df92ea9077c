"""Bytes of a text file to characters."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from answerable.kit.code_page import codec, guess, words_of
from answerable.knowledge.parsing.failures import Reason, refuse

MAX_TEXT_BYTES = 64 * 1024 * 1024

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEVEN_BIT = ("iso-2022-jp", "iso-2022-kr")  # look like ASCII, so UTF-8 would accept them
_SAMPLE_BYTES = 64 * 1024
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
    broken = text.count("\ufffd")
    if broken * _WHOLE_FOR_BROKEN > sum(1 for _ in _BEYOND_ASCII.finditer(text)):
        return None
    places = "one place" if broken == 1 else f"{broken:,} places"
    return text, f"The file is damaged at {places}: what is no UTF-8 there was replaced by \ufffd."


def _legacy(data: bytes) -> tuple[str, str]:
    sample = data[:_GUESSED_FROM]
    known = list(dict.fromkeys(words_of(sample)))
    if len(sample) < len(data):
        known = known[:-1] or known  # the last one may be cut
    found = guess(known[:_MOST_WORDS])
    warning = f"The file is not UTF-8; it was read as {found.name}. Save it as UTF-8 if letters look wrong."
    return data.decode(codec(found.name), "replace"), warning


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
