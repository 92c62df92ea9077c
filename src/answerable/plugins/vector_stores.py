"""The hook by which packages add stores that find the nearest vectors, and what a store must be.

PostgreSQL keeps every vector and is the truth. A store is where the nearest ones among very many are
looked up. One that lives elsewhere gets a copy of them, in a collection for each workspace; the system
carries changes there, drops collections that nobody is searched by, and compares both sides.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from answerable.kit.db import Session
from answerable.kit.outbound import Outbound
from answerable.plugins.markers import hookspec


class VectorStoreAway(Exception):
    """The store cannot be asked, or does not answer as it should. `detail` is for people and says what to
    do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class VectorCollectionMissing(VectorStoreAway):
    """The store answers, and has no such collection: it was lost, or nothing has been carried over yet."""


@dataclass(frozen=True, slots=True)
class VectorCollection:
    """The vectors of one workspace by one encoder. `name` is the collection's in a store elsewhere: 54
    letters, digits and hyphens, its own for ever; None where it has none, because nothing was stored yet or
    because the store reads PostgreSQL."""

    generation: int
    dimensions: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class VectorScope:
    """Whose passages count, None leaving nothing out: documents, sources, and a condition on the documents'
    facts (an SQL/JSON path, its variables as JSON)."""

    documents: Sequence[uuid.UUID] | None = None
    sources: Sequence[uuid.UUID] | None = None
    condition: str | None = None
    values: str = "{}"


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """`size` passages nearest to a unit vector, by cosine. `session` is the search's transaction, which has
    passed the tenant wall: for stores within the same PostgreSQL."""

    vector: NDArray[np.float32]
    size: int
    session: Session
    scope: VectorScope = VectorScope()


@dataclass(frozen=True, slots=True)
class VectorRecord:
    """A passage's vector, as it is copied."""

    chunk_id: int
    document_id: uuid.UUID
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HeldVector:
    """What a store has of a passage."""

    chunk_id: int
    document_id: uuid.UUID


class VectorCopies(Protocol):
    """What a store elsewhere lets be written. Every call may be repeated, and may find the collection not
    there. All raise VectorStoreAway."""

    async def put(self, collection: VectorCollection, records: Sequence[VectorRecord]) -> bool:
        """Keep these vectors, in place of those of the same passages; whether the collection was not there
        and had to be made: what else it lacks is carried over then."""
        ...

    async def delete(self, collection: VectorCollection, chunk_ids: Collection[int]) -> None:
        """Forget these passages; those that are not there are passed over."""
        ...

    async def of_documents(
        self, collection: VectorCollection, document_ids: Sequence[uuid.UUID]
    ) -> Sequence[int]:
        """The passages of these documents that are there; none where the collection is not."""
        ...

    def everything(self, collection: VectorCollection) -> AsyncIterator[Sequence[HeldVector]]:
        """Everything there is, in pages; nothing where the collection is not."""
        ...

    async def drop(self, collection: VectorCollection) -> None:
        """Remove the collection; nothing happens where it is not there."""
        ...


class VectorStore(Protocol):
    """A store that is ready to be asked."""

    @property
    def copies(self) -> VectorCopies | None:
        """How vectors get there; None for a store that reads PostgreSQL's own rows."""
        ...

    async def nearest(self, collection: VectorCollection, query: VectorQuery) -> Sequence[int]:
        """The passages (`chunks.id`) within the scope that are nearest, best first. Raises VectorStoreAway;
        VectorCollectionMissing where the collection is not there.

        A store elsewhere is given scopes of documents alone, and ids that are not the tenant's or outside
        the scope are dropped from what it answers.
        """
        ...

    async def check(self) -> str:
        """A line about the store for people; raises VectorStoreAway."""
        ...


class VectorStoreKind(Protocol):
    """A kind of store. `Any` below is an instance of its own model, which each kind knows."""

    @property
    def name(self) -> str:
        """What the settings and workspaces name it by."""
        ...

    @property
    def summary(self) -> str:
        """One line for people."""
        ...

    @property
    def config(self) -> type[BaseModel]:
        """The model of its entry in the setting `search.stores`."""
        ...

    def open(self, config: Any, outbound: Outbound) -> VectorStore:  # Any: the kind's own model
        """The store; connects when it is first asked."""
        ...


@hookspec
def answerable_vector_stores() -> Sequence[VectorStoreKind]:
    """Kinds of vector stores to offer. Each has a `name` of its own, which the settings name it by."""
    return ()
