"""Every change to what people see in lists is told to the processes, so that open pages look again.

`announce_own_change` tells it of rows that belong to one member, with that member: nobody else is to notice
when somebody converses.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import CHANNEL, announce_changes

revision = "0051"
down_revision = "0050"

_TOPICS = {
    "sources": "sources",
    "sync_runs": "sources",
    "documents": "documents",
    "document_notes": "documents",
    "connections": "connections",
    "datasets": "datasets",
    "dataset_versions": "datasets",
    "semantic_model_revisions": "semantic_models",
    "verified_questions": "verified_questions",
    "chat_proposals": "proposals",
    "insights": "insights",
    "dashboards": "dashboards",
    "memberships": "members",
    "invitations": "invitations",
}
# Of these some columns change without anybody seeing it: heartbeats, the last use of a key.
_MOMENTS = {
    "jobs": "INSERT OR DELETE OR UPDATE OF status, progress_done, cancel_requested_at",
    "api_keys": "INSERT OR DELETE OR UPDATE OF name, revoked_at, expires_at",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, topic in _TOPICS.items():
        announce_changes(op, table, topic)
    for table, moments in _MOMENTS.items():
        announce_changes(op, table, table, moments)
    op.execute(
        f"""
        CREATE FUNCTION announce_own_change() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $$
        BEGIN
            PERFORM pg_notify('{CHANNEL}', concat_ws(' ', TG_ARGV[0],
                coalesce(NEW.workspace_id, OLD.workspace_id), coalesce(NEW.owner_id, OLD.owner_id)));
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON chat_sessions "
        "FOR EACH ROW EXECUTE FUNCTION announce_own_change('conversations')"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (*_TOPICS, *_MOMENTS, "chat_sessions"):
        op.execute(f"DROP TRIGGER announce_change ON {table}")
    op.execute("DROP FUNCTION announce_own_change()")
