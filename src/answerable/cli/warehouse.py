"""`answerable warehouse`."""

from __future__ import annotations

import asyncio

import psycopg
import typer

from answerable.api.assembly import build_runtime
from answerable.cli.database import admin_url, app_url
from answerable.cli.failure import CommandFailed
from answerable.cli.options import DataDir
from answerable.cli.process_options import load_settings
from answerable.cli.verify.rows import check_sight, workspaces
from answerable.data.warehouse.loading import fill
from answerable.data.warehouse.service import NOT_SET_UP
from answerable.kit.errors import AnswerableError
from answerable.kit.sandbox import SandboxError
from answerable.kit.settings import Settings

app = typer.Typer(
    name="warehouse", help="Write the tables that the data warehouse lacks.", no_args_is_help=True
)


@app.command("fill")
def fill_tables(*, data_dir: DataDir = None) -> None:
    """Write the tables that the warehouse lacks, or has not whole, from the Parquet files of their versions.

    For a warehouse that is new, or older than the data: after it moved, or a backup was restored.
    """
    settings = load_settings(data_dir)
    if settings.warehouse.url is None:
        raise CommandFailed(NOT_SET_UP)
    try:
        with psycopg.connect(admin_url(settings)) as connection:
            check_sight(connection)
            known = sorted(workspaces(connection))
        filled = asyncio.run(_fill(settings, known))
    except psycopg.OperationalError as error:
        raise CommandFailed(f"PostgreSQL does not answer: {error} Check ANSWERABLE_DATABASE_URL.") from error
    except (AnswerableError, SandboxError) as error:
        raise CommandFailed(f"{error.detail} What was written until then stays.") from error
    typer.echo(f"{filled} tables written." if filled != 1 else "1 table written.")


async def _fill(settings: Settings, workspace_ids: list[str]) -> int:
    runtime = build_runtime(settings, app_url(settings))
    try:
        return sum([len(await fill(runtime, workspace_id)) for workspace_id in workspace_ids])
    finally:
        await runtime.close()
