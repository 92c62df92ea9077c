"""`answerable keys`: API keys of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from answerable.cli.account import KEYS_PATH, credentials_with, register, sign_in
from answerable.cli.client import Client
from answerable.cli.credentials import write_credentials
from answerable.cli.options import (
    AsJson,
    DataDir,
    Key,
    Url,
    data_dir_or_default,
    find_server,
    url_or_default,
)
from answerable.cli.wire import ApiKeys, NewApiKey, SignedIn

app = typer.Typer(name="keys", help="Create, list and revoke API keys.", no_args_is_help=True)

Email = Annotated[
    str | None,
    typer.Option("--email", help="Sign in as this person; without it, the key in use makes the new one."),
]
Register = Annotated[bool, typer.Option("--register", help="With --email: make the account first.")]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", help="What the key may do; repeat it for more. Everything by default."),
]
Expires = Annotated[datetime | None, typer.Option("--expires", help="When the key ends; never by default.")]
Save = Annotated[
    bool, typer.Option(help="With --email: keep the key in the data folder for the commands of this machine.")
]


@dataclass(frozen=True)
class _Maker:
    """Who makes a key: `person` when somebody signed in for it."""

    url: str
    token: str
    person: SignedIn | None = None


@app.command("create")
def create(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    *,
    scopes: Scopes = None,
    expires: Expires = None,
    email: Email = None,
    registers: Register = False,
    save: Save = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Create an API key and print it, once.

    With --email it asks for the password (or takes ANSWERABLE_PASSWORD), and the new key becomes the one
    that this machine's other commands use.
    """
    folder = data_dir_or_default(data_dir)
    body: dict[str, JsonValue] = {"name": name}
    if scopes:
        body["scopes"] = list(scopes)
    if expires is not None:
        body["expires_at"] = expires.astimezone().isoformat()
    if email is None:
        server = find_server(url, key, data_dir)
        maker = _Maker(server.url, server.key)
    else:
        maker = _signed_in(url_or_default(url, folder), email, registers=registers)
    with Client(maker.url, maker.token) as client:
        made = client.post(KEYS_PATH, NewApiKey, body)
    if maker.person is not None and save:
        path = write_credentials(folder, credentials_with(maker.url, maker.person, made))
        typer.echo(f"Kept in {path}", err=True)
    typer.echo(made.model_dump_json(exclude_unset=True) if as_json else made.key)


def _signed_in(url: str, email: str, *, registers: bool) -> _Maker:
    password = typer.prompt(f"Password of {email}", hide_input=True, confirmation_prompt=registers, err=True)
    person = (register if registers else sign_in)(url, email, password)
    return _Maker(url, person.access_token, person)


@app.command("list")
def list_keys(
    *,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the workspace's API keys."""
    with Client.of(find_server(url, key, data_dir)) as client:
        keys = client.get(KEYS_PATH, ApiKeys, limit=200)
    if as_json:
        typer.echo(keys.model_dump_json(indent=2))
        return
    table = Table("id", "name", "key", "last used", "ends", box=None, header_style="bold")
    for item in keys.items:
        table.add_row(item.id, item.name, f"{item.prefix}…", _day(item.last_used_at), _day(item.expires_at))
    Console().print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as 'keys list' shows it.")],
    *,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Revoke an API key: its next request is refused."""
    with Client.of(find_server(url, key, data_dir)) as client:
        client.delete(f"{KEYS_PATH}/{key_id}")
    typer.echo(f"Revoked {key_id}", err=True)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "–"
