"""The command `answerable ingest`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.ingest.finding import Kind, find_files
from answerable.cli.ingest.progress import Bars, Silence, summary_table
from answerable.cli.ingest.run import Ingestion, Outcome, ingest_files
from answerable.cli.options import AsJson, DataDir, Key, Url, find_server

app = typer.Typer()


class Engine(StrEnum):
    """What answers questions about a table."""

    PARQUET = "parquet"
    POSTGRESQL = "postgresql"


@app.command("ingest")
def ingest(  # noqa: PLR0913 - each is an option of the command
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
    *,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", help="Make one table a new version of the dataset with this id."),
    ] = None,
    engine: Annotated[
        Engine | None,
        typer.Option(help="Where new tables are asked: Parquet files, or the server's warehouse."),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the server has read everything.")] = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Upload documents and tables, from files and folders, and wait until they can be asked about.

    CSV, TSV, XLSX, XLS, ODS, Parquet and JSON lines become datasets, everything else documents. A file that
    fails stops no other; the status is 1 if any failed.
    """
    files = find_files(paths)
    if dataset is not None and [file.kind for file in files] != [Kind.TABLE]:
        raise CommandFailed("--dataset goes with exactly one table: name one file.")
    fields = {"dataset_id": dataset or "", "engine": engine.value if engine is not None else ""}
    fields = {name: value for name, value in fields.items() if value}
    with Client.of(find_server(url, key, data_dir)) as client:
        if as_json:
            ingestions = ingest_files(client, files, Silence(), wait=wait, fields=fields)
            typer.echo(json.dumps([_as_json(one) for one in ingestions], indent=2))
        else:
            with Bars(files) as bars:
                ingestions = ingest_files(client, files, bars, wait=wait, fields=fields)
            console = Console()
            console.print(summary_table(ingestions))
            console.print(_totals(ingestions), style="bold")
    failed = sum(one.outcome is Outcome.FAILED for one in ingestions)
    if failed:
        typer.echo(f"answerable: {failed} of {len(ingestions)} files failed", err=True)
        raise typer.Exit(1)


def _totals(ingestions: Sequence[Ingestion]) -> str:
    counts = Counter(one.outcome for one in ingestions)
    return ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])


def _as_json(one: Ingestion) -> dict[str, object]:
    return {
        "file": one.file.label,
        "kind": one.file.kind.value,
        "outcome": one.outcome.value,
        "ids": one.ids,
        "names": one.names,
        "rows": one.rows,
        "job_id": one.job_id,
        "detail": one.detail or None,
    }
