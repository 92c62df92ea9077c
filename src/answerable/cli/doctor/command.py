"""The command `answerable doctor`."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answerable.cli.doctor.connections import check_connections
from answerable.cli.doctor.database import check_database
from answerable.cli.doctor.environment import check_environment
from answerable.cli.doctor.finding import Finding, Level
from answerable.cli.doctor.machine import (
    check_credentials,
    check_data_dir,
    check_disk,
    check_open_files,
    check_port,
    check_processors,
    check_python,
    check_sandbox,
    sandbox_features,
)
from answerable.cli.doctor.models import check_models
from answerable.cli.doctor.plugins import check_plugins
from answerable.cli.doctor.stores import check_stores
from answerable.cli.doctor.warehouse import check_warehouse
from answerable.cli.doctor.weights import check_encoder, check_reranker
from answerable.cli.options import AsJson, DataDir
from answerable.cli.process_options import Port, load_settings
from answerable.kit.settings import Settings

_STYLE = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}

app = typer.Typer()


@app.command("doctor")
def doctor(*, port: Port = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Check the installation and say what to do about each thing that is wrong.

    The status is 1 when something does not work; warnings leave it at 0.
    """
    findings = examine(load_settings(data_dir, port=port))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        Console().print(_report(findings))
    failed = [finding.subject for finding in findings if finding.level is Level.FAIL]
    if failed:
        typer.echo(f"answerable: not in order: {', '.join(failed)}", err=True)
        raise typer.Exit(1)


def examine(settings: Settings) -> list[Finding]:
    """All findings about this machine with these settings."""
    version = sys.version_info
    return [
        check_python((version.major, version.minor, version.micro), platform.python_implementation()),
        check_environment(os.environ),
        check_processors(),
        check_open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
        check_disk(settings.data_dir),
        check_data_dir(settings.data_dir),
        check_credentials(settings.data_dir),
        *check_database(settings),
        *check_plugins(settings.plugins.allowed),
        check_encoder(settings.search, settings.data_dir),
        *check_reranker(settings.search.reranker),
        *check_stores(settings.search),
        check_models(settings),
        *check_connections(settings),
        *check_warehouse(settings),
        check_port(settings.http),
        check_sandbox(*sandbox_features()),
    ]


def _report(findings: Sequence[Finding]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        text = Text(finding.detail)
        if finding.advice:
            text.append(f"\n→ {finding.advice}", style="cyan")
        table.add_row(Text(finding.level.value, style=_STYLE[finding.level]), finding.subject, text)
    return table
