"""Column types that all tables share."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, Uuid, func
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from answerable.kit import ids


class Base(DeclarativeBase):
    """The declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PrefixedId(TypeDecorator[str]):
    """A public id in Python, a `uuid` in PostgreSQL.

    Text that is no id of the prefix binds as the nil UUID, which no row has: a malformed id is
    answered exactly like one that does not exist.
    """

    impl = Uuid
    cache_ok = True

    def __init__(self, prefix: str) -> None:
        super().__init__(as_uuid=True)
        self.prefix = prefix

    def process_bind_param(self, value: str | None, dialect: Dialect) -> uuid.UUID | None:
        """Public id → UUID."""
        del dialect
        return None if value is None else ids.decode(self.prefix, value) or ids.NIL

    def process_result_value(self, value: uuid.UUID | None, dialect: Dialect) -> str | None:
        """UUID → public id."""
        del dialect
        return None if value is None else ids.encode(self.prefix, value)


def id_column(prefix: str) -> MappedColumn[str]:
    """A primary key that is made in Python, so that a row's id is known before it is stored."""
    return mapped_column(PrefixedId(prefix), primary_key=True, default=lambda: ids.new_id(prefix))


def reference(
    prefix: str, target: str, *, ondelete: str = "CASCADE", index: bool = True, **options: Any
) -> MappedColumn[Any]:
    """A foreign key to `table.column`, indexed, nullable by the annotation of its `Mapped`.

    `Any` because `mapped_column` takes its type from the annotation at the place of use.
    """
    return mapped_column(PrefixedId(prefix), ForeignKey(target, ondelete=ondelete), index=index, **options)


def created_at_column() -> MappedColumn[datetime]:
    """When the row was made, by the database's clock, in UTC."""
    return mapped_column(DateTime(timezone=True), server_default=func.now(), nullable=False)


class TenantRow:
    """A row that belongs to one workspace. Its table stands behind the tenant wall
    (`enable_tenant_wall` in its migration); a test reads the catalogue to prove it."""

    @declared_attr
    def workspace_id(cls) -> Mapped[str]:  # noqa: N805 (declared_attr binds the class)
        """The workspace that the row belongs to."""
        return mapped_column(
            PrefixedId("ws"), ForeignKey("workspaces.id", ondelete="CASCADE"), index=True, nullable=False
        )
