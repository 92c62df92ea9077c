"""A parsed document. Offsets count characters (code points) of `text`; ends are exclusive."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.kit.sandbox.limits import JsonObject


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
class ParsedDocument:
    """`text` has no NUL and no carriage return and is in NFC. `warnings` are sentences for its owner."""

    text: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...]
    title: str | None
    media_type: str
    warnings: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """The document as it travels between processes; `from_json` reads it."""
        return {
            "text": self.text,
            "pages": [[page.number, page.start, page.end] for page in self.pages],
            "headings": [[item.level, item.title, item.start, item.end] for item in self.headings],
            "title": self.title,
            "media_type": self.media_type,
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> ParsedDocument:
        """The document that `to_json` wrote. KeyError, TypeError or ValueError for anything else."""
        document = cls(
            text=str(value["text"]),
            pages=tuple(Page(int(n), int(s), int(e)) for n, s, e in value["pages"]),
            headings=tuple(Heading(int(n), str(t), int(s), int(e)) for n, t, s, e in value["headings"]),
            title=None if value["title"] is None else str(value["title"]),
            media_type=str(value["media_type"]),
            warnings=tuple(str(warning) for warning in value["warnings"]),
        )
        spans = [(page.start, page.end) for page in document.pages]
        spans += [(heading.start, heading.end) for heading in document.headings]
        if any(not 0 <= start <= end <= len(document.text) for start, end in spans):
            raise ValueError("a page or heading lies outside the text")
        return document
