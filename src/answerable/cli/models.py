"""`answerable models`: the embedding model on this machine, and the models that can be called."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import httpx
import typer
from huggingface_hub.constants import ENDPOINT
from huggingface_hub.errors import HfHubHTTPError
from rich.console import Console
from rich.table import Table

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, data_dir_or_default, find_server
from answerable.cli.process_options import load_settings
from answerable.cli.search_models import search_models
from answerable.cli.wire import ModelListed, ModelsListed
from answerable.knowledge.embedding.errors import DamagedWeights
from answerable.knowledge.embedding.pull import pull_model
from answerable.knowledge.embedding.weights import MODEL_NAME

app = typer.Typer(name="models", help="List the models; pull the one for embeddings.", no_args_is_help=True)


@app.command("list")
def list_models(
    *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the models that search uses (encoder and reranker, as the settings name them), and the names that
    the workspace may call.

    The latter come from a running server; without a key for one they are left out.
    """
    of_search = search_models(load_settings(data_dir))
    configured = _configured(url, key, data_dir)
    if as_json:
        rows = [asdict(each) for each in of_search]
        rows += [each.model_dump(mode="json") for each in configured]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("model", "leads to", "can", "per M tokens", "state", box=None, header_style="bold")
    for found in of_search:
        table.add_row(found.name, found.place or "–", found.purpose, "–", found.state)
    for each in configured:
        targets = ", ".join(f"{target.provider}/{target.model}" for target in each.targets)
        price = f"${each.price.input_per_mtok:g} / ${each.price.output_per_mtok:g}" if each.price else "–"
        able = ", ".join(each.capabilities)
        table.add_row(each.name, targets or "–", able, price, "ready" if each.available else "not now")
    Console().print(table)


def _configured(url: str | None, key: str | None, data_dir: Path | None) -> list[ModelListed]:
    """The names that the workspace may call; none, and a line on standard error, when no server can be
    asked."""
    found: list[ModelListed] = []
    cursor: str | None = None
    try:
        with Client.of(find_server(url, key, data_dir)) as client:
            while True:
                more = {} if cursor is None else {"cursor": cursor}
                page = client.get("/api/v1/models", ModelsListed, limit=200, **more)
                found += page.items
                cursor = page.next_cursor
                if cursor is None:
                    return found
    except CommandFailed as failure:
        if url is not None or key is not None:
            raise
        typer.echo(f"Only the models of search are listed: {failure}", err=True)
        return []


@app.command("pull")
def pull(
    *,
    endpoint: Annotated[
        str | None, typer.Option(help="Address of a mirror of the hub.", envvar="HF_ENDPOINT")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Fetch the embedding model from the Hugging Face hub, check it and convert it."""
    folder = data_dir_or_default(data_dir)
    hub = endpoint or ENDPOINT
    try:
        # The hub's client retries for half a minute before it says that nobody is there.
        httpx.head(hub, timeout=10)
        with Console(stderr=True).status(f"Fetching {MODEL_NAME} (about 90 MB) …"):
            converted = pull_model(folder, endpoint=endpoint)
    except DamagedWeights as error:
        raise CommandFailed(str(error)) from error
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise CommandFailed(
            f"the model cannot be fetched from {hub}: {error}. Check the network, or set HF_ENDPOINT."
        ) from error
    typer.echo(f"{MODEL_NAME} is ready in {converted}")
