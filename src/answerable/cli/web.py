"""`answerable web`."""

from __future__ import annotations

import errno
import signal
import sys
from types import FrameType

import typer

from answerable.api.processes import listen, run_web
from answerable.cli.database import app_url
from answerable.cli.failure import CommandFailed
from answerable.cli.model_file import check_model_file
from answerable.cli.options import DataDir
from answerable.cli.process_options import Host, Port, load_settings

app = typer.Typer()


@app.command("web")
def web(*, host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Run one web process against ANSWERABLE_DATABASE_URL or a running embedded PostgreSQL."""
    settings = load_settings(data_dir, host=host, port=port)
    check_model_file(settings)
    database_url = app_url(settings)
    try:
        listener = listen(settings.http.host, settings.http.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise CommandFailed(f"port {settings.http.port} is taken: choose another with --port.") from error
    # The server raises the signal again once it has drained; for a process manager that is a clean end.
    signal.signal(signal.SIGTERM, _end_cleanly)
    run_web(settings, database_url, listener)


def _end_cleanly(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(0)
