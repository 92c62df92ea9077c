"""`answerable search`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from answerable.cli.client import Client
from answerable.cli.options import AsJson, DataDir, Key, Url, find_server
from answerable.cli.terminal import place
from answerable.cli.wire import Hit, SearchResults

app = typer.Typer()

_SHOWN = 400  # characters of a passage


class Mode(StrEnum):
    """How passages are found: by meaning, by words, or by both."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@app.command("search")
def search(  # noqa: PLR0913 - each is an option of the command
    query: Annotated[str, typer.Argument(help="What to look for.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Passages at most.")] = 5,
    mode: Annotated[
        Mode | None,
        typer.Option(help="By meaning, by words, or by both.", show_default="the tool's, or hybrid"),
    ] = None,
    tool: Annotated[str | None, typer.Option(help="The tool to search by, its name or id.")] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find passages in the documents."""
    body: dict[str, JsonValue] = {"query": query, "limit": limit}
    body |= {name: value for name, value in (("mode", mode), ("tool", tool)) if value is not None}
    with Client.of(find_server(url, key, data_dir)) as client:
        if as_json:
            typer.echo(client.post_raw("/api/v1/search", body).text)
            return
        found = client.post("/api/v1/search", SearchResults, body)
    console = Console()
    for number, hit in enumerate(found.results, 1):
        _print_hit(console, number, hit)
    count = len(found.results)
    summary = f"{count} passage{'s' * (count != 1)}" if count else "No passage found"
    console.print(Text(f"{summary} · {found.latency_ms:.0f} ms", style="dim"))


def _print_hit(console: Console, number: int, hit: Hit) -> None:
    head = Text(f"{number}. ", style="bold cyan")
    head.append(place(hit.title, hit.heading_path, hit.page), style="bold")
    head.append(f"  {hit.score:.3f}", style="dim")
    passage = " ".join(hit.text.split())
    if len(passage) > _SHOWN:
        passage = passage[:_SHOWN].rsplit(" ", 1)[0] + " …"
    console.print(head)
    console.print(Padding(Text(passage), (0, 0, 1, 3)))
