"""What `/documents` carries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from answerable.kit import ids
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.paging import PageRequest
from answerable.knowledge.documents.names import one_line
from answerable.knowledge.documents.repository import Container
from answerable.knowledge.documents.service import MAX_METADATA_CHARACTERS, Accepted, DocumentChange
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus
from answerable.knowledge.documents.texts import TextRange
from answerable.knowledge.indexing import ChunkRow

MOST_CHARACTERS = 1_000_000
"""Of a text that one answer carries."""

MOST_TAGS = 50
MAX_TAG_CHARACTERS = 100


class DocumentsRequest(PageRequest):
    """A page of the list, of one status, source, tag or container alone when given."""

    status: DocumentStatus | None = None
    source_id: str | None = None
    tag: str | None = Field(None, max_length=MAX_TAG_CHARACTERS)
    parent_id: str | None = Field(None, description="The container whose members are wanted.")


class DocumentPatch(BaseModel):
    """What is to be different. `tags` replaces all tags; `metadata` is merged (RFC 7396): null removes a key,
    keys that are not given stay."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    tags: Annotated[list[str], Field(max_length=MOST_TAGS)] | None = None
    metadata: dict[str, JsonValue] | None = None

    def change(self) -> DocumentChange:
        """What the service takes. InvalidInput for a title without words, a tag or metadata that cannot
        be kept."""
        title = None if self.title is None else one_line(self.title)
        if title == "":
            raise InvalidInput(
                "Give a title with at least one printable character.", errors=[FieldError("title", "blank")]
            )
        metadata = None if self.metadata is None else parse_metadata(json.dumps(self.metadata))
        return DocumentChange(title, None if self.tags is None else parse_tags(self.tags), metadata)


class DocumentError(BaseModel):
    """Why a document failed; `detail` says what to do."""

    code: str
    detail: str


class ParentView(BaseModel):
    """A container that holds a document; `name` is the path there, such as `mail.eml › report.pdf`."""

    id: str
    name: str


class DocumentView(BaseModel):
    """`parents` are the containers (e-mails, archives) that the document came out of, `session_id` the
    conversation that it belongs to: null for the workspace's own.
    `page_count` is null for formats without pages, `media_type` until the file was read, `language` (ISO
    639-1) where the text does not tell it, `modified_at`
    where the place that the file comes from does not say it."""

    id: str
    title: str
    file_name: str
    source_id: str
    session_id: str | None
    status: DocumentStatus
    error: DocumentError | None
    media_type: str | None
    language: str | None
    size_bytes: int
    sha256: str
    page_count: int | None
    chunk_count: int | None
    warnings: list[str]
    metadata: dict[str, JsonValue]
    tags: list[str]
    parents: list[ParentView]
    job_id: str | None
    created_at: datetime
    modified_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, row: DocumentRow, containers: Mapping[str, Sequence[Container]]) -> DocumentView:
        """A document as HTTP carries it, of those whose containers are given."""
        error = None
        if row.error_code is not None:
            error = DocumentError(code=row.error_code, detail=row.error_detail or "")
        return cls(
            id=row.id,
            title=row.title,
            file_name=row.file_name,
            source_id=row.source_id,
            session_id=row.session_id,
            status=DocumentStatus(row.status),
            error=error,
            media_type=row.media_type,
            language=row.language,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            page_count=row.page_count,
            chunk_count=row.chunk_count,
            warnings=row.warnings,
            metadata=row.details,
            tags=row.tags,
            parents=[ParentView(id=each.id, name=each.name) for each in containers.get(row.id, ())],
            job_id=row.job_id,
            created_at=row.created_at,
            modified_at=row.modified_at,
            updated_at=row.updated_at,
        )


class JobReference(BaseModel):
    id: str


class UploadedDocument(BaseModel):
    """`job` is null when the document had been read before."""

    document: DocumentView
    job: JobReference | None

    @classmethod
    def of(cls, accepted: Accepted, containers: Mapping[str, Sequence[Container]]) -> UploadedDocument:
        """What an upload answers."""
        document = DocumentView.of(accepted.document, containers)
        under_way = document.status in (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)
        job = JobReference(id=document.job_id) if under_way and document.job_id else None
        return cls(document=document, job=job)


class PageSpan(BaseModel):
    """Characters `start` to `end` of the text stand on this page or slide."""

    number: int
    start: int
    end: int


class SectionSpan(BaseModel):
    """Characters of the text that stand under one heading."""

    start: int
    end: int


