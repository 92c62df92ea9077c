"""Markdown (CommonMark with tables): the words without the marks."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.token import Token

from answerable.knowledge.parsing.budget import Budget, OutOfTime
from answerable.knowledge.parsing.encoding import decode, read_text_bytes
from answerable.knowledge.parsing.readers import html
from answerable.knowledge.parsing.readers.plain import lines_of, write_as_is
from answerable.knowledge.parsing.text_builder import TextBuilder

# Beyond this the marks stay: a reader of marks takes long over a page of hundreds of pages.
_MAX_MARKED_CHARACTERS = 4_000_000
_MOST_BYTES_A_CHARACTER = 4
_MAX_NESTING = 40  # a list within a list takes two
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)


def read(path: Path, builder: TextBuilder) -> None:
    if path.stat().st_size > _MOST_BYTES_A_CHARACTER * _MAX_MARKED_CHARACTERS:
        write_as_is(lines_of(path, builder), builder)
        return
    text, warning = decode(read_text_bytes(path))
    if warning:
        builder.warnings.append(warning)
    write(text.replace("\r\n", "\n"), builder)


def write(text: str, builder: TextBuilder) -> None:
    """Add Markdown with `\n` for line breaks; where its marks defeat the parser, as it is."""
    if front := _FRONT_MATTER.match(text):
        text = text[front.end() :]
        if title := _TITLE.search(front.group(1)):
            builder.title = title.group(1).strip().strip("\"'")
    if len(text) > _MAX_MARKED_CHARACTERS:
        builder.add(text)
        return
    builder.budget.allow(len(text))
    place = builder.place()
    try:
        _Writer(builder).write(_tokens(text, builder.budget))
    except (OutOfTime, RecursionError, _TooDeep):
        builder.go_back(place)
        builder.warnings.append(html.PLAIN_WARNING)
        builder.add(text)


class _TooDeep(Exception):
    """Quotes and lists inside each other beyond what the parser follows; it would drop their text."""


def _tokens(text: str, budget: Budget) -> list[Token]:
    """The document's tokens. Raises OutOfTime, RecursionError or _TooDeep."""
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable("table")

    def watch(*_state: object) -> bool:
        budget.check()
        return False

    everywhere: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("table", "watch", watch, everywhere)
    parser.inline.ruler.before("text", "watch", watch)
    tokens = parser.parse(text)
    # Whatever opens on the last level loses what is in it.
    if any(token.level >= _MAX_NESTING - 1 and token.nesting == 1 for token in tokens):
        raise _TooDeep
    return tokens


class _Writer:
    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._tight = False
        self._level: int | None = None
        self._row: list[str] | None = None

    def write(self, tokens: list[Token]) -> None:
        for token in tokens:
            match token.type:
                case "inline":
                    self._inline(plain(token.children or []))
                case "fence" | "code_block":
                    self._builder.add(token.content)
                    self._tight = False
                case "html_block":
                    html.read_markup(token.content, self._builder)
                case "heading_open":
                    self._level = int(token.tag[1:])
                case "heading_close":
                    self._level = None
                case "tr_open":
                    self._row = []
                case "tr_close":
                    self._end_row()
                case _:
                    self._list(token)

    def _list(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrGet("start") or 1))
            case "list_item_open":
                self._begin_item()
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._tight = bool(self._lists)
            case "table_close":
                self._builder.end_table()
                self._tight = False

    def _begin_item(self) -> None:
        number = self._lists[-1]
        indent = "  " * (len(self._lists) - 1)
        self._marker = f"{indent}- " if number is None else f"{indent}{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _end_row(self) -> None:
        self._builder.add_row(self._row or [])
        self._row = None

    def _inline(self, text: str) -> None:
        if self._row is not None:
            self._row.append(text)
        elif self._level is not None:
            self._builder.add(text, level=self._level)
            self._tight = False
        else:
            self._builder.add(self._marker + text, tight=self._tight and bool(self._marker))
            self._tight = bool(self._lists)
        self._marker = ""


def plain(children: list[Token]) -> str:
    """The words of inline content: links and emphasis by their text, images by their description."""
    pieces: list[str] = []
    for token in children:
        match token.type:
            case "text" | "code_inline":
                pieces.append(token.content)
            case "softbreak":
                pieces.append(" ")
            case "hardbreak":
                pieces.append("\n")
            case "image":
                pieces.append(plain(token.children or []))
    return "".join(pieces)
