"""The command line as a person runs it, inside this process."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from answerable.cli.main import main


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    output: str
    errors: str


def run(*words: object) -> Finished:
    """Runs `answerable WORDS…` to its end."""
    output, errors = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            main([str(word) for word in words])
        except SystemExit as ending:
            status = ending.code if isinstance(ending.code, int) else 1
    return Finished(status, output.getvalue(), errors.getvalue())
