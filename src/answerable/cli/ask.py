"""`answerable ask`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from pydantic import JsonValue, ValidationError
from rich.console import Console

from answerable.chat.asking.answer import Answer
from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed
from answerable.cli.options import AsJson, DataDir, Key, Url, find_server
from answerable.cli.terminal import answer_view

app = typer.Typer()

AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", help="The now that 'last quarter' is counted from.", show_default="the present"),
]


@app.command("ask")
def ask(  # noqa: PLR0913 - each is an option of the command
    question: Annotated[str, typer.Argument(help="The question in plain words.")],
    *,
    as_of: AsOf = None,
    tool: Annotated[
        str | None, typer.Option(help="The RAG tool to answer by, its name or id; documents alone are asked.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL whole, however long.")] = False,
    url: Url = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question in plain words; the answer comes with its evidence.

    --json prints the answer as the server sent it. The status is 0 whenever an answer came, also one
    that abstains or asks back; 'status' in the JSON tells them apart.
    """
    body: dict[str, JsonValue] = {"question": question}
    if as_of is not None:
        body["as_of"] = as_of.isoformat()
    if tool is not None:
        body["tool"] = tool
    console = Console()
    with Client.of(find_server(url, key, data_dir)) as client:
        if as_json:
            typer.echo(client.post_raw("/api/v1/ask", body).text)
            return
        with Console(stderr=True).status("Looking for evidence …"):
            response = client.post_raw("/api/v1/ask", body)
    try:
        answer = Answer.model_validate_json(response.content)
    except ValidationError as error:
        raise CommandFailed(
            "the answer has a shape that this version does not know: see it with --json, "
            "and update this command."
        ) from error
    console.print(answer_view(answer, full_sql=sql))
