"""The semantic models of workspaces and conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the repository validates it into SemanticModel on every read.
_Json = dict[str, Any]


class RevisionColumns(TenantRow):
    """A model as it was at one revision, without long lists of values: what was asked of it then can be
    asked again. Datasets that are deleted go from it too."""

    id: Mapped[str] = id_column("smr")
    revision: Mapped[str] = mapped_column(Text)
    document: Mapped[_Json] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()


class ModelColumns(TenantRow):
    """`document` is the model as people see it, `base` what was last inferred: the difference is what people
    edited."""

    id: Mapped[str] = id_column("sm")
    revision: Mapped[str] = mapped_column(Text)
    document: Mapped[_Json] = mapped_column(JSONB)
    base: Mapped[_Json] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )


class SemanticModelRow(ModelColumns, Base):
    """One model a workspace."""

    __tablename__ = "semantic_models"


class SemanticModelRevisionRow(RevisionColumns, Base):
    """A revision of a workspace's model."""

    __tablename__ = "semantic_model_revisions"
    __table_args__ = (UniqueConstraint("workspace_id", "revision"),)


class ConversationModelRow(ModelColumns, Base):
    """One model a conversation that has tables of its own, of these alone."""

    __tablename__ = "conversation_models"

    session_id: Mapped[str] = mapped_column(PrefixedId("chat"), unique=True)


class ConversationModelRevisionRow(RevisionColumns, Base):
    """A revision of a conversation's model."""

    __tablename__ = "conversation_model_revisions"
    __table_args__ = (UniqueConstraint("session_id", "revision"),)

    session_id: Mapped[str] = mapped_column(PrefixedId("chat"))
