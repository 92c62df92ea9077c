"""The long-lived objects of knowledge, and its background work."""

from __future__ import annotations

from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import tasks
from answerable.knowledge.embedding import TextEncoder, query_encoder

BACKGROUND_WORK = (tasks.ingest, tasks.discard, tasks.forget_abandoned_files, tasks.add_missing_vectors)


def provide_knowledge(runtime: Runtime) -> None:
    """Register how knowledge's objects are made."""
    runtime.provide(TextEncoder, query_encoder)
