"""Jupyter notebooks (nbformat 3 and 4): prose as Markdown, code as it is, outputs that are text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers import markdown
from answerable.knowledge.parsing.text_builder import TextBuilder

_LONGEST_OUTPUT = 20_000


def read(path: Path, builder: TextBuilder) -> None:
    text, _ = decode(read_text_bytes(path))
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refuse(Reason.DAMAGED) from error
    for cell in _cells(notebook):
        source = _text(cell.get("source", cell.get("input")))
        match cell.get("cell_type"):
            case "markdown":
                markdown.write(source, builder)
            case "heading":
                level = cell.get("level")
                builder.add(source, level=level if isinstance(level, int) else 1)
            case _:
                builder.add(source)
        for output in _dicts(cell.get("outputs")):
            builder.add(_output(output))


def _cells(notebook: object) -> Iterator[dict[str, object]]:
    if not isinstance(notebook, dict):
        raise refuse(Reason.DAMAGED)
    yield from _dicts(notebook.get("cells"))
    for sheet in _dicts(notebook.get("worksheets")):  # nbformat 3
        yield from _dicts(sheet.get("cells"))


def _output(output: dict[str, object]) -> str:
    data = output.get("data")
    plain = data.get("text/plain") if isinstance(data, dict) else output.get("text")
    return _text(plain)[:_LONGEST_OUTPUT]


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Text is kept as one string or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
