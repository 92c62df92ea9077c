"""Plain text and other files of lines, of any size: as they are, without the lines that only decorate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from answerable.knowledge.parsing.encoding import TextFile
from answerable.knowledge.parsing.text_builder import TextBuilder, cleaned_lines

_BLOCK_CHARACTERS = 50_000
_VIEW_LINES, _NEIGHBOURS = 2_000, 2
_LONGEST_HEADING = 100
_UNDERLINE_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4}
_DECORATION = re.compile(r"[ \t]*(?:[-=~^_*#+|.][ \t]*){3,}")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?[ \t]+[^\W\d_]")
_COLUMNS = re.compile(r"\S[ \t]{3,}\S|[\t|;]")
_FEWEST_CAPITALS = 4


def read(path: Path, builder: TextBuilder) -> None:
    write_lines(lines_of(path, builder), builder)


def lines_of(path: Path, builder: TextBuilder) -> Iterator[str]:
    """The cleaned lines of a text file of any size. Raises Refusal when it is no text."""
    file = TextFile(path)
    if file.warning and file.warning not in builder.warnings:
        builder.warnings.append(file.warning)
    return cleaned_lines(file.pieces())


def write_lines(lines: Iterable[str], builder: TextBuilder) -> None:
    """Add the lines; those that are headings by their form as headings, decoration not at all."""
    block = _Block(builder)
    for view, place in _in_view(lines):
        line = view[place]
        if _is_decoration(line):
            continue
        level = _heading_level(view, place)
        if level is None:
            block.line(line)
        else:
            block.end()
            builder.add(line, level=level)
    block.end()


def write_as_is(lines: Iterable[str], builder: TextBuilder) -> None:
    """Add the lines, none of them left out or taken for a heading."""
    block = _Block(builder)
    for line in lines:
        block.line(line)
    block.end()


class _Block:
    """Lines on their way to the builder: put together, but never too many of them."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._lines: list[str] = []
        self._size = 0
        self._goes_on = False

    def line(self, line: str) -> None:
        """One more line."""
        if not self._lines:
            self._goes_on = self._goes_on and bool(line)
        self._lines.append(line)
        self._size += len(line) + 1
        if self._size > _BLOCK_CHARACTERS:
            self._add()
            self._goes_on = bool(line)

    def end(self) -> None:
        """What comes next stands apart."""
        self._add()
        self._goes_on = False

    def _add(self) -> None:
        self._builder.add("\n".join(self._lines), tight=self._goes_on)
        self._lines.clear()
        self._size = 0


def _in_view(lines: Iterable[str]) -> Iterator[tuple[Sequence[str], int]]:
    """Each line as its place among lines, with the two before it and the two behind it."""
    source = iter(lines)
    view: list[str] = []
    place = 0
    while True:
        more = list(islice(source, _VIEW_LINES))
        view += more
        ready = max(place, len(view) - (_NEIGHBOURS if more else 0))
        for index in range(place, ready):
            yield view, index
        if not more:
            return
        first = max(0, ready - _NEIGHBOURS)
        view, place = view[first:], ready - first


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
