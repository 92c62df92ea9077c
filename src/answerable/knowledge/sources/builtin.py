"""The connectors that come with the system, by the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.knowledge.sources.connectors.folder import FolderConnector
from answerable.knowledge.sources.connectors.json_api import JsonApiConnector
from answerable.knowledge.sources.connectors.llama_index.connector import LlamaIndexConnector
from answerable.knowledge.sources.connectors.s3 import S3Connector
from answerable.knowledge.sources.connectors.sql import SqlConnector
from answerable.knowledge.sources.connectors.web import WebConnector
from answerable.plugins import hookimpl
from answerable.plugins.connectors import Connector


@hookimpl
def answerable_connectors() -> Sequence[Connector]:
    """Files, web pages, buckets, databases, APIs, readers of LlamaIndex."""
    return (
        FolderConnector(),
        WebConnector(),
        S3Connector(),
        SqlConnector(),
        JsonApiConnector(),
        LlamaIndexConnector(),
    )
