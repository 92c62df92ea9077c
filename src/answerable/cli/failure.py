"""How a command fails: one line on standard error, a status other than 0."""

from __future__ import annotations


class CommandFailed(Exception):
    """Ends a command with status 1; its text is the line that says what is wrong and what to do."""


class ServerUnusable(CommandFailed):
    """No request can succeed now: nothing answers, or the key is refused."""
