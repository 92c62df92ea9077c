"""What jobs are called: closed lists for the document of the API, so that clients have a word for each.

They bind nobody: a job that a newer worker enqueued is shown by its own name.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import WithJsonSchema

KINDS = (
    "alerts.evaluate",
    "confidence.recalibrate",
    "connections.import",
    "dashboards.refresh",
    "datasets.discard",
    "datasets.expire",
    "datasets.ingest",
    "datasets.relate",
    "documents.cut",
    "documents.discard",
    "documents.ingest",
    "index.reembed",
    "insights.refresh",
    "sources.remove",
    "sources.sync",
    "verified.check",
)
SUBJECTS = (
    "alert",
    "connection",
    "dashboard",
    "dataset",
    "document",
    "encoder",
    "insight",
    "source",
    "workspace",
)
UNITS = (
    "alerts",
    "bytes",
    "characters",
    "dashboards",
    "insights",
    "items",
    "pages",
    "pairs",
    "passages",
    "rows",
    "tables",
)

JobKind = Annotated[str, WithJsonSchema({"type": "string", "enum": list(KINDS)})]
JobSubject = Annotated[str, WithJsonSchema({"type": "string", "enum": list(SUBJECTS)})]
JobUnit = Annotated[str, WithJsonSchema({"type": "string", "enum": list(UNITS)})]
