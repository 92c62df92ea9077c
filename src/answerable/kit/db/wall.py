"""The tenant wall: forced row-level security, written the same way for every tenant table."""

from __future__ import annotations

import re

from alembic.operations import Operations

from answerable.kit.postgres.credentials import APP_ROLE

WORKSPACE = "nullif(current_setting('answerable.workspace_id', true), '')::uuid"
USER = "nullif(current_setting('answerable.user_id', true), '')::uuid"
CONVERSATION = "nullif(current_setting('answerable.conversation_id', true), '')::uuid"

_NAME = re.compile(r"^[a-z_][a-z0-9_]*$")


def enable_tenant_wall(
    op: Operations,
    table: str,
    *,
    column: str = "workspace_id",
    grants: str = "SELECT, INSERT, UPDATE, DELETE",
) -> None:
    """Let the app's role see and write only rows whose `column` is the session's workspace.

    FORCE binds the owner too. Both clauses are given, so that a row can neither be read from nor
    written into another tenant.
    """
    for name in (table, column):
        if not _NAME.match(name):
            raise ValueError(f"not a plain SQL name: {name!r}")
    condition = f"{column} = {WORKSPACE}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
    grant(op, table, grants)


def enable_member_wall(op: Operations, table: str, *, column: str = "owner_id") -> None:
    """Within the tenant wall, let a person see and write only rows whose `column` is that person.

    The policy is restrictive: it takes away from what others grant. Where no person acts, as in a job,
    the tenant wall stands alone.
    """
    for name in (table, column):
        if not _NAME.match(name):
            raise ValueError(f"not a plain SQL name: {name!r}")
    condition = f"({USER} IS NULL OR {column} = {USER})"
    op.execute(f"CREATE POLICY member ON {table} AS RESTRICTIVE USING ({condition}) WITH CHECK ({condition})")


def enable_conversation_wall(op: Operations, table: str) -> None:
    """Within the tenant wall, let people see and write rows with a `session_id` only within that
    conversation; rows without one belong to the workspace.

    Restrictive as the member wall, for the app's role alone: the role that looks words up must reach its
    index, and has the same condition in its function.
    """
    if not _NAME.match(table):
        raise ValueError(f"not a plain SQL name: {table!r}")
    condition = f"(session_id IS NULL OR {USER} IS NULL OR session_id = {CONVERSATION})"
    op.execute(
        f"CREATE POLICY conversation ON {table} AS RESTRICTIVE TO {APP_ROLE} "
        f"USING ({condition}) WITH CHECK ({condition})"
    )


def grant(op: Operations, table: str, privileges: str) -> None:
    """Give the app's role privileges on a table; it owns nothing, so it has only what is granted."""
    if not _NAME.match(table):
        raise ValueError(f"not a plain SQL name: {table!r}")
    op.execute(f"GRANT {privileges} ON {table} TO {APP_ROLE}")
