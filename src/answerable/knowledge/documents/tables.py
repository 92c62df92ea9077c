"""Documents and their texts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue
from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId


class DocumentStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class DocumentRow(TenantRow, Base):
    """A file and what became of it. `attempt` counts the tries to read it: only the latest may write.

    `title_given` says that a person chose the title, so that reading the file keeps it; `modified_at` is
    when the content was changed where it comes from, `updated_at` when this row was. `is_member` says that it
    is there for its containers alone; `root_id` is the outermost of them, `depth` the levels from there.
    `cut_by` says which settings made its chunks. `session_id` is the conversation that it belongs to, None
    for the workspace's own.
    """

    __tablename__ = "documents"

    id: Mapped[str] = id_column("doc")
    source_id: Mapped[str] = reference("src", "sources.id", ondelete="NO ACTION")
    title: Mapped[str] = mapped_column(Text)
    title_given: Mapped[bool]
    file_name: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, default=DocumentStatus.QUEUED.value)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    job_id: Mapped[str | None] = mapped_column(PrefixedId("job"))
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    page_count: Mapped[int | None] = mapped_column(Integer)
    chunk_count: Mapped[int | None] = mapped_column(Integer)
    cut_by: Mapped[str | None] = mapped_column(Text)
    warnings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    details: Mapped[dict[str, JsonValue]] = mapped_column("metadata", JSONB, default=dict)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    modified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_member: Mapped[bool] = mapped_column(default=False)
    depth: Mapped[int] = mapped_column(Integer, default=0)
    root_id: Mapped[str | None] = reference("doc", "documents.id", ondelete="SET NULL")
    session_id: Mapped[str | None] = mapped_column(PrefixedId("chat"))
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class DocumentMemberRow(TenantRow, Base):
    """That a container holds a document, and the path of names that leads there."""

    __tablename__ = "document_members"

    container_id: Mapped[str] = mapped_column(PrefixedId("doc"), primary_key=True)
    document_id: Mapped[str] = mapped_column(PrefixedId("doc"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class DocumentTextRow(TenantRow, Base):
    """The text of a document that is ready, or the first part of it, which ends at `end_offset`; null means
    that it is whole. Pages are [number, start, end] and headings [level, title, start, end], tables
    [start, end of the header, end], in characters of the text."""

    __tablename__ = "document_texts"

    document_id: Mapped[str] = mapped_column(PrefixedId("doc"), primary_key=True)
    end_offset: Mapped[int | None] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    pages: Mapped[list[list[int]]] = mapped_column(JSONB)
    tables: Mapped[list[list[int]]] = mapped_column(JSONB, default=list)
    headings: Mapped[list[list[JsonValue]]] = mapped_column(JSONB)


class DocumentTextPartRow(TenantRow, Base):
    """A further part of a long text. It has the pages, tables and headings that lie in it, in whole or in
    part."""

    __tablename__ = "document_text_parts"

    document_id: Mapped[str] = mapped_column(PrefixedId("doc"), primary_key=True)
    start_offset: Mapped[int] = mapped_column(Integer, primary_key=True)
    end_offset: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    pages: Mapped[list[list[int]]] = mapped_column(JSONB)
    tables: Mapped[list[list[int]]] = mapped_column(JSONB)
    headings: Mapped[list[list[JsonValue]]] = mapped_column(JSONB)
