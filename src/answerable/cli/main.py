"""The command `answerable`.

Only the command that is called is imported, so that a quick one does not pay for a heavy one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

import typer

from answerable.cli.failure import CommandFailed


@dataclass(frozen=True)
class _Entry:
    """Where a command lives: a module under `answerable.cli` with an `app`, and its line in the help."""

    module: str
    summary: str


_COMMANDS = {
    "serve": _Entry("serve", "Start everything: PostgreSQL, web and worker processes."),
    "demo": _Entry("demo.command", "Start everything with a sample company to ask about."),
    "ask": _Entry("ask", "Ask a question in plain words."),
    "search": _Entry("search", "Find passages in the documents."),
    "ingest": _Entry("ingest.command", "Upload documents and tables, from files and folders."),
    "sources": _Entry("sources", "Add, list, sync and remove sources of documents."),
    "connections": _Entry("connections", "Connect databases, and ask where their rows lie."),
    "semantics": _Entry("semantics", "Take in and give out the semantic model, as Ossie or dbt."),
    "tools": _Entry("tools", "Make, change, try and roll back retrieval and RAG tools."),
    "keys": _Entry("keys", "Create, list and revoke API keys."),
    "models": _Entry("models", "List the models, and pull the one for embeddings."),
    "providers": _Entry("providers", "Add, list, check and remove providers of models."),
    "usage": _Entry("usage", "Show what model calls used and cost."),
    "warehouse": _Entry("warehouse", "Write the tables that the data warehouse lacks."),
    "verify": _Entry("verify.command", "Prove that nothing is kept without its owner."),
    "doctor": _Entry("doctor.command", "Check the installation and say what to do."),
    "web": _Entry("web", "Run one web process, under a process manager of yours."),
    "worker": _Entry("worker", "Run one worker process, under a process manager of yours."),
    "migrate": _Entry("migrate", "Bring the database up to date."),
    "version": _Entry("version", "Print the version."),
}


class _HasApp(Protocol):
    app: typer.Typer


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command line (this process's own by default) and exits with its status.

    A failure that a command foresaw becomes one line on standard error and status 1.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _surface(words[0] if words else "")(words, prog_name="answerable")
    except CommandFailed as failure:
        line = " ".join(str(failure).split())
        typer.echo(f"answerable: {line}", err=True)
        sys.exit(1)


def _surface(called: str) -> typer.Typer:
    """All commands: the one that is called with its imports, the others as their line in the help."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_about)
    for name, entry in _COMMANDS.items():
        if name == called:
            app.add_typer(cast(_HasApp, import_module(f"answerable.cli.{entry.module}")).app)
        else:
            app.command(name, help=entry.summary)(_about)
    return app


def _about() -> None:
    """Answers with evidence, from your documents and tables."""


if __name__ == "__main__":
    main()
