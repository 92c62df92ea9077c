"""Checks of what connections to databases need."""

from __future__ import annotations

import os
from collections.abc import Iterator

from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.settings import Settings


def check_connections(settings: Settings) -> Iterator[Finding]:
    """A line for each folder whose database files may be connected, and one for private servers."""
    subject = "Connections"
    for root in settings.connections.roots:
        setting = "ANSWERABLE_CONNECTIONS__ROOTS"
        if not root.is_dir():
            advice = f"Make the folder, or take it out of {setting}."
            yield Finding(subject, Level.WARN, f"{root} is no folder: no file in it can be connected", advice)
        elif settings.data_dir.resolve().is_relative_to(root.resolve()):
            advice = f"Name a folder in {setting} that holds database files alone."
            yield Finding(subject, Level.WARN, f"{root} holds this server's own data as well", advice)
        elif not os.access(root, os.R_OK | os.X_OK):
            advice = "Let the user that runs the server read it."
            yield Finding(subject, Level.WARN, f"{root} may not be read", advice)
        else:
            yield Finding(subject, Level.OK, f"files below {root} may be connected")
    hosts = settings.connections.private_hosts
    if hosts:
        yield Finding(subject, Level.OK, f"private servers may be connected: {', '.join(hosts)}")
    if not hosts and not settings.connections.roots:
        yield Finding(subject, Level.OK, "servers with public addresses may be connected, no files")
