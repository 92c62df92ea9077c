"""Bring a database up to date: the database itself, the app's role, then Alembic's migrations.

An advisory lock makes replicas that start at once take turns.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine, text

from answerable.kit.db.revision import migrations_folder
from answerable.kit.db.session import sqlalchemy_url
from answerable.kit.postgres.credentials import APP_ROLE, app_password

_LOCK = 0x416E73  # "Ans"


def alembic_config() -> Config:
    """The configuration for this checkout or installation."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config


def migrate(admin_url: str, *, to: str = "head") -> None:
    """Create what is missing and run the migrations. Safe to call from several processes at once."""
    _create_database(admin_url)
    engine = create_engine(sqlalchemy_url(admin_url), connect_args={"prepare_threshold": None})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
            try:
                _ensure_app_role(connection.connection.dbapi_connection, admin_url)
                connection.commit()
                config = alembic_config()
                config.attributes["connection"] = connection
                if to == "head" or not to.startswith("-"):
                    command.upgrade(config, to)
                else:
                    command.downgrade(config, to)
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
    finally:
        engine.dispose()


def _create_database(admin_url: str) -> None:
    """Create the URL's database when the server answers that it does not exist."""
    name = urlsplit(admin_url).path.lstrip("/")
    try:
        psycopg.connect(admin_url).close()
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error) or not name:
            raise
        maintenance = urlunsplit(urlsplit(admin_url)._replace(path="/postgres"))
        with psycopg.connect(maintenance, autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # a replica that started with us was first


def _ensure_app_role(raw: object, admin_url: str) -> None:
    """Create the app's role, or set its password anew: no owner, no superuser, no bypass."""
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("migrations need psycopg")
    role = sql.Identifier(APP_ROLE)
    exists = raw.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    raw.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            verb, role, sql.Literal(app_password(admin_url))
        )
    )


if __name__ == "__main__":
    # The supervisor's child: the address holds a password, which the environment keeps out of `ps`.
    migrate(os.environ["ANSWERABLE_DATABASE_URL"])