class HeadingSpan(BaseModel):
    """`text[start:end]` is `title`; level 1 is the widest."""

    level: int
    title: str
    start: int
    end: int


class TextRequest(BaseModel):
    """Which part of a document's text: from an offset on."""

    offset: int = Field(0, ge=0, description="The first character.")
    limit: int = Field(MOST_CHARACTERS, ge=1, le=MOST_CHARACTERS, description="How many characters at most.")


class DocumentText(BaseModel):
    """The characters `start` to `end` of a text that has `total`. Offsets count characters (Unicode code
    points) of the whole text; pages and headings are those that lie in this part, in whole or in part. `next`
    is the offset to go on from, null at the end."""

    text: str
    start: int
    end: int
    total: int
    next: int | None
    pages: list[PageSpan]
    headings: list[HeadingSpan]

    @classmethod
    def of(cls, found: TextRange) -> DocumentText:
        """A text as HTTP carries it."""
        return cls(
            text=found.text,
            start=found.start,
            end=found.end,
            total=found.total,
            next=found.end if found.end < found.total else None,
            pages=[
                PageSpan.model_validate({"number": number, "start": start, "end": end})
                for number, start, end in found.pages
            ],
            headings=[
                HeadingSpan.model_validate({"level": level, "title": title, "start": start, "end": end})
                for level, title, start, end in found.headings
            ],
        )


class ChunksRequest(BaseModel):
    """Which of a document's chunks: from an ordinal on."""

    first: int = Field(0, ge=0, description="The ordinal of the first one.")
    limit: int = Field(50, ge=1, le=200)


class ChunkView(BaseModel):
    """A passage as it is indexed: `text[start:end]` of the document's text is `text`. Its neighbours are
    those of the ordinals before and after; `section`, its parent, is the span of what stands under its
    heading, null for what a former version cut. `table_header` names the columns for one that begins inside
    a table."""

    id: str
    ordinal: int
    text: str
    start: int
    end: int
    page: int | None
    heading_path: list[str]
    table_header: str | None
    section: SectionSpan | None
    token_count: int

    @classmethod
    def of(cls, row: ChunkRow) -> ChunkView:
        """A chunk as HTTP carries it."""
        section = None
        if row.section_start is not None and row.section_end is not None:
            section = SectionSpan(start=row.section_start, end=row.section_end)
        return cls(
            id=ids.encode("chk", row.public_id),
            ordinal=row.ordinal,
            text=row.text,
            start=row.start,
            end=row.end,
            page=row.page,
            heading_path=row.heading_path,
            table_header=row.table_header,
            section=section,
            token_count=row.token_count,
        )


class Chunks(BaseModel):
    """Chunks in order; `next` is the ordinal to go on from, null after the last."""

    items: list[ChunkView]
    next: int | None

    @classmethod
    def of(cls, rows: Sequence[ChunkRow], limit: int) -> Chunks:
        """A page of `limit` chunks, of which there is one more when others follow."""
        items = [ChunkView.of(row) for row in rows[:limit]]
        return cls(items=items, next=rows[limit].ordinal if len(rows) > limit else None)


def parse_tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: each on one line, none twice, in their order. InvalidInput."""
    kept = list(dict.fromkeys(one_line(tag) for tag in tags))
    if len(kept) > MOST_TAGS or any(not tag or len(tag) > MAX_TAG_CHARACTERS for tag in kept):
        raise InvalidInput(
            f"Give at most {MOST_TAGS} tags of 1 to {MAX_TAG_CHARACTERS} characters.",
            errors=[FieldError("tags", "too many, too long or blank")],
        )
    return kept


def parse_metadata(text: str | None) -> dict[str, JsonValue] | None:
    """The form field `metadata`. Raises InvalidInput when it is no JSON object or too large."""
    if text is None or not text.strip():
        return None
    try:
        value = (
            json.loads(text, parse_constant=_no_constant) if len(text) <= MAX_METADATA_CHARACTERS else None
        )
    except (ValueError, RecursionError):
        value = None
    # PostgreSQL's JSON has no NUL and no half characters.
    if not isinstance(value, dict) or "\\u0000" in (plain := json.dumps(value)) or _has_halves(value, plain):
        raise InvalidInput(
            f"Send metadata as a JSON object of at most {MAX_METADATA_CHARACTERS:,} characters, or none.",
            errors=[FieldError("metadata", "not a JSON object")],
        )
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _has_halves(value: object, plain: str) -> bool:
    if "\\ud" not in plain:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
