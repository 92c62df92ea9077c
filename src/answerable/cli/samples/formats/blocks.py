"""The structure that every writer renders: a document is a list of blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADING = re.compile(r"(#{1,3}) (.+)")
_NUMBERED = re.compile(r"\d+\. (.+)")


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Items:
    """A list; `numbered` says whether its items are counted."""

    items: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first row is the header."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Items | Table


def read_blocks(markdown: str) -> list[Block]:
    """The blocks of a text in the subset of Markdown that the samples are written in."""
    return [_block(part.splitlines()) for part in markdown.strip().split("\n\n") if part.strip()]


def _block(lines: list[str]) -> Block:
    if heading := _HEADING.fullmatch(lines[0]):
        return Heading(len(heading[1]), heading[2])
    if lines[0].startswith("|"):
        rows = (tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines)
        return Table(tuple(row for row in rows if not set("".join(row)) <= {"-", " "}))
    if all(line.startswith("- ") for line in lines):
        return Items(tuple(line[2:] for line in lines), numbered=False)
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    if all(numbered):
        return Items(tuple(match[1] for match in numbered if match), numbered=True)
    return Paragraph(" ".join(line.strip() for line in lines))


def bullet(position: int, *, numbered: bool) -> str:
    """The mark before item `position` (from 0) of a list."""
    return f"{position + 1}." if numbered else "•"
