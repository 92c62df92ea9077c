"""The semantic model of a workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column

# Any: what JSON carries; the repository validates it into SemanticModel on every read.
_Json = dict[str, Any]


class SemanticModelRevisionRow(TenantRow, Base):
    """A model as it was at one revision, without long lists of values: what was asked of it then can be
    asked again. Datasets that are deleted go from it too."""

    __tablename__ = "semantic_model_revisions"

    id: Mapped[str] = id_column("smr")
    revision: Mapped[str] = mapped_column(Text)
    document: Mapped[_Json] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("workspace_id", "revision"),)


class SemanticModelRow(TenantRow, Base):
    """One model a workspace. `document` is the model as people see it, `base` what was last
    inferred: the difference is what people edited."""

    __tablename__ = "semantic_models"

    id: Mapped[str] = id_column("sm")
    revision: Mapped[str] = mapped_column(Text)
    document: Mapped[_Json] = mapped_column(JSONB)
    base: Mapped[_Json] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
