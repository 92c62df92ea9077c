"""HTML and XHTML. Scripts, styles, navigation and hidden parts are left out; entities are resolved
by the standard's fixed table, never by the document."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from answerable.knowledge.parsing.budget import OutOfTime
from answerable.knowledge.parsing.encoding import decode, read_text_bytes
from answerable.knowledge.parsing.text_builder import TextBuilder

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([A-Za-z0-9_\-]{2,30})"""
)

_SKIPPED_NAMES = """
    script style noscript template svg math nav iframe object select textarea button canvas audio video
"""
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption
    figure footer form header hgroup hr html legend main ol p search section summary table tbody tfoot
    thead ul
"""
_SKIPPED, _VOID, _BLOCKS = (frozenset(names.split()) for names in (_SKIPPED_NAMES, _VOID_NAMES, _BLOCK_NAMES))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# A number of thousands of digits is no character, and Python refuses to read it.
_ENDLESS_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{50,};?")
_UNSEEN = re.compile(r"<(?=script\b|style\b|!--)", re.IGNORECASE)
_UNSEEN_END = re.compile(r"</(?:script|style)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
PLAIN_WARNING = "The file's marks are not those of an ordinary document; its text was read without them."
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(path: Path, builder: TextBuilder) -> None:
    data = read_text_bytes(path)
    declared = _DECLARED.search(data[:4096])
    text, warning = decode(data, declared.group(1).decode("ascii") if declared else None)
    if warning:
        builder.warnings.append(warning)
    read_markup(text, builder)


def read_markup(text: str, builder: TextBuilder) -> None:
    """Add the visible text of a page or a fragment; where its marks defeat the parser, all text
    between them."""
    builder.budget.allow(len(text))
    text = _ENDLESS_REFERENCE.sub("\ufffd", text)
    place = builder.place()
    try:
        _read_elements(text, builder)
    except (OutOfTime, AssertionError):  # the parser asserts that what looks like a declaration is one
        builder.go_back(place)
        if PLAIN_WARNING not in builder.warnings:
            builder.warnings.append(PLAIN_WARNING)
        builder.add(without_tags(text))


def _read_elements(text: str, builder: TextBuilder) -> None:
    reader = _Reader(builder)
    # A comment that never ends would be searched for its end again and again.
    closed = text.rfind("-->") + 1
    text = text[:closed] + text[closed:].replace("<!--", "")
    reader.feed(text)
    reader.close()
    reader.flush()


def without_tags(text: str) -> str:
    """The text between tags, scripts, styles and comments left out. Linear in its length."""
    first, *rest = _UNSEEN.split(text)
    for piece in rest:
        if piece.startswith("!--"):
            comment, end, after = piece.partition("-->")
            first += after if end else comment
        elif (end_tag := _UNSEEN_END.search(piece)) is not None:
            first += piece[end_tag.start() :]
    return unescape(_TAG.sub(" ", first))


class _Reader(HTMLParser):
    def __init__(self, builder: TextBuilder) -> None:
        super().__init__(convert_charrefs=True)
        self._builder = builder
        self._pieces: list[str] = []
        self._heading: int | None = None
        self._skipping: tuple[str, int] | None = None  # the element left out, and how deep inside its like
        self._title: list[str] | None = None
        self._preformatted = 0
        self._bullet = False
        self._tight = False
        self._row: list[str] | None = None
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._builder.budget.check()
        if self._skipping is not None:
            skipped, depth = self._skipping
            if tag == skipped:
                self._skipping = (skipped, depth + 1)
            return
        if tag in _SKIPPED or (tag not in _VOID and _hidden(dict(attrs))):
            self._skipping = (tag, 1)
            return
        match tag:
            case "title":
                self._title = []
            case "br":
                self._pieces.append("\n" if self._row is None else " ")
            case "pre":
                self.flush()
                self._preformatted += 1
            case "li":
                self.flush()
                self._bullet = True
            case "tr":
                self.flush()
                self._row = []
            case "td" | "th":
                self._end_cell()
                self._in_cell = self._row is not None
            case _ if tag in _HEADINGS:
                self.flush()
                self._heading = _HEADINGS[tag]
            case _ if tag in _BLOCKS:
                self._end_block()

    def handle_endtag(self, tag: str) -> None:
        self._builder.budget.check()
        if self._skipping is not None:
            skipped, depth = self._skipping
            if tag == skipped:
                self._skipping = (skipped, depth - 1) if depth > 1 else None
            return
        match tag:
            case "title":
                if self._title is not None and self._builder.title is None:
                    self._builder.title = "".join(self._title)
                self._title = None
            case "pre":
                self.flush()
                self._preformatted = max(0, self._preformatted - 1)
            case "tr":
                self._end_row()
            case "td" | "th":
                self._end_cell()
            case _ if tag in _HEADINGS or tag == "li":
                self.flush()
            case "table":
                self.flush()
                self._builder.end_table()
            case "ul" | "ol" | "dl":
                self.flush()
                self._tight = False
            case _ if tag in _BLOCKS:
                self._end_block()

    def handle_data(self, data: str) -> None:
        self._builder.budget.check()
        if self._title is not None:
            self._title.append(data)
        elif self._skipping is None:
            self._pieces.append(data if self._preformatted else re.sub(r"\s+", " ", data))

    def flush(self) -> None:
        """End the block at hand, and the row that it may stand in."""
        if self._row is not None:
            self._end_row()
        text = self._take()
        if not text.strip():
            return
        if self._heading is not None:
            self._builder.add(text, level=self._heading)
            self._heading, self._tight, self._bullet = None, False, False
        elif self._bullet:
            self._builder.add(f"- {text.strip()}", tight=self._tight)
            self._bullet, self._tight = False, True
        else:
            self._builder.add(text)
            self._tight = False

    def _take(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._preformatted:
            return text
        return "\n".join(" ".join(line.split()) for line in text.split("\n"))

    def _end_block(self) -> None:
        """A block inside a cell stays in its row."""
        if self._row is None:
            self.flush()
        else:
            self._pieces.append(" ")

    def _end_cell(self) -> None:
        text = " ".join(self._take().split())
        if self._row is not None and (text or self._in_cell):
            self._row.append(text)  # also an empty one: columns stay below their names
        elif text:
            self._builder.add(text)
        self._in_cell = False

    def _end_row(self) -> None:
        self._end_cell()
        row, self._row = self._row, None
        if row:
            self._builder.add_row(row)
        self._tight = False


def _hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))
