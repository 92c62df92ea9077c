"""`answerable tools`: named settings of search and answering."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.console import Console
from rich.table import Table

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, field_and_value, find_server
from answerable.cli.wire import Tool, ToolDefaults, Tools, ToolTrial, ToolVersions

PATH = "/api/v1/tools"
_SHOWN = 70  # characters of a passage

app = typer.Typer(
    name="tools", help="Make, change, try and roll back retrieval and RAG tools.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(metavar="NAME", help="The tool's name or id.")]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="mode, k, threshold, rerank, filters, source_ids, document_ids; RAG: model, prompt, "
        "least_confidence; repeat it.",
    ),
]
Description = Annotated[str, typer.Option(help="What it is for.")]


class Kind(StrEnum):
    """retrieval finds passages, rag answers from them."""

    RETRIEVAL = "retrieval"
    RAG = "rag"


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What to call it; searches and questions name it so.")],
    *,
    kind: Annotated[Kind, typer.Option(help="retrieval finds, rag answers.")] = Kind.RETRIEVAL,
    description: Description = "",
    values: Values = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Make a tool: answerable tools create policies --kind rag --set k=5 --set threshold=0.4"""
    body: dict[str, JsonValue] = {
        "name": name,
        "kind": kind.value,
        "description": description,
        "configuration": _configuration(values),
    }
    with Client.of(find_server(url, key, data_dir)) as client:
        made = client.post(PATH, Tool, body)
    typer.echo(f"Made {made.name}, version {made.version}.", err=True)


