"""Alembic's environment: online only, on the connection that `answerable.kit.db.migrate` holds."""

from __future__ import annotations

from alembic import context

from answerable.kit.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
