"""The catalogue of the migrated database, read to prove the wall (it is the wall that counts, not
what the migrations meant to do)."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from answerable.kit.postgres.credentials import APP_ROLE

# Tables without a tenant: they hold nothing of one, or are guarded by other policies (see identity).
_TENANT_COLUMN = "workspace_id"


@pytest.fixture(scope="module")
def admin(admin_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        yield connection


def test_every_tenant_table_has_forced_row_level_security_with_both_clauses(
    admin: psycopg.Connection,
) -> None:
    rows = admin.execute(
        """
        SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
               bool_or(p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL AND p.polcmd = '*')
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = %s AND NOT a.attisdropped
        LEFT JOIN pg_policy p ON p.polrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
        GROUP BY 1, 2, 3
        """,
        [_TENANT_COLUMN],
    ).fetchall()
    assert {"documents", "datasets", "jobs", "memberships", "api_keys", "runs"} <= {row[0] for row in rows}
    assert [row for row in rows if not all(row[1:])] == []


def test_the_app_role_is_no_owner_no_superuser_and_cannot_bypass(admin: psycopg.Connection) -> None:
    role = admin.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s",
        [APP_ROLE],
    ).fetchone()
    owned = admin.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [APP_ROLE]).fetchone()
    member_of = admin.execute(
        "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", [APP_ROLE]
    ).fetchone()
    assert role == (False, False, False, False)
    assert owned == (0,)
    assert member_of == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT set_config('answerable.workspace_id', gen_random_uuid()::text, true)",
        "SELECT 1 WHERE set_config('answerable.workspace_id', '', true) IS NOT NULL",
        "WITH w AS MATERIALIZED (SELECT set_config('answerable.workspace_id', '', false)) SELECT * FROM w",
        "SELECT length(upper(set_config('answerable.workspace_id', '', true)))",
        "SELECT lo_from_bytea(0, 'kept outside of every table')",
        "SELECT lo_get(1)",
        "SELECT query_to_xml('SELECT 1', true, false, '')",
        "SELECT * FROM pg_stat_activity",
        "SELECT pg_terminate_backend(1)",
        "SELECT pg_sleep(1)",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "ALTER TABLE jobs DISABLE ROW LEVEL SECURITY",
    ],
)
def test_the_app_role_is_refused_what_crosses_the_wall(app_url: str, statement: str) -> None:
    with (
        psycopg.connect(app_url, autocommit=True) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)),
    ):
        connection.execute(statement)


def test_without_a_tenant_no_tenant_table_shows_a_row(app_url: str, admin: psycopg.Connection) -> None:
    tables = admin.execute(
        """
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = %s AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        """,
        [_TENANT_COLUMN],
    ).fetchall()
    with psycopg.connect(app_url, autocommit=True) as connection:
        for (table,) in tables:
            found = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert found == (0,), table
