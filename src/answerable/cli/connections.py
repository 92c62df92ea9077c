"""`answerable connections`: databases that questions are asked of where they are."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, field_and_value, find_server
from answerable.cli.wire import (
    Connection,
    ConnectionFacts,
    Connections,
    ConnectionTables,
    ImportStarted,
    Job,
)

PATH = "/api/v1/connections"
_POLL_SECONDS = 0.5
_MOST_AT_ONCE = 200

app = typer.Typer(
    name="connections", help="Add, list, test, refresh and remove connected databases.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(metavar="NAME", help="The connection's name or id.")]


@app.command("add")
def add(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    dialect: Annotated[str, typer.Option(help="postgresql, mysql (MariaDB too), sqlite or duckdb.")],
    database: Annotated[str, typer.Option(help="The database's name, or the path of the file.")],
    host: Annotated[str, typer.Option(help="The server; not for files.")] = "",
    username: Annotated[str, typer.Option(help="The role that reads.")] = "",
    password: Annotated[
        str | None,
        typer.Option("--password-from", metavar="VARIABLE", help="The variable that holds the password."),
    ] = None,
    ca: Annotated[
        Path | None, typer.Option(help="The file of a certificate authority that is not public.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Another field: port, tls, driver, fresh_seconds …; repeat it.",
        ),
    ] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Connect a database. It is tested first; its password is kept encrypted by the server.

    answerable connections add shop --dialect postgresql --host db.example.com --database shop
    --username answerable_reader --password-from SHOP_PASSWORD
    """
    body: dict[str, JsonValue] = {"name": name, "dialect": dialect, "database": database, "host": host}
    body["username"] = username
    body.update(map(field_and_value, values or []))
    if password is not None:
        body["password"] = _secret(password)
    if ca is not None:
        body["ca"] = _text(ca)
    with Client.of(find_server(url, key, data_dir)) as client:
        made = client.post(PATH, Connection, body)
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
        return
    typer.echo(f"Connected {made.name} ({made.facts.product}).", err=True)
    _warn(made.facts)
    typer.echo(f"Take its tables in with 'answerable connections refresh {made.name} --all'.", err=True)


@app.command("list")
def list_connections(
    *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the workspace's connections."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = client.get(PATH, Connections, limit=200)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    table = Table("name", "what", "where", "role", "tested", box=None, header_style="bold")
    for item in found.items:
        where = f"{item.config.host}/{item.config.database}" if item.config.host else item.config.database
        table.add_row(
            item.name, item.facts.product, where, item.facts.role.name, f"{item.tested_at:%Y-%m-%d %H:%M}"
        )
    Console().print(table)


@app.command("test")
def try_connection(
    connection: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Test a connection again; the status is 1 when it fails."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, connection)
        facts = client.post(f"{PATH}/{found.id}/test", ConnectionFacts, {})
    if as_json:
        typer.echo(facts.model_dump_json(indent=2))
        return
    typer.echo(f"{found.name} answers: {facts.product}, read as {facts.role.name}.")
    _warn(facts)


@app.command("refresh")
def refresh(
    connection: Named,
    tables: Annotated[
        list[str] | None,
        typer.Argument(help="Tables to take in, as schema.table.", show_default="those known"),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Take in every table that may be read.")] = False,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring the datasets of a connection up to date with its catalogue, or take more tables in.

    Their rows stay where they are. The status is 1 when the import does not go through.
    """
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, connection)
        known = client.get(f"{PATH}/{found.id}/tables", ConnectionTables).items
        wanted = tables or [table.name for table in known if everything or table.dataset_id is not None]
        if not wanted:
            names = ", ".join(table.name for table in known) or "none"
            raise CommandFailed(
                f"no table of {found.name} was taken in yet. Name some, or give --all: {names}."
            )
        for first in range(0, len(wanted), _MOST_AT_ONCE):
            _import(client, found, wanted[first : first + _MOST_AT_ONCE])
        after = client.get(f"{PATH}/{found.id}/tables", ConnectionTables)
    if as_json:
        typer.echo(after.model_dump_json(indent=2))
        return
    shown = Table("table", "columns", "rows (about)", "dataset", box=None, header_style="bold")
    for table in after.items:
        rows = f"{table.rows:,}" if table.rows is not None else "–"
        shown.add_row(table.name, str(len(table.columns)), rows, table.dataset_id or "–")
    Console().print(shown)


@app.command("remove")
def remove(connection: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Remove a connection with its secret and its datasets; the database itself is not touched."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, connection)
        client.delete(f"{PATH}/{found.id}")
    typer.echo(f"{found.name} and its datasets are gone.", err=True)


def _import(client: Client, connection: Connection, names: list[str]) -> None:
    started = client.post(f"{PATH}/{connection.id}/tables", ImportStarted, {"tables": [*names]})
    job = client.get(f"/api/v1/jobs/{started.job.id}", Job)
    while not job.is_over:
        time.sleep(_POLL_SECONDS)
        job = client.get(f"/api/v1/jobs/{started.job.id}", Job)
    if job.status != "succeeded":
        reason = job.error.detail if job.error is not None else f"it was {job.status}."
        raise CommandFailed(f"the tables of {connection.name} were not taken in: {reason}")


def _warn(facts: ConnectionFacts) -> None:
    for warning in facts.warnings:
        typer.echo(f"  {warning}", err=True)


def _find(client: Client, name: str) -> Connection:
    connections = client.get(PATH, Connections, limit=200).items
    found = next((each for each in connections if name in (each.name, each.id)), None)
    if found is None:
        known = ", ".join(each.name for each in connections) or "none"
        raise CommandFailed(f"no connection is called '{name}'. There are: {known}.")
    return found


def _secret(variable: str) -> str:
    """A secret, from a variable: an argument would stand in the list of processes."""
    value = os.environ.get(variable)
    if not value:
        raise CommandFailed(f"the variable {variable} is not set: it should hold the password.")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{path} cannot be read as a certificate in PEM: {error}") from error
