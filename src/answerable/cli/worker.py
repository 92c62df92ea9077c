"""`answerable worker`."""

from __future__ import annotations

import typer

from answerable.api.processes import run_worker
from answerable.cli.database import app_url
from answerable.cli.model_file import check_model_file
from answerable.cli.options import DataDir
from answerable.cli.process_options import load_settings

app = typer.Typer()


@app.command("worker")
def worker(*, data_dir: DataDir = None) -> None:
    """Run one worker process against ANSWERABLE_DATABASE_URL or a running embedded PostgreSQL."""
    settings = load_settings(data_dir)
    check_model_file(settings)
    run_worker(settings, app_url(settings))
