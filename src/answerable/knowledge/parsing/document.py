"""A parsed document. Offsets count characters (code points) of `text`; ends are exclusive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from answerable.kit.sandbox.limits import JsonObject
from answerable.knowledge.parsing.long_text import LongText, Text

TEXT_FILE = "text"
"""What a text that is too long to be held is called in the folder that was given for it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF or a slide of a presentation; numbers start at 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """`text[start:end] == title`; `level` is 1 (widest) to 6."""

    level: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a row a line, cells parted by ` | `. `text[start:header_end]` is its first row, which names
    the columns."""

    start: int
    header_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """A file out of a container: `file` is its name in the folder that members were written into, `name`
    the one that it has inside the container."""

    file: str
    name: str


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """`text` has no NUL and no carriage return and is in NFC; one that is too long to be held is in `long`
    instead. `warnings` are sentences for its owner, `members` what it holds that becomes documents of their
    own, `scanned` the pages that are pictures and were not read."""

    text: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...]
    title: str | None
    media_type: str
    language: str | None = None
    warnings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    members: tuple[Member, ...] = ()
    scanned: tuple[int, ...] = ()
    long: LongText | None = None

    @property
    def whole(self) -> Text:
        """The text, wherever it is."""
        return self.text if self.long is None else self.long

    def close(self) -> None:
        """Let the file of a long text go."""
        if self.long is not None:
            self.long.close()

    def to_json(self) -> JsonObject:
        """The document as it travels between processes, but for a long text; `from_json` reads it."""
        return {
            "text": self.text,
            "pages": [[page.number, page.start, page.end] for page in self.pages],
            "headings": [[item.level, item.title, item.start, item.end] for item in self.headings],
            "title": self.title,
            "media_type": self.media_type,
            "language": self.language,
            "warnings": list(self.warnings),
            "tables": [[table.start, table.header_end, table.end] for table in self.tables],
            "scanned": list(self.scanned),
            "members": [[member.file, member.name] for member in self.members],
            "parts": None if self.long is None else self.long.lengths,
        }

    @classmethod
    def from_json(cls, value: JsonObject, folder: Path | None = None) -> ParsedDocument:
        """The document that `to_json` wrote; `value["parts"]` are those of a long text in the folder.
        KeyError, TypeError, ValueError or OSError for anything else."""
        parts = value.get("parts")
        long = None
        if parts and folder is not None:
            long = LongText(folder / TEXT_FILE, [(int(length), int(size)) for length, size in parts])
        document = cls(
            text=str(value["text"]),
            pages=tuple(Page(int(n), int(s), int(e)) for n, s, e in value["pages"]),
            headings=tuple(Heading(int(n), str(t), int(s), int(e)) for n, t, s, e in value["headings"]),
            title=None if value["title"] is None else str(value["title"]),
            media_type=str(value["media_type"]),
            language=None if value["language"] is None else str(value["language"]),
            warnings=tuple(str(warning) for warning in value["warnings"]),
            scanned=tuple(int(page) for page in value["scanned"]),
            tables=tuple(Table(int(s), int(h), int(e)) for s, h, e in value["tables"]),
            members=tuple(Member(_number(f), str(n)) for f, n in value["members"]),
            long=long,
        )
        spans = [(page.start, page.end) for page in document.pages]
        spans += [(heading.start, heading.end) for heading in document.headings]
        spans += [(table.start, table.header_end) for table in document.tables]
        spans += [(table.header_end, table.end) for table in document.tables]
        if any(not 0 <= start <= end <= len(document.whole) for start, end in spans):
            raise ValueError("a page, heading or table lies outside the text")
        return document


def _number(name: object) -> str:
    """The name of a member's file: a number, which leads nowhere."""
    if not isinstance(name, str) or not name.isascii() or not name.isdigit():
        raise ValueError("a member's file is a number")
    return name