@app.command("list")
def list_tools(
    *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List the workspace's tools; * marks its defaults."""
    with Client.of(find_server(url, key, data_dir)) as client:
        tools = client.get(PATH, Tools, limit=200)
        defaults = client.get(f"{PATH}/defaults", ToolDefaults)
    if as_json:
        typer.echo(tools.model_dump_json(indent=2))
        return
    table = Table("name", "kind", "version", "default", "description", box=None, header_style="bold")
    for tool in tools.items:
        marks = [
            use for use, chosen in (("search", defaults.search), ("ask", defaults.ask)) if chosen == tool.id
        ]
        table.add_row(tool.name, tool.kind, str(tool.version), ", ".join(marks) or "–", tool.description)
    Console().print(table)


@app.command("show")
def show(tool: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Print what a tool sets, as JSON."""
    with Client.of(find_server(url, key, data_dir)) as client:
        typer.echo(_find(client, tool).model_dump_json(indent=2))


@app.command("change")
def change(
    tool: Named,
    *,
    values: Values = None,
    description: Annotated[str | None, typer.Option(help="What it is for.", show_default="as it was")] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Give a tool a new version in which these fields differ; null sets one back."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, tool)
        given = {**found.configuration, **_configuration(values)}
        kept: dict[str, JsonValue] = {name: value for name, value in given.items() if value is not None}
        body: dict[str, JsonValue] = {
            "description": found.description if description is None else description,
            "configuration": kept,
        }
        changed = client.put(f"{PATH}/{found.id}", Tool, body)
    typer.echo(f"{changed.name} is at version {changed.version}.", err=True)


@app.command("versions")
def versions(
    tool: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """List a tool's versions with what each changed."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = client.get(f"{PATH}/{_find(client, tool).id}/versions", ToolVersions, limit=200)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    table = Table("version", "made", "changed", "description", box=None, header_style="bold")
    older: dict[str, JsonValue] = {}
    rows = []
    for item in reversed(found.items):
        changed = ", ".join(
            f"{name}={value}" for name, value in item.configuration.items() if older.get(name) != value
        )
        back = f"back to {item.restored_from}" if item.restored_from is not None else changed
        rows.append((str(item.version), f"{item.created_at:%Y-%m-%d %H:%M}", back or "–", item.description))
        older = item.configuration
    for row in reversed(rows):
        table.add_row(*row)
    Console().print(table)


@app.command("rollback")
def roll_back(
    tool: Named,
    version: Annotated[int, typer.Argument(min=1, help="The version to go back to.")],
    *,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Give a tool a new version that sets what an old one did."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, tool)
        changed = client.post(f"{PATH}/{found.id}/rollback", Tool, {"version": version})
    typer.echo(f"{changed.name} is at version {changed.version}, as version {version} was.", err=True)


@app.command("test")
def try_out(
    tool: Named,
    query: Annotated[str, typer.Argument(help="What to look for, or to ask.")],
    *,
    values: Values = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what a tool does with a question, every passage's score in every stage. Fields given with --set
    are tried without being saved."""
    body: dict[str, JsonValue] = {"query": query}
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, tool)
        if values:
            given = {**found.configuration, **_configuration(values)}
            body["configuration"] = {name: value for name, value in given.items() if value is not None}
        response = client.post_raw(f"{PATH}/{found.id}/test", body)
    if as_json:
        typer.echo(response.text)
        return
    _print_trial(ToolTrial.model_validate_json(response.content))


@app.command("default")
def choose(
    *,
    search: Annotated[str | None, typer.Option(help="The tool for searches; 'none' for none.")] = None,
    ask: Annotated[str | None, typer.Option(help="The RAG tool for questions; 'none' for none.")] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Choose the tools that searches and questions go by which name none."""
    with Client.of(find_server(url, key, data_dir)) as client:
        present = client.get(f"{PATH}/defaults", ToolDefaults)
        body: dict[str, JsonValue] = {
            "search": _chosen(search, present.search),
            "ask": _chosen(ask, present.ask),
        }
        chosen = client.put(f"{PATH}/defaults", ToolDefaults, body)
        names = {tool.id: tool.name for tool in client.get(PATH, Tools, limit=200).items}
    typer.echo(f"search: {names.get(chosen.search or '', 'none')}")
    typer.echo(f"ask: {names.get(chosen.ask or '', 'none')}")


@app.command("delete")
def delete(tool: Named, *, url: Url = None, key: Key = None, data_dir: DataDir = None) -> None:
    """Delete a tool with its versions."""
    with Client.of(find_server(url, key, data_dir)) as client:
        found = _find(client, tool)
        client.delete(f"{PATH}/{found.id}")
    typer.echo(f"Deleted {found.name}.", err=True)


def _print_trial(trial: ToolTrial) -> None:
    console = Console()
    table = Table("", "score", "dense", "lexical", "fused", "title", "passage", box=None, header_style="bold")
    for number, result in enumerate(trial.results, 1):
        stages = (result.stages.dense, result.stages.lexical, result.stages.fused)
        cells = [f"{stage.score:.3f} #{stage.rank}" if stage is not None else "–" for stage in stages]
        passage = " ".join(result.text.split())[:_SHOWN]
        style = None if result.kept else "dim"
        table.add_row(str(number), f"{result.score:.3f}", *cells, result.title, passage, style=style)
    console.print(table)
    if trial.answer is not None:
        line = f"confidence {trial.answer.confidence:.2f}, line {trial.answer.least_confidence:.2f}"
        console.print(f"abstains: {line}" if trial.answer.abstained else f"answers: {line}", style="bold")
        for quote in trial.answer.quotes:
            console.print(f"  {quote.score:.2f}  “{' '.join(quote.quote.split())}”", markup=False)
    console.print(f"{trial.mode} · {trial.search_ms:.0f} ms", style="dim")


def _find(client: Client, name: str) -> Tool:
    tools = client.get(PATH, Tools, limit=200).items
    found = next((each for each in tools if name in (each.name, each.id)), None)
    if found is None:
        known = ", ".join(each.name for each in tools) or "none"
        raise CommandFailed(f"no tool is called '{name}'. There are: {known}.")
    return found


def _configuration(values: list[str] | None) -> dict[str, JsonValue]:
    return dict(field_and_value(text) for text in values or [])


def _chosen(wanted: str | None, present: str | None) -> str | None:
    if wanted is None:
        return present
    return None if wanted == "none" else wanted
