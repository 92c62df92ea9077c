"""The one way to PostgreSQL: declarative base, id columns, sessions behind the tenant wall."""

from answerable.kit.db.columns import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.session import Database, Session

__all__ = ["Base", "Database", "Session", "TenantRow", "created_at_column", "id_column", "reference"]
