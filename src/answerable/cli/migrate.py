"""`answerable migrate`."""

from __future__ import annotations

import psycopg
import typer
from alembic.util.exc import CommandError

from answerable.cli.database import admin_url, wrong_revision
from answerable.cli.failure import CommandFailed
from answerable.cli.options import DataDir
from answerable.cli.process_options import load_settings
from answerable.kit.db.migrate import migrate
from answerable.kit.db.revision import head_revision

app = typer.Typer()


@app.command("migrate")
def bring_up_to_date(*, data_dir: DataDir = None) -> None:
    """Bring the database up to date. Safe to run from several machines at once."""
    try:
        migrate(admin_url(load_settings(data_dir)))
    except CommandError as error:
        raise CommandFailed(wrong_revision(error)) from error
    except psycopg.OperationalError as error:
        raise CommandFailed(f"PostgreSQL does not answer: {error} Check ANSWERABLE_DATABASE_URL.") from error
    typer.echo(f"The database is at revision {head_revision()}.")
