"""Names that people give files, made fit to be shown. None of them ever becomes a path."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

MAX_NAME_CHARACTERS = 200
_MAX_ENDING = 12


def display_name(name: str) -> str:
    """The last part of a path, in NFC, printable, at most 200 characters with its ending kept."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name[:4096]))[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    stem, dot, ending = shown.rpartition(".")
    if dot and stem and len(ending) <= _MAX_ENDING:
        return f"{stem[: MAX_NAME_CHARACTERS - len(ending) - 1]}.{ending}"
    return shown[:MAX_NAME_CHARACTERS] or "document"


def title_of(file_name: str) -> str:
    """A title for a file that says none: its name without the ending."""
    return PurePosixPath(file_name).stem or file_name


def one_line(text: str) -> str:
    """A title as given: printable, one line, at most 300 characters; empty when nothing is left."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300]
