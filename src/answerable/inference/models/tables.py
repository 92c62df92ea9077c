"""The tables of configured models."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue
from sqlalchemy import LargeBinary, Numeric, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference


class ProviderRow(TenantRow, Base):
    """A provider of a workspace. `sealed` holds key and headers (`secrets.py`); what may be shown of
    them stands beside it."""

    __tablename__ = "providers"

    id: Mapped[str] = id_column("prv")
    name: Mapped[str]
    kind: Mapped[str]
    base_url: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    has_key: Mapped[bool] = mapped_column(default=False)
    key_ending: Mapped[str | None]
    header_names: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    timeouts: Mapped[dict[str, JsonValue] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()


class ProviderModelRow(TenantRow, Base):
    """A model of a provider. `capabilities` None leaves them to what the name tells."""

    __tablename__ = "provider_models"

    id: Mapped[str] = id_column("mdl")
    provider_id: Mapped[str] = reference("prv", "providers.id")
    position: Mapped[int]
    name: Mapped[str]
    upstream_name: Mapped[str]
    capabilities: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    context_window: Mapped[int | None]
    max_output_tokens: Mapped[int | None]
    input_per_mtok: Mapped[Decimal | None] = mapped_column(Numeric)
    output_per_mtok: Mapped[Decimal | None] = mapped_column(Numeric)
    cached_input_per_mtok: Mapped[Decimal | None] = mapped_column(Numeric)


class ModelAliasRow(TenantRow, Base):
    """An alias; `definition` is an `AliasDefinition` without its name."""

    __tablename__ = "model_aliases"

    id: Mapped[str] = id_column("als")
    name: Mapped[str]
    definition: Mapped[dict[str, JsonValue]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = created_at_column()
