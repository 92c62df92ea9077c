"""`answerable semantics`: the semantic model in the formats of other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, field_and_text, find_server
from answerable.cli.wire import ImportRemark, ModelImport, SemanticModelId, SemanticModelIds

PATH = "/api/v1/semantic-models"
_MOST_FILES = 50

app = typer.Typer(
    name="semantics", help="Take in and give out the semantic model, as Ossie or dbt.", no_args_is_help=True
)


class Format(StrEnum):
    """The formats that are spoken."""

    OSSIE = "ossie"
    DBT = "dbt"


@app.command("import")
def take_in(
    files: Annotated[list[Path], typer.Argument(help="YAML or JSON files, or folders of them.")],
    *,
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--table", metavar="NAME=DATASET", help="Which dataset a table of the files is; repeat it."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Merge a model of Apache Ossie or dbt into the workspace's.

    Says what changed and, with file and line, what could not be taken. Expressions are read, never run.
    """
    texts: list[JsonValue] = [{"name": str(path), "content": _text(path)} for path in _files(files)]
    mapping: dict[str, JsonValue] = dict(map(field_and_text, tables or []))
    body: dict[str, JsonValue] = {"files": texts, "tables": mapping, "dry_run": dry_run}
    with Client.of(find_server(url, key, data_dir)) as client:
        done = client.post(f"{PATH}/{_model(client).id}/import", ModelImport, body)
    if as_json:
        typer.echo(done.model_dump_json(indent=2))
        return
    for change in done.changes:
        typer.echo(f"{change.change} {change.part} {change.name}: {', '.join(change.after) or 'all of it'}")
    for title, remarks in (("left out", done.left_out), ("note", done.notes)):
        _say(title, remarks)
    verb = "would change" if dry_run else "changed"
    typer.echo(f"{len(done.changes)} parts {verb}; {len(done.left_out)} left out.", err=True)


@app.command("export")
def give_out(
    wanted: Annotated[Format, typer.Argument(metavar="FORMAT", help="ossie or dbt.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="standard output")
    ] = None,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Write the model as Apache Ossie or dbt semantic models; comments on top say what is left out."""
    with Client.of(find_server(url, key, data_dir)) as client:
        text = client.get_raw(f"{PATH}/{_model(client).id}/export", format=wanted.value).text
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandFailed(f"{output} cannot be written: {error}") from error


def _model(client: Client) -> SemanticModelId:
    items = client.get(PATH, SemanticModelIds).items
    if not items:
        raise CommandFailed("the workspace has no tables yet. Upload some with 'answerable ingest'.")
    return items[0]


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                p for p in path.rglob("*") if p.suffix in (".yml", ".yaml", ".json") and p.is_file()
            )
        else:
            found.append(path)
    if not found or len(found) > _MOST_FILES:
        raise CommandFailed(f"{len(found)} files were found; give between 1 and {_MOST_FILES}.")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{path} cannot be read: {error}") from error


def _say(title: str, remarks: list[ImportRemark]) -> None:
    for each in remarks:
        place = f"{each.file}:{each.line}: " if each.file else ""
        typer.echo(f"{place}{title}: {each.kind} {each.name}: {each.reason}")
