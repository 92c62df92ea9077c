"""Runs: one row a question asked, with its answer once there is one."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId


class RunRow(TenantRow, Base):
    """`status` is running, finished, failed or cancelled; `answer` is set with finished, `error` with
    failed. In a conversation `message_id` is the message that shows the answer, and `follows_id`
    the run whose answer the question goes on from. `asked` is all that
    is needed to do its work again. `shown` are the events, after the first, that were given out before there
    was an answer: names and data."""

    __tablename__ = "runs"

    id: Mapped[str] = id_column("run")
    answer_id: Mapped[str] = mapped_column(PrefixedId("ans"), unique=True)
    asked_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    session_id: Mapped[str | None] = reference("chat", "chat_sessions.id")
    message_id: Mapped[str | None] = mapped_column(PrefixedId("msg"))
    follows_id: Mapped[str | None] = reference("run", "runs.id", ondelete="SET NULL")
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str]
    asked: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    answer: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    shown: Mapped[list[tuple[str, dict[str, JsonValue]]] | None] = mapped_column(JSONB(none_as_null=True))
    words: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True)
    error: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RunDocumentRow(TenantRow, Base):
    """A document that a run's answer cites. When the document goes, a trigger deletes the run."""

    __tablename__ = "run_documents"

    run_id: Mapped[str] = mapped_column(
        PrefixedId("run"), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    document_id: Mapped[str] = mapped_column(
        PrefixedId("doc"), ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class RunDatasetRow(TenantRow, Base):
    """A dataset that a run's answer was computed from; as with documents."""

    __tablename__ = "run_datasets"

    run_id: Mapped[str] = mapped_column(
        PrefixedId("run"), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True
    )
    dataset_id: Mapped[str] = mapped_column(
        PrefixedId("ds"), ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
