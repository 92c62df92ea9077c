"""A share keeps the title that the conversation had, and events of alerts are about the alert.

`events.seen_with` holds what says who may see an event whose subject is gone. Events of alerts that were
made, changed or deleted named the insight, which more people see than the alert: they name the alert now, so
that those of before are kept back as well.
"""

from __future__ import annotations

from alembic import op

revision = "0052"
down_revision = "0051"

_SHARED = ("chat_shares", "chat_sessions")
_ABOUT_THE_ALERT = """
    UPDATE events SET subject_type = 'alert', subject_id = data->>'alert_id',
        data = jsonb_build_object('insight_id', subject_id)
    WHERE kind IN ('alert.created', 'alert.changed', 'alert.deleted') AND subject_type = 'insight'
"""
_ABOUT_THE_INSIGHT = """
    UPDATE events SET subject_type = 'insight', subject_id = data->>'insight_id',
        data = jsonb_build_object('alert_id', subject_id)
    WHERE kind IN ('alert.created', 'alert.changed', 'alert.deleted') AND subject_type = 'alert'
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE chat_shares ADD COLUMN title text")
    _as_owner(
        "UPDATE chat_shares s SET title = c.title FROM chat_sessions c WHERE c.id = s.session_id", *_SHARED
    )
    op.execute("ALTER TABLE events ADD COLUMN seen_with jsonb")
    _as_owner(_ABOUT_THE_ALERT, "events")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _as_owner(_ABOUT_THE_INSIGHT, "events")
    op.execute("ALTER TABLE events DROP COLUMN seen_with")
    op.execute("ALTER TABLE chat_shares DROP COLUMN title")


def _as_owner(statement: str, *tables: str) -> None:
    """Of all workspaces, which the wall would hide."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(statement)
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
