"""The ground: pgvector, the app role's place, and what that role must never call.

A query text that reached PostgreSQL could otherwise change the tenant with one SELECT, read other
sessions' statements or keep data outside every table. Revoking needs the functions' owner; on a
managed server that keeps them, `answerable doctor` says so.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.postgres.credentials import APP_ROLE

revision = "0001"
down_revision = None

_FORBIDDEN_NAMES = (
    # changes settings, the tenant among them
    "set_config",
    # large objects lie outside row-level security
    "lo_creat", "lo_create", "lo_import", "lo_export", "lo_open", "lo_close", "lo_from_bytea", "lo_get",
    "lo_put", "lo_unlink", "lo_lseek", "lo_lseek64", "lo_tell", "lo_tell64", "lo_truncate", "lo_truncate64",
    "loread", "lowrite",
    # other sessions: what they run, and ending them
    "pg_stat_get_activity", "pg_stat_get_backend_activity", "pg_cancel_backend", "pg_terminate_backend",
    # run a query text or a whole table past the caller's own statement
    "query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema",
    "cursor_to_xml", "cursor_to_xmlschema",
    "table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema",
    "schema_to_xml", "schema_to_xmlschema",
    "schema_to_xml_and_xmlschema", "database_to_xml", "database_to_xmlschema",
    "database_to_xml_and_xmlschema", "ts_stat", "ts_rewrite",
    # locks that outlive the transaction: those of a pooled connection would never end
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared",
    # hold a connection, keep snapshots, write to the log
    "pg_sleep", "pg_sleep_for", "pg_sleep_until", "pg_export_snapshot", "pg_logical_emit_message",
)  # fmt: skip


def _for_each_forbidden(statement: str) -> None:
    names = ", ".join(f"'{name}'" for name in _FORBIDDEN_NAMES)
    op.execute(
        f"""
        DO $do$
        DECLARE signature regprocedure;
        BEGIN
            FOR signature IN
                SELECT oid::regprocedure FROM pg_proc
                WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN ({names})
            LOOP
                BEGIN
                    EXECUTE format('{statement}', signature);
                EXCEPTION WHEN insufficient_privilege THEN
                    RAISE NOTICE 'not allowed to change privileges of %', signature;
                END;
            END LOOP;
        END $do$
        """  # noqa: S608 (fixed names of ours)
    )


def _temporary_tables(verb: str, direction: str) -> None:
    """A temporary function or table of the app's role could stand before one of ours in a search path."""
    op.execute(
        f"""
        DO $do$
        BEGIN
            EXECUTE format('{verb} TEMPORARY ON DATABASE %I {direction} PUBLIC', current_database());
        END $do$
        """
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _temporary_tables("REVOKE", "FROM")
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")
    _for_each_forbidden("REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _temporary_tables("GRANT", "TO")
    _for_each_forbidden("GRANT EXECUTE ON FUNCTION %s TO PUBLIC")
    op.execute(f"REVOKE ALL ON alembic_version FROM {APP_ROLE}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {APP_ROLE}")
