"""`answerable providers`: where models come from."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, find_server
from answerable.cli.wire import Provider, ProviderCheck, Providers

PATH = "/api/v1/providers"

app = typer.Typer(
    name="providers", help="Add, list, check and remove providers of models.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(metavar="NAME", help="The provider's name or id.")]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        help="A model, or NAME=UPSTREAM where the provider calls it something else, or a beginning with *; "
        "repeat it for more.",
    ),
]
KeyVariable = Annotated[
    str | None,
    typer.Option("--key-variable", help="Variable that holds the provider's key.", show_default="asked for"),
]


@app.command("add")
def add(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[str, typer.Argument(help="What to call it: lower-case letters, digits, - and _.")],
    *,
    kind: Annotated[str, typer.Option(help="Its protocol: openai, anthropic, gemini, or a plugin's.")],
    base_url: Annotated[
        str | None,
        typer.Option(help="Its address, with its path.", show_default="the kind's usual one"),
    ] = None,
    models: Models = None,
    key_variable: KeyVariable = None,
    has_key: Annotated[bool, typer.Option("--with-key/--without-key", help="Whether it wants a key.")] = True,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a provider to the workspace. Its key is asked for, and kept encrypted by the server.

    An OpenAI-compatible server of yours: --kind openai --base-url http://host:8000/v1 --without-key.
    """
    server = find_server(url, key, data_dir)
    body: dict[str, JsonValue] = {
        "name": name,
        "kind": kind,
        "models": [_model(each) for each in models or []],
    }
    if base_url is not None:
        body["base_url"] = base_url
    if has_key:
        body["api_key"] = _provider_key(name, key_variable)
    with Client.of(server) as client:
        made = client.post(PATH, Provider, body)
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
        return
    typer.echo(f"Added {made.name}. Try it with 'answerable providers check {made.name}'.", err=True)


@app.command("list")
def list_providers(
    *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the workspace's own providers."""
    with Client.of(find_server(url, key, data_dir)) as client:
        providers = client.get(PATH, Providers, limit=200)
    if as_json:
        typer.echo(providers.model_dump_json(indent=2))
        return
    table = Table("name", "kind", "base URL", "key", "models", box=None, header_style="bold")
    for item in providers.items:
        ending = f"…{item.key_ending}" if item.key_ending else "kept" if item.has_key else "–"
        names = ", ".join(model.name for model in item.models)
        table.add_row(item.name, item.kind, item.base_url, ending, names or "–")
    Console().print(table)


@app.command("check")
def check(
    provider: Named,
    *,
    model: Annotated[str | None, typer.Option(help="Try this model alone.")] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask each model of a provider for one word, and say what is wrong. Costs a few tokens."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, provider)
        body: dict[str, JsonValue] = {} if model is None else {"model": model}
        outcome = client.post(f"{PATH}/{found.id}/check", ProviderCheck, body)
    if as_json:
        typer.echo(outcome.model_dump_json(indent=2))
    else:
        table = Table("model", "answer", "what to do", box=None, header_style="bold")
        for each in outcome.models:
            state = f"{each.latency_ms:.0f} ms" if each.ok else f"wrong: {each.problem}"
            table.add_row(each.model, state, each.detail or "–")
        Console().print(table)
    wrong = [each.model for each in outcome.models if not each.ok]
    if wrong:
        raise CommandFailed(f"{found.name} does not answer for {', '.join(wrong)}.")


@app.command("remove")
def remove(provider: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Remove a provider with its key and models, unless an alias leads there."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, provider)
        client.delete(f"{PATH}/{found.id}")
    typer.echo(f"Removed {found.name}", err=True)


def _find(client: Client, name: str) -> Provider:
    providers = client.get(PATH, Providers, limit=200).items
    found = next((each for each in providers if name in (each.name, each.id)), None)
    if found is None:
        known = ", ".join(each.name for each in providers) or "none"
        raise CommandFailed(f"no provider is called '{name}'. There are: {known}.")
    return found


def _model(text: str) -> JsonValue:
    name, separator, upstream = text.partition("=")
    return {"name": name, "upstream_name": upstream} if separator else {"name": name}


def _provider_key(name: str, variable: str | None) -> str:
    """The key, from a variable or asked for: an argument would stand in the list of processes."""
    if variable is None:
        return str(typer.prompt(f"Key of {name}", hide_input=True, err=True))
    value = os.environ.get(variable)
    if not value:
        raise CommandFailed(f"the variable {variable} is not set: it should hold the key of {name}.")
    return value
