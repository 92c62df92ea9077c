"""AsciiDoc: sections, blocks, tables; attributes, comments and macros for pictures are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from answerable.knowledge.parsing.readers.light_markup import Blocks, lines_of, replaced, verbatim_until
from answerable.knowledge.parsing.text_builder import TextBuilder

_HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*)$")
_ATTRIBUTE = re.compile(r":[!\w][\w!-]*:")
_VERBATIM = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|`{3,}.*)$")
_FENCE = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--)$")
_COMMENT = re.compile(r"/{4,}$")
_BLOCK_ATTRIBUTES = re.compile(r"\[[^\]]*\]$")
_BLOCK_TITLE = re.compile(r"\.(?=[^\s.])")
_LIST = re.compile(r"([*.]+|-)\s+(?=\S)")
_DROPPED = re.compile(r"(?:image|video|audio|include|toc|ifdef|ifndef|endif|ifeval)::")
_CELL = re.compile(r"(?:\d+(?:\.\d+)?[+*])?[<^>.]*[adehlmsv]?\|")
_WORDS = replaced(
    (r"(?:link:|xref:)?(?:https?://|mailto:)?[^\s\[\]<>]{1,1000}\[([^\]\[]{1,500})\]", r"\1"),
    (r"<<[^<>,]{1,300},\s*([^<>]{1,300})>>", r"\1"),
    (r"<<([^<>]{1,300})>>", r"\1"),
    (r"(?<!\w)([*_`#]{1,2})(\S(?:[^\n]{0,300}?\S)?)\1(?!\w)", r"\2"),
)


def read(path: Path, builder: TextBuilder) -> None:
    blocks = Blocks(builder, _WORDS)
    lines = iter(lines_of(path, builder))
    for line in lines:
        if heading := _HEADING.match(line):
            blocks.heading(heading[2], len(heading[1]))
        elif line in ("|===", "!===", ",===", ":==="):
            _table(lines, line, blocks)
        elif _VERBATIM.match(line):
            blocks.end()
            mark = line[:3] if line.startswith("```") else line
            verbatim_until(lines, lambda item, mark=mark: item == mark, blocks)  # type: ignore[misc]
        elif _COMMENT.match(line):
            for inner in lines:
                if inner == line:
                    break
        elif _FENCE.match(line) or _BLOCK_ATTRIBUTES.match(line):
            blocks.end()
        elif line == "+" or line.startswith("//") or _ATTRIBUTE.match(line) or _DROPPED.match(line):
            continue
        elif item := _LIST.match(line):
            blocks.line(f"{'  ' * (len(item[1]) - 1)}- {line[item.end() :]}")
        else:
            blocks.line(_BLOCK_TITLE.sub("", line, count=1))
    blocks.end()


def _table(lines: Iterator[str], mark: str, blocks: Blocks) -> None:
    """The rows: a line of several cells is one; else as many cells as the first line has, or the lines
    between empty ones."""
    blocks.end()
    cells: list[str] = []
    for line in lines:
        if line == mark:
            break
        if not line.strip():
            if cells:
                blocks.row(cells)
            cells = []
            continue
        first, *found = _CELL.split(line)
        if first.strip() and cells:
            cells[-1] += f" {first.strip()}"
        if len(found) > 1 and cells:
            blocks.row(cells)
            cells = []
        cells += found
        if len(found) > 1:
            blocks.row(cells)
            cells = []
    if cells:
        blocks.row(cells)
    blocks.end()
