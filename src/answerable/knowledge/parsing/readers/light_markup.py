"""Org, AsciiDoc and reStructuredText: headings, tables and the words without their commonest marks.

Each is read line by line, in time linear in its length; a mark that is not known stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder, clean

Words = Callable[[str], str]


def lines_of(path: Path, builder: TextBuilder) -> list[str]:
    """The file's lines, cleaned. Raises Refusal when it is no text."""
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    return clean(text).split("\n")


class Blocks:
    """Lines to paragraphs: put together until an empty line, a heading or a row comes."""

    def __init__(self, builder: TextBuilder, words: Words) -> None:
        self._builder = builder
        self._words = words
        self._lines: list[str] = []

    def line(self, line: str) -> None:
        """One more line; an empty one ends the paragraph."""
        if line.strip():
            self._lines.append(line)
        else:
            self.end()

    def verbatim(self, line: str) -> None:
        """A line whose marks count, empty or not."""
        self._lines.append(f"\0{line}")

    def end(self) -> None:
        """End the paragraph, and a table before it."""
        if self._lines:
            lines = [line[1:] if line.startswith("\0") else self._words(line) for line in self._lines]
            self._builder.add("\n".join(lines))
            self._lines = []
        self._builder.end_table()

    def heading(self, title: str, level: int) -> None:
        """A heading."""
        self.end()
        self._builder.add(self._words(title), level=level)

    def row(self, cells: Sequence[str]) -> None:
        """A row of a table."""
        if self._lines:
            self.end()
        self._builder.add_row([" ".join(self._words(cell).split()) for cell in cells])


def replaced(*rules: tuple[str, str]) -> Words:
    """A function that takes marks out of a line, by patterns one after the other."""
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in rules]

    def words(line: str) -> str:
        for pattern, replacement in compiled:
            line = pattern.sub(replacement, line)
        return line

    return words


def verbatim_until(lines: Iterator[str], end: Callable[[str], bool], blocks: Blocks) -> None:
    """The lines of a block as they are, up to the one that ends it."""
    for line in lines:
        if end(line):
            break
        blocks.verbatim(line)
    blocks.end()
