"""The connectors that come with the system, by the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.knowledge.sources.connectors.folder import FolderConnector
from answerable.plugins import hookimpl
from answerable.plugins.connectors import Connector


@hookimpl
def answerable_connectors() -> Sequence[Connector]:
    """Files."""
    return (FolderConnector(),)
