"""All SQL of documents' texts: a row each, and a row for each further part of a longer one.

A part knows the pages, tables and headings that lie in it, in whole or in part, so that a range of a text is
read with what belongs to it and nothing else.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.documents.tables import DocumentRow, DocumentTextPartRow, DocumentTextRow
from answerable.knowledge.parsing.document import TEXT_FILE, Heading, Page, ParsedDocument, Table
from answerable.knowledge.parsing.long_text import LongText, LongTextWriter
from answerable.knowledge.parsing.text_builder import HELD_PARTS

_LENGTH = """
    SELECT coalesce((SELECT max(p.end_offset) FROM document_text_parts p WHERE p.document_id = t.document_id),
                    char_length(t.text))
    FROM document_texts t WHERE t.document_id = %(document)s
"""
_RANGE = """
    SELECT substr(text, greatest(%(start)s - start_offset, 0) + 1,
                  least(%(end)s, end_offset) - greatest(%(start)s, start_offset)), pages, tables, headings
    FROM document_text_pieces
    WHERE document_id = %(document)s AND start_offset < %(end)s AND end_offset > %(start)s
    ORDER BY start_offset
"""

Mark = list[JsonValue]
"""A page [number, start, end], a table [start, end of the header, end] or a heading
[level, title, start, end]."""
_STARTS = {"pages": 1, "tables": 0, "headings": 2}
"""Where each kind of mark has its start; its end comes last."""


@dataclass(frozen=True, slots=True)
class TextRange:
    """The characters of a text from `start` on, of `total`, with the marks that lie in them, in whole or in
    part; offsets are those of the whole text."""

    text: str
    start: int
    total: int
    pages: list[Mark]
    tables: list[Mark]
    headings: list[Mark]

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


async def put(session: Session, document_id: str, parsed: ParsedDocument, part_characters: int) -> None:
    """Keep a document's text, part by part."""
    marks = _marks_of(parsed)
    parts = _parts(parsed, part_characters)
    total, start = len(parsed.whole), 0
    while (text := await asyncio.to_thread(next, parts, None)) is not None:
        end = start + len(text)
        values: dict[str, object] = {"text": text, "end_offset": end}
        # What follows the last character, such as an empty page, belongs to the last part.
        values |= {name: within(found, name, start, end + (end == total)) for name, found in marks.items()}
        await _put_part(session, document_id, start, values, is_whole=end == total and not start)
        start = end


def _parts(parsed: ParsedDocument, part_characters: int) -> Iterator[str]:
    if parsed.long is not None:
        return parsed.long.parts()
    text = parsed.text
    places = range(0, max(1, len(text)), part_characters)
    return (text[place : place + part_characters] for place in places)


async def _put_part(
    session: Session, document_id: str, start: int, values: dict[str, object], *, is_whole: bool
) -> None:
    key: dict[str, object] = {"document_id": document_id, "workspace_id": session.workspace_id}
    if start:
        row = {**key, "start_offset": start, **values}
        statement = insert(DocumentTextPartRow).values(row)
        index = ["document_id", "start_offset"]
    else:
        values = {**values, "end_offset": None} if is_whole else values
        statement = insert(DocumentTextRow).values({**key, **values})
        index = ["document_id"]
    await session.execute(statement.on_conflict_do_update(index_elements=index, set_=values))


def _marks_of(parsed: ParsedDocument) -> dict[str, list[Mark]]:
    return {
        "pages": [[item.number, item.start, item.end] for item in parsed.pages],
        "tables": [[item.start, item.header_end, item.end] for item in parsed.tables],
        "headings": [[item.level, item.title, item.start, item.end] for item in parsed.headings],
    }


def within(marks: Sequence[Mark], kind: str, start: int, end: int) -> list[Mark]:
    """Those of the marks, which come in order and lie apart, that begin in a span or reach into it."""
    place = _STARTS[kind]
    first = bisect_left(marks, start, key=lambda mark: _number(mark[place]))
    if first and _number(marks[first - 1][-1]) > start:
        first -= 1
    return list(marks[first : bisect_left(marks, end, key=lambda mark: _number(mark[place]))])


async def length(session: Session, document_id: str) -> int | None:
    """How many characters a document's text has; None where it has none."""
    rows = await session.fetch(_LENGTH, {"document": ids.decode("doc", document_id)})
    return int(rows[0][0]) if rows else None


async def is_long(session: Session, document_id: str, part_characters: int) -> bool:
    """Whether a document's text is too long to be held."""
    return (await length(session, document_id) or 0) > HELD_PARTS * part_characters


async def read(
    session: Session, document_id: str, start: int = 0, most: int | None = None
) -> TextRange | None:
    """A document's text, or at most that many of its characters from an offset on; None where it has none."""
    total = await length(session, document_id)
    if total is None:
        return None
    start = min(start, total)
    end = total if most is None else min(total, start + most)
    wanted = {"document": ids.decode("doc", document_id), "start": start, "end": max(end, start + 1)}
    pieces: list[str] = []
    marks: dict[str, list[Mark]] = {name: [] for name in _STARTS}
    for text, *found in await session.fetch(_RANGE, wanted):
        pieces.append(text)
        for name, more in zip(("pages", "tables", "headings"), found, strict=True):
            _join(marks[name], more)
    reached = end + (end == total)
    kept = {name: within(found, name, start, reached) for name, found in marks.items()}
    return TextRange("".join(pieces), start, total, kept["pages"], kept["tables"], kept["headings"])


def _join(known: list[Mark], more: list[Mark]) -> None:
    """Add the marks of a part to those of the parts before; one that reaches over both is in both."""
    known += more[1:] if known and more and more[0] == known[-1] else more


async def load(
    session: Session, document: DocumentRow, folder: Path, part_characters: int
) -> ParsedDocument | None:
    """A document as it was read, from what is kept of it, its text in the folder where it is too long to be
    held; None where it has no text."""
    total = await length(session, document.id)
    if total is None:
        return None
    marks: dict[str, list[Mark]] = {name: [] for name in _STARTS}
    pieces: list[str] = []
    writer = None
    if total > HELD_PARTS * part_characters:
        writer = LongTextWriter(folder / TEXT_FILE, part_characters)
    for start in range(0, max(1, total), part_characters):
        found = await read(session, document.id, start, part_characters)
        if found is None:
            return None
        if writer is None:
            pieces.append(found.text)
        else:
            await asyncio.to_thread(writer.write, found.text)
        for name, more in (("pages", found.pages), ("tables", found.tables), ("headings", found.headings)):
            _join(marks[name], more)
    return ParsedDocument(
        text="".join(pieces),
        long=None if writer is None else LongText(writer.path, writer.finish()),
        pages=tuple(Page(*map(_number, page)) for page in marks["pages"]),
        headings=tuple(
            Heading(_number(level), str(title), _number(start), _number(end))
            for level, title, start, end in marks["headings"]
        ),
        title=document.title,
        media_type=document.media_type or "",
        tables=tuple(Table(*map(_number, table)) for table in marks["tables"]),
    )


def _number(value: JsonValue) -> int:
    return int(str(value))
