"""JSON and JSON Lines (RFC 8259): a line a value, `name: value`, indented by depth; records are blocks of
their own. What does not parse is read as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from answerable.knowledge.parsing.encoding import (
    MAX_TEXT_BYTES,
    TextFile,
    decode,
    looks_binary,
    read_text_bytes,
)
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers.plain import lines_of, write_as_is
from answerable.knowledge.parsing.text_builder import TextBuilder

_MAX_DEPTH = 50
_HELD_BYTES = 8 * 1024 * 1024
"""A larger file is read record by record, if it is one of records."""


def read(path: Path, builder: TextBuilder) -> None:
    if path.stat().st_size > _HELD_BYTES and _read_records(path, builder):
        return
    if path.stat().st_size > MAX_TEXT_BYTES:  # neither records, nor small enough to be held as a whole
        write_as_is(lines_of(path, builder), builder)
        return
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    try:
        records = _records(text)
        blocks = ["\n".join(_lines(record, 0)) for record in records]
    except (ValueError, RecursionError):
        builder.add(text)
        return
    for block in blocks:
        builder.add(block)


def _read_records(path: Path, builder: TextBuilder) -> bool:
    """Add JSON Lines, however many; False, and nothing added, when these are none."""
    place = builder.place()
    file = TextFile(path)
    try:
        for piece in file.pieces():
            for line in piece.split("\n"):
                if line.strip():
                    builder.add("\n".join(_lines(json.loads(line), 0)))
    except (ValueError, RecursionError):
        builder.go_back(place)
        return False
    return True


def _records(text: str) -> list[object]:
    """The values that are blocks: those of a list at the top, the lines of JSON Lines, else the whole."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    return value if isinstance(value, list) else [value]


def _lines(value: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        raise ValueError("too deep")
    indent = "  " * depth
    match value:
        case dict():
            for name, inner in value.items():
                yield from _entry(f"{indent}{name}:", inner, depth)
        case list():
            for inner in value:
                yield from _entry(f"{indent}-", inner, depth)
        case _:
            yield indent + _scalar(value)


def _entry(label: str, value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict | list):
        if value:
            yield label
            yield from _lines(value, depth + 1)
        return
    yield f"{label} {_scalar(value)}"


def _scalar(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
