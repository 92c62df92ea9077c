"""`answerable verify`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from answerable.api.assembly import build_runtime
from answerable.cli.database import admin_url, app_url
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir
from answerable.cli.process_options import load_settings
from answerable.cli.verify.files import check_files
from answerable.cli.verify.problem import Problem, Report
from answerable.cli.verify.rows import check_rows, document_files, workspaces
from answerable.cli.verify.stores import check_stores
from answerable.cli.verify.warehouse import check_warehouse
from answerable.kit.leftovers import SAFE_AGE_SECONDS
from answerable.kit.settings import Settings

app = typer.Typer()

MinAge = Annotated[
    float,
    typer.Option("--min-age", min=0, help="Seconds after which a file must have its row; younger may not."),
]


@app.command("verify")
def verify(
    *, min_age: MinAge = 2 * SAFE_AGE_SECONDS, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Prove that nothing is kept without its owner and that every ready document is whole.

    It reads everything and changes nothing; the status is 1 when something is wrong.
    """
    report = examine(load_settings(data_dir), min_age)
    if as_json:
        typer.echo(json.dumps({"ok": report.ok, **asdict(report)}, indent=2))
    else:
        _print(report)
    if not report.ok:
        checks = ", ".join(problem.check for problem in report.problems)
        typer.echo(f"answerable: not in order: {checks}", err=True)
        raise typer.Exit(1)


def examine(settings: Settings, min_age_seconds: float) -> Report:
    """Everything that is wrong in the database and the data folder. CommandFailed when they cannot be
    read whole."""
    try:
        with psycopg.connect(admin_url(settings)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            counts, problems = check_rows(connection)
            known, keys = workspaces(connection), document_files(connection)
    except psycopg.OperationalError as error:
        raise CommandFailed(f"PostgreSQL does not answer: {error} Check ANSWERABLE_DATABASE_URL.") from error
    except psycopg.errors.UndefinedTable as error:
        raise CommandFailed("the database is not up to date: run 'answerable migrate' first.") from error

    async def beside() -> list[Problem]:
        runtime = build_runtime(settings, app_url(settings))
        try:
            problems = await check_files(runtime, known, keys, min_age_seconds)
            problems += await check_stores(runtime)
            return [*problems, *await check_warehouse(runtime, known)]
        finally:
            await runtime.close()

    return Report(counts, [*problems, *asyncio.run(beside())])


def _print(report: Report) -> None:
    console = Console()
    console.print("Looked at: " + ", ".join(f"{count} {name}" for name, count in report.counts.items()))
    if report.ok:
        console.print("Everything has its owner, and every ready document is whole.")
        return
    table = Table("check", "count", "what", "examples", box=None, header_style="bold")
    for problem in report.problems:
        examples = "\n".join(problem.examples)
        table.add_row(problem.check, str(problem.count), problem.detail, examples)
    console.print(table)
