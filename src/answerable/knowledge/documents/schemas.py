"""What `/documents` carries."""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import BaseModel, JsonValue

from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.paging import PageRequest
from answerable.knowledge.documents.service import Accepted
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus, DocumentTextRow

_MAX_METADATA_CHARACTERS = 16_384


class DocumentsRequest(PageRequest):
    """A page of the list, of one status or source alone when given."""

    status: DocumentStatus | None = None
    source_id: str | None = None


class DocumentError(BaseModel):
    """Why a document failed; `detail` says what to do."""

    code: str
    detail: str


class DocumentView(BaseModel):
    """`page_count` is null for formats without pages, `media_type` until the file was read."""

    id: str
    title: str
    file_name: str
    source_id: str
    status: DocumentStatus
    error: DocumentError | None
    media_type: str | None
    size_bytes: int
    sha256: str
    page_count: int | None
    chunk_count: int | None
    warnings: list[str]
    metadata: dict[str, JsonValue]
    job_id: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: DocumentRow) -> DocumentView:
        """A document as HTTP carries it."""
        error = None
        if row.error_code is not None:
            error = DocumentError(code=row.error_code, detail=row.error_detail or "")
        return cls(
            id=row.id,
            title=row.title,
            file_name=row.file_name,
            source_id=row.source_id,
            status=DocumentStatus(row.status),
            error=error,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            page_count=row.page_count,
            chunk_count=row.chunk_count,
            warnings=row.warnings,
            metadata=row.details,
            job_id=row.job_id,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class JobReference(BaseModel):
    id: str


class UploadedDocument(BaseModel):
    """`job` is null when the document had been read before."""

    document: DocumentView
    job: JobReference | None

    @classmethod
    def of(cls, accepted: Accepted) -> UploadedDocument:
        """What an upload answers."""
        document = DocumentView.of(accepted.document)
        under_way = document.status in (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)
        job = JobReference(id=document.job_id) if under_way and document.job_id else None
        return cls(document=document, job=job)


class PageSpan(BaseModel):
    """Characters `start` to `end` of the text stand on this page or slide."""

    number: int
    start: int
    end: int


class HeadingSpan(BaseModel):
    """`text[start:end]` is `title`; level 1 is the widest."""

    level: int
    title: str
    start: int
    end: int


class DocumentText(BaseModel):
    """Offsets count characters (Unicode code points) of `text`."""

    text: str
    pages: list[PageSpan]
    headings: list[HeadingSpan]

    @classmethod
    def of(cls, row: DocumentTextRow) -> DocumentText:
        """A text as HTTP carries it."""
        return cls(
            text=row.text,
            pages=[PageSpan(number=number, start=start, end=end) for number, start, end in row.pages],
            headings=[
                HeadingSpan.model_validate({"level": level, "title": title, "start": start, "end": end})
                for level, title, start, end in row.headings
            ],
        )


def parse_metadata(text: str | None) -> dict[str, JsonValue] | None:
    """The form field `metadata`. Raises InvalidInput when it is no JSON object or too large."""
    if text is None or not text.strip():
        return None
    try:
        value = (
            json.loads(text, parse_constant=_no_constant) if len(text) <= _MAX_METADATA_CHARACTERS else None
        )
    except (ValueError, RecursionError):
        value = None
    # PostgreSQL's JSON has no NUL and no half characters.
    if not isinstance(value, dict) or "\\u0000" in (plain := json.dumps(value)) or _has_halves(value, plain):
        raise InvalidInput(
            f"Send metadata as a JSON object of at most {_MAX_METADATA_CHARACTERS:,} characters, or none.",
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
