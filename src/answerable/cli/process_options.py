"""Options of the commands that run this machine's processes, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from answerable.cli.failure import CommandFailed
from answerable.kit.settings import Settings

Host = Annotated[
    str | None,
    typer.Option("--host", help="Address to listen on.", show_default="ANSWERABLE_HTTP__HOST or 127.0.0.1"),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", min=1, max=65535, help="Port to listen on.", show_default="ANSWERABLE_HTTP__PORT or 8765"
    ),
]


def load_settings(
    data_dir: Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    web: int | None = None,
    workers: int | None = None,
) -> Settings:
    """Settings from the environment, then the options over them; CommandFailed names a wrong one."""
    http = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    given = {
        "data_dir": data_dir,
        "http": http or None,
        "web_processes": web,
        "worker_processes": workers,
    }
    try:
        # The library reads the environment for what is not given and checks the types itself.
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "ANSWERABLE_" + "__".join(str(part) for part in first["loc"]).upper()
        raise CommandFailed(f"the setting {name} is wrong: {first['msg']}") from error
