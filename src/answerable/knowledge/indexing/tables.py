"""The index's tables. Vectors and term lists are written and read by SQL in the repositories alone."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import ARRAY, BigInteger, Identity, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column
from answerable.kit.db.columns import PrefixedId


class IndexedDocumentRow(TenantRow, Base):
    """A document that search knows, with what results show of it. `facts` (`DocumentFacts`) are null where a
    former version put it in, until they are written anew; `words_version` is that of its chunks' words. With
    a `session_id` (on chunks and vectors too) it is found within that conversation alone."""

    __tablename__ = "indexed_documents"

    document_id: Mapped[str] = mapped_column(PrefixedId("doc"), primary_key=True)
    source_id: Mapped[str | None] = mapped_column(PrefixedId("src"))
    title: Mapped[str] = mapped_column(Text)
    chunk_count: Mapped[int] = mapped_column(Integer)
    facts: Mapped[dict[str, JsonValue] | None] = mapped_column(JSONB)
    words_version: Mapped[int] = mapped_column(SmallInteger, default=1)
    session_id: Mapped[str | None] = mapped_column(PrefixedId("chat"))
    indexed_at: Mapped[datetime] = created_at_column()


class ChunkRow(TenantRow, Base):
    """A passage, its term ids, BM25 weights and vector (the last three have no Python type here)."""

    __tablename__ = "chunks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    document_id: Mapped[str] = mapped_column(PrefixedId("doc"))
    ordinal: Mapped[int] = mapped_column(Integer)
    start: Mapped[int] = mapped_column("start_offset", Integer)
    end: Mapped[int] = mapped_column("end_offset", Integer)
    page: Mapped[int | None] = mapped_column(Integer)
    heading_path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    table_header: Mapped[str | None] = mapped_column(Text)
    section_start: Mapped[int | None] = mapped_column(Integer)
    section_end: Mapped[int | None] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    token_count: Mapped[int] = mapped_column(Integer)
    sentences: Mapped[bytes] = mapped_column(LargeBinary)


class LexicalTermRow(TenantRow, Base):
    """In how many of a workspace's chunks a term occurs; term 0 counts the chunks themselves. Chunks of
    conversations are not among them: what is in one must tell nothing outside."""

    __tablename__ = "lexical_terms"

    workspace_id: Mapped[str] = mapped_column(PrefixedId("ws"), primary_key=True)
    term: Mapped[int] = mapped_column(Integer, primary_key=True)
    chunks: Mapped[int] = mapped_column(Integer)
