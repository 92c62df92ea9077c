"""reStructuredText: section titles by their underlines, tables, roles and links by their words; directives
that draw or configure are left out, the text of others stays."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.readers.light_markup import Blocks, lines_of, replaced
from answerable.knowledge.parsing.text_builder import TextBuilder

_MARK = re.compile(r"([!-/:-@\[-`{-~])\1{2,}$")
_DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]+\|\s+)?([\w:.-]+)::\s*(.*)$")
_COMMENT = re.compile(r"\s*\.\.(?:\s|$)")
_OPTION = re.compile(r"\s+:[\w-]+:")
_GRID_RULE = re.compile(r"\s*\+(?:[-=]+\+)+$")
_SIMPLE_RULE = re.compile(r"\s*=+(?:\s+=+)+$")
_SILENT_NAMES = """
    image figure toctree contents raw include index only highlight meta role default-role automodule
    autoclass autofunction literalinclude currentmodule module
"""
_SILENT = frozenset(_SILENT_NAMES.split())
_WORDS = replaced(
    (r":[\w:.+-]{1,60}:`~?([^`<]{1,500}?)(?:\s*<[^<>`]{1,500}>)?`", r"\1"),
    (r"``([^`]{1,500})``", r"\1"),
    (r"`([^`<]{1,500}?)\s*<[^<>`]{1,1000}>`__?", r"\1"),
    (r"`([^`]{1,500})`_{0,2}", r"\1"),
    (r"(?<!\w)(\*{1,2})(\S(?:[^\n*]{0,300}?\S)?)\1(?!\w)", r"\2"),
    (r"\|([^|\s][^|]{0,100})\|_{0,2}", r"\1"),
    (r"(\w)_{1,2}(?=\W|$)", r"\1"),
    (r"::\s*$", ":"),
)


def read(path: Path, builder: TextBuilder) -> None:
    _Reader(lines_of(path, builder), Blocks(builder, _WORDS)).run()


class _Reader:
    def __init__(self, lines: list[str], blocks: Blocks) -> None:
        self._lines = lines
        self._blocks = blocks
        self._levels: list[str] = []  # underlines in the order in which they came: the first is the widest

    def run(self) -> None:
        place = 0
        while place < len(self._lines):
            place = self._next(place)
        self._blocks.end()

    def _next(self, place: int) -> int:
        """Read what begins at a line; where the next begins."""
        line = self._lines[place]
        if self._is_mark(place) and self._is_mark(place + 2) and self._line(place + 1).strip():
            return self._heading(place + 1, "over" + line[0], place + 3)
        if line.strip() and not line[0].isspace() and self._underlines(place):
            return self._heading(place, self._line(place + 1)[0], place + 2)
        if _GRID_RULE.match(line) or _SIMPLE_RULE.match(line):
            return self._table(place)
        if directive := _DIRECTIVE.match(line):
            return self._directive(place, directive[1], directive[2])
        if _COMMENT.match(line):
            return self._past_indented(place + 1)
        if not _MARK.match(line) or line.strip(line[0]):
            self._blocks.line(line)
        return place + 1

    def _line(self, place: int) -> str:
        return self._lines[place] if place < len(self._lines) else ""

    def _is_mark(self, place: int) -> bool:
        return _MARK.match(self._line(place)) is not None

    def _underlines(self, place: int) -> bool:
        return self._is_mark(place + 1) and len(self._line(place + 1)) >= min(len(self._lines[place]), 4)

    def _heading(self, place: int, mark: str, after: int) -> int:
        if mark not in self._levels:
            self._levels.append(mark)
        self._blocks.heading(self._lines[place].strip(), self._levels.index(mark) + 1)
        return after

    def _directive(self, place: int, name: str, argument: str) -> int:
        self._blocks.end()
        if name in _SILENT:
            return self._past_indented(place + 1)
        if argument:
            self._blocks.line(argument)
        place += 1
        while _OPTION.match(self._line(place)):
            place += 1
        return place  # what it holds is indented and read as any other

    def _past_indented(self, place: int) -> int:
        while place < len(self._lines) and (
            not self._lines[place].strip() or self._lines[place][0].isspace()
        ):
            place += 1
        return place

    def _table(self, place: int) -> int:
        self._blocks.end()
        simple = _SIMPLE_RULE.match(self._lines[place]) is not None
        columns = [match.span() for match in re.finditer("=+", self._lines[place])]
        cells: list[str] = []
        while place < len(self._lines) and self._lines[place].strip():
            line = self._lines[place]
            place += 1
            if _GRID_RULE.match(line) or _SIMPLE_RULE.match(line):
                self._row(cells)
                cells = []
            elif simple:
                ends = [start for start, _ in columns[1:]] + [len(line)]
                found = [line[start:end] for (start, _), end in zip(columns, ends, strict=True)]
                if found[0].strip():  # one whose first column is empty goes on with the row before
                    self._row(cells)
                    cells = []
                cells = _together(cells, found)
            else:
                cells = _together(cells, line.strip().strip("|").split("|"))
        self._row(cells)
        self._blocks.end()
        return place

    def _row(self, cells: list[str]) -> None:
        if any(cell.strip() for cell in cells):
            self._blocks.row(cells)


def _together(cells: list[str], more: list[str]) -> list[str]:
    if not cells:
        return more
    return [f"{one} {other}" for one, other in zip(cells, more, strict=False)] + cells[len(more) :]
