from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from alembic.script import ScriptDirectory

from answerable.kit.db.migrate import alembic_config, migrate
from answerable.kit.db.revision import head_revision


@pytest.fixture
def empty_database(cluster: object, admin_url: str, unique: str) -> str:
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/migrations_{unique}"))


def revision(url: str) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None


def test_a_missing_database_is_created_and_brought_to_the_newest_revision(empty_database: str) -> None:
    migrate(empty_database)
    assert revision(empty_database) == head_revision()


def test_every_migration_goes_down_and_up_again(empty_database: str) -> None:
    migrate(empty_database)
    steps = len(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
    for _ in range(steps):
        migrate(empty_database, to="-1")
    assert revision(empty_database) is None
    migrate(empty_database)
    assert revision(empty_database) == head_revision()


def test_the_file_names_tell_alembics_head() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == head_revision()


def test_every_migration_bounds_its_wait_for_locks() -> None:
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    for script in scripts:
        text = Path(script.path).read_text(encoding="utf-8")
        assert text.count("lock_timeout") >= 2, f"{script.revision} sets no lock_timeout"
