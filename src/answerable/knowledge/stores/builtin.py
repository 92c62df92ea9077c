"""The vector stores that come with the system, by the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.knowledge.stores.chroma import ChromaKind
from answerable.knowledge.stores.pgvector import PgvectorKind
from answerable.plugins import hookimpl
from answerable.plugins.vector_stores import VectorStoreKind


@hookimpl
def answerable_vector_stores() -> Sequence[VectorStoreKind]:
    """PostgreSQL itself, and Chroma."""
    return (PgvectorKind(), ChromaKind())
