"""`answerable sources`: where documents come from, and keeping them in step."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, field_and_text, field_and_value, find_server
from answerable.cli.wire import RemovedSource, Source, Sources, SyncRun, SyncRuns

PATH = "/api/v1/sources"
_POLL_SECONDS = 0.5

app = typer.Typer(name="sources", help="Add, list, sync, pause and remove sources.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(metavar="NAME", help="The source's name or id.")]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field of the configuration: text, or JSON for lists, numbers and true or false; repeat it.",
    ),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option("--secret", metavar="FIELD=VARIABLE", help="A field whose value a variable holds."),
]


@app.command("add")
def add(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    kind: Annotated[str, typer.Option(help="folder, web, s3, sql, json_api, llama_index, or a plugin's.")],
    values: Values = None,
    secrets: Secrets = None,
    schedule: Annotated[
        str | None, typer.Option(help="'every 6h' or a cron line in UTC.", show_default="on demand")
    ] = None,
    check: Annotated[bool, typer.Option(help="Try the configuration first.")] = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a source to the workspace. Its secrets are kept encrypted by the server.

    Pages of a site: --kind web --set sitemap=https://example.com/sitemap.xml
    """
    config: dict[str, JsonValue] = dict(map(field_and_value, values or []))
    config |= {field: _secret(variable) for field, variable in map(field_and_text, secrets or [])}
    with Client.of(find_server(url, key, data_dir)) as client:
        if check:
            client.post_raw(f"{PATH}/check", {"kind": kind, "config": config})
        made = client.post(PATH, Source, {"kind": kind, "name": name, "config": config, "schedule": schedule})
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
        return
    typer.echo(f"Added {made.name}. Take it in with 'answerable sources sync {made.name}'.", err=True)


@app.command("list")
def list_sources(
    *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the workspace's sources."""
    with Client.of(find_server(url, key, data_dir)) as client:
        sources = client.get(PATH, Sources, limit=200)
    if as_json:
        typer.echo(sources.model_dump_json(indent=2))
        return
    table = Table(
        "name", "kind", "state", "documents", "last sync", "schedule", box=None, header_style="bold"
    )
    for item in sources.items:
        state = item.run.status if item.run is not None else item.status
        last = f"{item.synced_at:%Y-%m-%d %H:%M}" if item.synced_at is not None else "–"
        table.add_row(item.name, item.kind, state, str(item.document_count), last, item.schedule or "–")
    Console().print(table)


@app.command("sync")
def sync(
    source: Named,
    *,
    wait: Annotated[bool, typer.Option(help="Wait for its end and show its progress.")] = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Sync a source now; the status is 1 when the sync does not go through."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        run = client.post(f"{PATH}/{found.id}/sync", SyncRun, {})
        if wait:
            run = _followed(client, found, run)
    if as_json:
        typer.echo(run.model_dump_json(indent=2))
    else:
        _print_run(run)
    if wait and run.status != "succeeded":
        reason = run.error.detail if run.error is not None else f"it was {run.status}."
        raise CommandFailed(f"{found.name} was not synced: {reason}")


@app.command("pause")
def pause(source: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Stop syncing a source, the sync under way included, until it is resumed."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        client.post(f"{PATH}/{found.id}/pause", Source, {})
    typer.echo(f"{found.name} is paused. Go on with 'answerable sources resume {found.name}'.", err=True)


@app.command("resume")
def resume(source: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Go on where a source was paused."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        client.post(f"{PATH}/{found.id}/resume", Source, {})
    typer.echo(f"{found.name} goes on.", err=True)


@app.command("cancel")
def cancel(source: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Stop the sync that is under way for good; what it took in stays."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        if found.run is None:
            raise CommandFailed(f"{found.name} is not being synced.")
        run = client.post(f"/api/v1/sync-runs/{found.run.id}/cancel", SyncRun, {})
    typer.echo(f"The sync of {found.name} ended after {run.counts.seen} items.", err=True)


@app.command("runs")
def runs(
    source: Named,
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Syncs to show.")] = 20,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List a source's syncs, newest first, with what they counted."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        history = client.get(f"{PATH}/{found.id}/runs", SyncRuns, limit=limit)
    if as_json:
        typer.echo(history.model_dump_json(indent=2))
        return
    table = Table("started", "why", "state", "items", "items/s", "what", box=None, header_style="bold")
    for run in history.items:
        rate = f"{run.rate_per_second:.1f}" if run.rate_per_second is not None else "–"
        what = run.error.detail if run.error is not None else _counted(run)
        moment = f"{run.created_at:%Y-%m-%d %H:%M}"
        table.add_row(moment, run.reason, run.status, str(run.counts.seen), rate, what)
    Console().print(table)


@app.command("remove")
def remove(source: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Remove a source with its documents, except those that another source has too."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, source)
        removed = client.delete_for(f"{PATH}/{found.id}", RemovedSource)
    typer.echo(f"{found.name} and its {found.document_count} documents go; job {removed.job.id}", err=True)


def _followed(client: Client, source: Source, run: SyncRun) -> SyncRun:
    """The run at its end, or once it is paused."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TextColumn("{task.fields[rest]}"), console=console, transient=True) as progress:
        task: TaskID = progress.add_task(source.name, total=None, rest="")
        while run.finished_at is None and run.status != "paused":
            time.sleep(_POLL_SECONDS)
            run = client.get(f"{PATH}/{source.id}/runs/{run.id}", SyncRun)
            rest = f"{run.rate_per_second:.1f}/s" if run.rate_per_second else ""
            if run.remaining_seconds:
                rest += f", {run.remaining_seconds:.0f} s left"
            progress.update(task, completed=run.counts.seen, total=run.total or None, rest=rest)
    return run


def _print_run(run: SyncRun) -> None:
    console = Console()
    console.print(f"{run.status}: {_counted(run)}")
    for problem in run.errors[:20]:
        console.print(f"  {problem.item_id}: {problem.detail}", style="yellow", markup=False)


def _counted(run: SyncRun) -> str:
    counts = run.counts.model_dump()
    shown = ", ".join(f"{counts[name]} {name}" for name in counts if name != "seen" and counts[name])
    return shown or "nothing new"


def _find(client: Client, name: str) -> Source:
    sources = client.get(PATH, Sources, limit=200).items
    found = next((each for each in sources if name in (each.name, each.id)), None)
    if found is None:
        known = ", ".join(each.name for each in sources) or "none"
        raise CommandFailed(f"no source is called '{name}'. There are: {known}.")
    return found


def _secret(variable: str) -> str:
    """A secret, from a variable: an argument would stand in the list of processes."""
    value = os.environ.get(variable)
    if not value:
        raise CommandFailed(f"the variable {variable} is not set: it should hold the secret.")
    return value
