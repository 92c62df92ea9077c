"""Which revision a database has and which it should have, without loading the machinery that changes it.

Alembic takes a good part of a second to import; a start that finds everything in place does without.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

import answerable


def migrations_folder() -> Path:
    """Alembic's folder: inside the installed package, or beside `src/` in a checkout."""
    package = Path(answerable.__file__).parent
    installed = package / "_migrations"
    return installed if installed.exists() else package.parents[1] / "migrations"


def head_revision() -> str:
    """The newest migration's revision: the greatest number that a file's name begins with (they are
    linear; a test holds this against Alembic's own answer)."""
    numbers = [path.name[:4] for path in (migrations_folder() / "versions").glob("[0-9]*_*.py")]
    if not numbers:
        raise RuntimeError(f"no migrations in {migrations_folder()}")
    return max(numbers)


def is_current(app_url: str) -> bool:
    """Whether the database is at the newest revision and the app's role can sign in."""
    try:
        with psycopg.connect(app_url, connect_timeout=10) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] == head_revision()
