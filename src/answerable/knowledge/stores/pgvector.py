"""The built-in store: pgvector's index over PostgreSQL's own rows."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from answerable.kit.outbound import Outbound
from answerable.knowledge.stores import rows
from answerable.plugins.vector_stores import VectorCollection, VectorQuery

PGVECTOR = "pgvector"


class PgvectorConfig(BaseModel):
    """Nothing to set: it is the same PostgreSQL."""

    model_config = ConfigDict(extra="forbid")


class PgvectorStore:
    """Walks the index within the search's transaction; filters and the tenant wall are conditions of the
    walk."""

    copies = None

    async def nearest(self, collection: VectorCollection, query: VectorQuery) -> Sequence[int]:
        """The nearest rows, as the index finds them."""
        return await rows.nearest(query.session, collection, query, exact=False)

    async def check(self) -> str:
        """It is there whenever PostgreSQL is."""
        return "within PostgreSQL"


class PgvectorKind:
    """pgvector."""

    name = PGVECTOR
    summary = "The index of PostgreSQL itself"
    config = PgvectorConfig

    def open(self, config: PgvectorConfig, outbound: Outbound) -> PgvectorStore:
        """The store; there is nothing to connect to."""
        del config, outbound
        return PgvectorStore()
