"""`answerable keys`: API keys of a workspace."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from answerable.cli.account import KEYS_PATH, Person, credentials_of, make_key, register, sign_in
from answerable.cli.client import Client
from answerable.cli.credentials import read_credentials, write_credentials
from answerable.cli.failure import CommandFailed
from answerable.cli.options import (
    AsJson,
    DataDir,
    Key,
    Url,
    data_dir_or_default,
    find_server,
    url_or_default,
)
from answerable.cli.wire import ApiKeys

app = typer.Typer(name="keys", help="Create, list and revoke API keys.", no_args_is_help=True)

Email = Annotated[
    str | None,
    typer.Option("--email", help="Sign in as this person; by default the one whose key is kept here."),
]
Register = Annotated[bool, typer.Option("--register", help="With --email: make the account first.")]
Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        help="What the key may do; repeat it for more.",
        show_default="all but managing people, keys, limits and models",
    ),
]
Expires = Annotated[
    datetime | None, typer.Option("--expires", help="When the key ends.", show_default="never")
]
Save = Annotated[
    bool, typer.Option(help="With --email: keep the key in the data folder for the commands of this machine.")
]


@dataclass(frozen=True)
class _Authority:
    """In whose name keys are made: `person` is None for a key that may do so."""

    url: str
    token: str
    person: Person | None = None


@app.command("create")
def create(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    *,
    scopes: Scopes = None,
    expires: Expires = None,
    budget_day: Annotated[
        float | None, typer.Option(min=0, help="US dollars that it may spend a day.", show_default="no bound")
    ] = None,
    budget_month: Annotated[
        float | None,
        typer.Option(min=0, help="US dollars that it may spend a month.", show_default="no bound"),
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=0, help="Calls of models a minute.", show_default="no bound")
    ] = None,
    tokens_per_minute: Annotated[
        int | None,
        typer.Option(min=0, help="Tokens in and out a minute.", show_default="no bound"),
    ] = None,
    concurrent: Annotated[
        int | None, typer.Option(min=0, help="Calls of models at once.", show_default="no bound")
    ] = None,
    email: Email = None,
    registers: Register = False,
    save: Save = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Create an API key and print it, once.

    A person signs in for it: the password is asked for, or taken from ANSWERABLE_PASSWORD. With --email the
    new key becomes the one that this machine's other commands use.
    """
    folder = data_dir_or_default(data_dir)
    body: dict[str, JsonValue] = {"name": name}
    if scopes:
        body["scopes"] = list(scopes)
    if expires is not None:
        body["expires_at"] = expires.astimezone().isoformat()
    body["budgets"] = [
        {"period": period, "limit_usd": usd}
        for period, usd in (("day", budget_day), ("month", budget_month))
        if usd is not None
    ]
    counts = {"requests": requests_per_minute, "tokens": tokens_per_minute, "concurrent": concurrent}
    body["limits"] = [
        {"measure": measure, "limit": most} for measure, most in counts.items() if most is not None
    ]
    authority = _authority(url, key, email, folder, registers=registers)
    kept = email is not None and authority.person is not None and save
    if kept and authority.person is not None and not (scopes or body["budgets"] or body["limits"]):
        body |= authority.person.key_scopes
    made = make_key(authority.url, authority.token, body)
    if kept and authority.person is not None:
        path = write_credentials(folder, credentials_of(authority.url, authority.person, made))
        typer.echo(f"Kept in {path}", err=True)
    typer.echo(made.model_dump_json(exclude_unset=True) if as_json else made.key)


def _authority(
    url: str | None, key: str | None, email: str | None, folder: Path, *, registers: bool = False
) -> _Authority:
    """Who may make and revoke keys here: a key that was given, else a person who signs in."""
    address = url_or_default(url, folder)
    if key is not None and email is None:
        return _Authority(address, key)
    kept = read_credentials(folder)
    known = kept if kept is not None and kept.url == address and email in (None, kept.email) else None
    who = email or (known.email if known else None)
    if who is None:
        raise CommandFailed("nobody is known here: say who you are with --email, or give a key with --key.")
    password = os.environ.get("ANSWERABLE_PASSWORD") or (known.password if known else None)
    if password is None:
        password = typer.prompt(
            f"Password of {who}", hide_input=True, confirmation_prompt=registers, err=True
        )
    person = (register if registers else sign_in)(address, who, str(password))
    return _Authority(address, person.token, person)


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
    table = Table("id", "name", "key", "last used", "ends", "spent", box=None, header_style="bold")
    for item in keys.items:
        spent = ", ".join(
            f"{each.spent_usd:g} of {each.limit_usd:g} $/{each.period}" for each in item.budgets
        )
        days = _day(item.last_used_at), _day(item.expires_at)
        table.add_row(item.id, item.name, f"{item.prefix}…", *days, spent or "–")
    Console().print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as 'keys list' shows it.")],
    *,
    email: Email = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Revoke an API key: its next request is refused."""
    authority = _authority(url, key, email, data_dir_or_default(data_dir))
    with Client(authority.url, authority.token) as client:
        client.delete(f"{KEYS_PATH}/{key_id}")
    typer.echo(f"Revoked {key_id}", err=True)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else "–"
