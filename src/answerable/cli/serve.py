"""`answerable serve`."""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import psycopg
import typer
from alembic.util.exc import CommandError

from answerable.api.supervisor import MigrationFailed, Supervisor
from answerable.cli.database import wrong_revision
from answerable.cli.failure import CommandFailed
from answerable.cli.model_file import check_model_file
from answerable.cli.options import DataDir
from answerable.cli.process_options import Host, Port, load_settings
from answerable.kit.postgres import ClusterError
from answerable.kit.postgres.binaries import BinariesMissing
from answerable.kit.settings import Settings

app = typer.Typer()


@app.command("serve")
def serve(
    *,
    web: Annotated[int | None, typer.Option(min=0, help="Web processes.", show_default="1")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="Worker processes.", show_default="1")] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Start everything: PostgreSQL, migrations, web and worker processes. Ctrl-C stops all of it.

    Without ANSWERABLE_DATABASE_URL the embedded PostgreSQL runs in the data folder.
    """
    settings = load_settings(data_dir, host=host, port=port, web=web, workers=workers)
    check_model_file(settings)
    address = f"http://{settings.http.host}:{settings.http.port}"
    supervisor = Supervisor(
        settings, on_ready=lambda: typer.echo(f"Answerable listens on {address}", err=True)
    )
    raise typer.Exit(run_supervisor(supervisor, settings))


def run_supervisor(supervisor: Supervisor, settings: Settings) -> int:
    """Runs it to its end; returns the exit status. CommandFailed says why it cannot start."""
    try:
        return supervisor.run()
    except (ClusterError, BinariesMissing, MigrationFailed) as error:
        raise CommandFailed(str(error)) from error
    except CommandError as error:
        raise CommandFailed(wrong_revision(error)) from error
    except psycopg.OperationalError as error:
        raise CommandFailed(f"PostgreSQL does not answer: {error} Check ANSWERABLE_DATABASE_URL.") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandFailed(
                f"port {settings.http.port} is taken: is Answerable running already? "
                "Choose another with --port."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC):
            raise CommandFailed(
                f"{error.strerror}: {error.filename or settings.data_dir}. Run 'answerable doctor'."
            ) from error
        raise
    finally:
        sys.stderr.flush()
