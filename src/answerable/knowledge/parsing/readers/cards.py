"""Calendars and address cards (iCalendar, RFC 5545; vCard, RFC 6350): a block an event or person."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"(?:[\w-]+\.)?([A-Za-z][\w-]*)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)$")
_ESCAPE = re.compile(r"\\([nN,;\\])")
_SILENT_NAMES = "BEGIN END VERSION PRODID UID DTSTAMP SEQUENCE PHOTO LOGO SOUND KEY REV CALSCALE"
_SILENT = frozenset(_SILENT_NAMES.split())
_TITLES = ("SUMMARY", "FN")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")


def read(path: Path, builder: TextBuilder) -> None:
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    entry: list[tuple[str, str]] = []
    for line in _FOLD.sub("", text).splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match[1].upper(), _value(match[1].upper(), match[3])
        if name in ("BEGIN", "END"):
            _write(entry, builder)
            entry = []
        elif name not in _SILENT and value and "ENCODING=B" not in match[2].upper():
            entry.append((name, value))
    _write(entry, builder)
    if builder.empty:
        builder.add(text)


def _write(entry: list[tuple[str, str]], builder: TextBuilder) -> None:
    title = next((value for wanted in _TITLES for name, value in entry if name == wanted), None)
    if title is not None:
        builder.add(title, level=1)
    rest = [f"{name.capitalize()}: {value}" for name, value in entry if value != title]
    builder.add("\n".join(rest))


def _value(name: str, value: str) -> str:
    plain = _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()
    if name in ("N", "ADR", "ORG"):
        return ", ".join(part for part in (item.strip() for item in plain.split(";")) if part)
    if time := _TIME.match(plain):
        day = f"{time[1]}-{time[2]}-{time[3]}"
        return f"{day} {time[4]}:{time[5]}{' UTC' if time[6] else ''}" if time[4] else day
    return plain
