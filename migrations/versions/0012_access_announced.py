"""Tell every process when somebody's access changes, so that what it remembers of it goes at once.

The channel's messages are a topic and a UUID; this topic's is the person's. That a key was used
is no change.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import CHANNEL

revision = "0012"
down_revision = "0011"

_CHANGES = {
    "users": ("UPDATE OF disabled_at OR DELETE", "id"),
    "sessions": ("UPDATE OF revoked_at, expires_at OR DELETE", "user_id"),
    "memberships": ("INSERT OR UPDATE OR DELETE", "user_id"),
    "api_keys": ("UPDATE OF revoked_at, expires_at, scopes, user_id, key_hash OR DELETE", "user_id"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, (moments, column) in _CHANGES.items():
        op.execute(
            f"""
            CREATE FUNCTION announce_access_{table}() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog AS $$
            BEGIN
                PERFORM pg_notify('{CHANNEL}', 'access ' || coalesce(NEW.{column}, OLD.{column}));
                RETURN NULL;
            END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER announce_access AFTER {moments} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION announce_access_{table}()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _CHANGES:
        op.execute(f"DROP TRIGGER announce_access ON {table}")
        op.execute(f"DROP FUNCTION announce_access_{table}()")
