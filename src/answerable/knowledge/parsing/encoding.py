"""Bytes of a text file to characters."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

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
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def read_text_bytes(path: Path) -> bytes:
    """The file's bytes. Raises Refusal (too_large) past MAX_TEXT_BYTES."""
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise refuse(Reason.TOO_LARGE)
    return path.read_bytes()


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text, and a warning where its encoding had to be guessed.

    Tried in this order: byte-order mark, UTF-16 by its zero bytes, UTF-8, the declared encoding,
    Windows-1252 (in which every byte means something).
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
    text = data.decode("cp1252", "replace")
    return text, "The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8 if letters look wrong."


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
