"""Verified questions, and the log of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the service validates it into SemanticQuery.
_Json = dict[str, Any]


class VerifiedQuestionRow(TenantRow, Base):
    """`status` is proposed, accepted or rejected. `words` is the question as it is compared,
    `meaning` the query in words, `as_of` the now
    that its query's periods were counted from. Of the model at `checked_revision`: `problem` says why the
    query does not compile (None: it does), `reading` is the key of what the grammar makes of the question
    (None: nothing). `edition` goes up with each change. `answer_id` is the answer that was confirmed."""

    __tablename__ = "verified_questions"

    id: Mapped[str] = id_column("vq")
    question: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    meaning: Mapped[str] = mapped_column(Text)
    query: Mapped[_Json] = mapped_column(JSONB)
    as_of: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    model_revision: Mapped[str] = mapped_column(Text)
    data_versions: Mapped[dict[str, int]] = mapped_column(JSONB)
    dataset_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    answer_id: Mapped[str | None] = mapped_column(PrefixedId("ans"))
    comment: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    reading: Mapped[str | None] = mapped_column(Text)
    checked_revision: Mapped[str | None] = mapped_column(Text)
    edition: Mapped[int] = mapped_column(default=1)
    proposed_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    decided_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = created_at_column()
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class VerifiedQuestionChangeRow(TenantRow, Base):
    """What was done to a verified question, by whom. It stays when the question is deleted."""

    __tablename__ = "verified_question_changes"

    id: Mapped[str] = id_column("vqc")
    verified_id: Mapped[str] = mapped_column(PrefixedId("vq"))
    action: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL")
    created_at: Mapped[datetime] = created_at_column()
