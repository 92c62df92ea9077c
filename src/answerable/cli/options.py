"""Options that several commands share, and what they lead to."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from answerable.cli.credentials import FILE_NAME, default_data_dir, read_credentials
from answerable.cli.failure import CommandFailed

Url = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="ANSWERABLE_URL", help="Address of the server; this machine's own by default."
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", envvar="ANSWERABLE_KEY", help="API key; by default the one kept in the data folder."
    ),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        envvar="ANSWERABLE_DATA_DIR",
        help="Folder of everything that this machine's server keeps, its credentials included.",
        show_default="~/.local/share/answerable",
        file_okay=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]


@dataclass(frozen=True)
class Server:
    """A server and the key to talk to it with."""

    url: str
    key: str


def data_dir_or_default(data_dir: Path | None) -> Path:
    """The folder that the option names, or the user's own."""
    return data_dir if data_dir is not None else default_data_dir()


def url_or_default(url: str | None, data_dir: Path) -> str:
    """The address that the option names, else the one in the credentials file, else the default port."""
    if url is not None:
        return url.rstrip("/")
    credentials = read_credentials(data_dir)
    return credentials.url if credentials else default_url()


def default_url() -> str:
    """The address at which this machine's server listens unless told otherwise."""
    return f"http://127.0.0.1:{os.environ.get('ANSWERABLE_HTTP__PORT', '8765')}"


def find_server(url: str | None, key: str | None, data_dir: Path | None) -> Server:
    """The server to talk to. A kept key goes only to the server that it was made by.

    Raises CommandFailed when there is no key.
    """
    folder = data_dir_or_default(data_dir)
    address = url_or_default(url, folder)
    if key:
        return Server(address, key)
    credentials = read_credentials(folder)
    if credentials is not None and credentials.url == address:
        return Server(address, credentials.key)
    raise CommandFailed(
        f"there is no key for {address} in {folder / FILE_NAME}: give one with --key or ANSWERABLE_KEY, "
        "or make one with 'answerable keys create NAME --email YOU@EXAMPLE.COM'."
    )


def field_and_text(text: str) -> tuple[str, str]:
    """The two sides of FIELD=VALUE. CommandFailed when it is not of that form."""
    field, separator, value = text.partition("=")
    if not separator or not field:
        raise CommandFailed(f"'{text}' is not of the form FIELD=VALUE.")
    return field, value


def field_and_value(text: str) -> tuple[str, JsonValue]:
    """The two sides of FIELD=VALUE; the value is text as it is, unless it is a JSON list, number, true,
    false or null."""
    field, written = field_and_text(text)
    try:
        value: JsonValue = json.loads(written)
    except ValueError:
        return field, written
    return field, value
