"""`answerable models`: the embedding model on this machine."""

from __future__ import annotations

import json
from typing import Annotated

import httpx
import typer
from huggingface_hub.constants import ENDPOINT
from huggingface_hub.errors import HfHubHTTPError
from rich.console import Console
from rich.table import Table

from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, data_dir_or_default
from answerable.knowledge.embedding.errors import DamagedWeights
from answerable.knowledge.embedding.pull import pull_model
from answerable.knowledge.embedding.weights import MODEL_NAME, WEIGHTS_SHA256, find_weights, is_available

app = typer.Typer(name="models", help="List and pull the embedding model.", no_args_is_help=True)


@app.command("list")
def list_models(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the embedding models and where their weights are."""
    folder = data_dir_or_default(data_dir)
    weights = find_weights(folder)
    state = "ready" if is_available(folder) else "missing: run 'answerable models pull'"
    row = {
        "name": MODEL_NAME,
        "state": state,
        "weights": str(weights) if weights else None,
        "sha256": WEIGHTS_SHA256,
    }
    if as_json:
        typer.echo(json.dumps([row], indent=2))
        return
    table = Table("model", "state", "weights", box=None, header_style="bold")
    table.add_row(MODEL_NAME, state, row["weights"] or "–")
    Console().print(table)


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
