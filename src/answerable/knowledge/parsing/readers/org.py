"""Org mode (Emacs): outline, tables, lists; drawers, keywords and planning lines are left out."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.readers.light_markup import Blocks, lines_of, replaced, verbatim_until
from answerable.knowledge.parsing.text_builder import TextBuilder

_HEADING = re.compile(
    r"(\*+)\s+(?:(?:TO" r"DO|DONE|NEXT|WAITING)\s+)?(?:\[#[A-Z]\]\s+)?(.*?)(?:\s+:[\w@#%:]+:)?$"
)
_KEYWORD = re.compile(r"#\+(\w+):?\s*(.*)", re.IGNORECASE)
_DRAWER = re.compile(r"\s*:(PROPERTIES|LOGBOOK|[A-Z_]+):\s*$")
_PLANNING = re.compile(r"\s*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):")
_RULE = re.compile(r"\s*\|[-+|]*\s*$")
_WORDS = replaced(
    (r"\[\[[^\]\[]{1,2000}\]\[([^\]\[]{1,2000})\]\]", r"\1"),
    (r"\[\[([^\]\[]{1,2000})\]\]", r"\1"),
    (r"(?<![\w/])([*/_=~+])(\S(?:[^\n]{0,300}?\S)?)\1(?![\w/])", r"\2"),
)


def read(path: Path, builder: TextBuilder) -> None:
    blocks = Blocks(builder, _WORDS)
    lines = iter(lines_of(path, builder))
    for line in lines:
        if heading := _HEADING.match(line):
            blocks.heading(heading[2], len(heading[1]))
        elif keyword := _KEYWORD.match(line.strip()):
            name, value = keyword[1].lower(), keyword[2]
            if name == "title":
                builder.title = value
            elif name.startswith("begin_"):
                end = f"#+end_{name.removeprefix('begin_')}"
                blocks.end()
                verbatim_until(lines, lambda item, end=end: item.strip().lower() == end, blocks)  # type: ignore[misc]
        elif _DRAWER.match(line):
            for inner in lines:
                if inner.strip().upper() == ":END:":
                    break
        elif line.lstrip().startswith("|"):
            if not _RULE.match(line):
                blocks.row(line.strip().strip("|").split("|"))
        elif not _PLANNING.match(line) and not line.startswith("# "):
            blocks.line(line)
    blocks.end()
