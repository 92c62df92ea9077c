"""Plain text, CSV and other files of lines: as they are, without the lines that only decorate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder, clean

_LONGEST_HEADING = 100
_UNDERLINE_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4}
_DECORATION = re.compile(r"[ \t]*(?:[-=~^_*#+|.][ \t]*){3,}")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?[ \t]+[^\W\d_]")
_COLUMNS = re.compile(r"\S[ \t]{3,}\S|[\t|;]")
_FEWEST_CAPITALS = 4


def read(path: Path, builder: TextBuilder) -> None:
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    write_lines(clean(text).split("\n"), builder)


def write_lines(lines: Sequence[str], builder: TextBuilder) -> None:
    """Add the lines; those that are headings by their form as headings, decoration not at all."""
    block: list[str] = []
    for index, line in enumerate(lines):
        if _is_decoration(line):
            continue
        level = _heading_level(lines, index)
        if level is None:
            block.append(line)
            continue
        builder.add("\n".join(block))
        block = []
        builder.add(line, level=level)
    builder.add("\n".join(block))


def _is_decoration(line: str) -> bool:
    return len(line) > 2 and _DECORATION.fullmatch(line) is not None


def _heading_level(lines: Sequence[str], index: int) -> int | None:
    """The level of a heading: underlined, all in capitals, or numbered and by itself."""
    line, after = lines[index], _line(lines, index + 1)
    if not line or len(line) > _LONGEST_HEADING or not _begins_block(lines, index) or _COLUMNS.search(line):
        return None
    level = _underline(after)
    if level is not None:
        return level
    if _in_capitals(line) and not _in_capitals(after):
        return 1
    depth = _depth(line)
    neighbours = {_depth(_line(lines, index - 2)), _depth(_line(lines, index + 2))}
    return depth if depth and not after and line[-1] not in ".,;:!?" and depth not in neighbours else None


def _depth(line: str) -> int | None:
    """1 for "1. Scope", 2 for "1.2 Sites": items of a list have neighbours of their depth."""
    numbered = _NUMBERED.match(line)
    return 1 + numbered["number"].count(".") if numbered else None


def _begins_block(lines: Sequence[str], index: int) -> bool:
    before = _line(lines, index - 1)
    return not before or _is_decoration(before)


def _underline(line: str) -> int | None:
    mark = line[:1]
    return _UNDERLINE_LEVELS.get(mark) if len(line) > 2 and line == mark * len(line) else None


def _in_capitals(line: str) -> bool:
    letters = sum(letter.isalpha() for letter in line)
    return line.isupper() and letters >= _FEWEST_CAPITALS and 2 * letters > len(line)


def _line(lines: Sequence[str], index: int) -> str:
    return lines[index] if 0 <= index < len(lines) else ""
