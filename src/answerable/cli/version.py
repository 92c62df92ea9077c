"""`answerable version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

app = typer.Typer()


@app.command("version")
def show() -> None:
    """Print the version."""
    try:
        number = version("answerable")
    except PackageNotFoundError:  # a checkout on PYTHONPATH
        number = "from a checkout"
    typer.echo(f"answerable {number} (Python {platform.python_version()})")
