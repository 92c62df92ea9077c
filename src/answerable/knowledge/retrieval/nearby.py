"""The nearest passages by vector: compared one by one where they are few, else asked of a store.

A store elsewhere holds a copy, so what it answers is looked up in PostgreSQL, which drops what is gone or
outside the search's scope, and documents that it has still to be told of are compared exactly. So are those
of a conversation, which are not copied.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing.generations import Generation
from answerable.knowledge.retrieval import repository
from answerable.knowledge.retrieval.query import WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from answerable.knowledge.stores import following, outbox, rows
from answerable.knowledge.stores.registry import OpenStores
from answerable.plugins.vector_stores import (
    VectorCollection,
    VectorCollectionMissing,
    VectorQuery,
    VectorScope,
    VectorStore,
    VectorStoreAway,
)

_MOST_DOCUMENTS = 1_000
"""Documents that a filter is given to a store elsewhere as; a wider one is applied to what it answers."""
_SPARE = 1.3
_MOST_ASKED = 5_000
_MOST_PENDING = 500
"""Documents that the store has still to be told of which a search compares itself, the latest first."""
_BEHIND = "The vector store '{}' is being filled: more passages may be found by meaning later."


@dataclass(frozen=True, slots=True)
class Nearby:
    """Rows of chunks; `warning` when the store could not be asked, so that none were found by vector, `note`
    when it may lack some."""

    rows: Sequence[int]
    warning: str = ""
    note: str = ""


async def nearby(
    session: Session, runtime: Runtime, used: Generation, query: WeightedQuery, reach: Reach, pool: Pool
) -> Nearby:
    """The rows of the chunks within reach that are nearest by vector: `pool.size`, or all there are."""
    if query.vector is None:
        return Nearby(())
    if reach.exact:
        return Nearby(await repository.nearest(session, query, reach, pool))
    stores = runtime.get(OpenStores)
    try:
        store = stores.rested(used.store)
        near = await _asked(session, store, used, query, reach, pool)
    except VectorCollectionMissing as missing:
        await following.fill_again(runtime, session.workspace_id, used.number)
        return Nearby((), f"The vector store '{used.store}' lacks the vectors: {missing.detail}")
    except VectorStoreAway as away:
        stores.let_rest(used.store)
        return Nearby((), f"The vector store '{used.store}' does not answer: {away.detail}")
    if (reach.is_open and store.copies is not None) or len(near.rows) >= min(pool.size, reach.chunks):
        return near
    # The walk ended before it met enough rows that pass the filter: they lie far from the query, or beyond
    # passages of others that are all alike.
    return Nearby(await repository.nearest(session, query, replace(reach, exact=True), pool))


async def _asked(
    session: Session, store: VectorStore, used: Generation, query: WeightedQuery, reach: Reach, pool: Pool
) -> Nearby:
    assert query.vector is not None
    if store.copies is None:
        place = VectorCollection(used.number, used.dimensions)
        return Nearby(await store.nearest(place, VectorQuery(query.vector, pool.size, session, reach.scope)))
    late = await outbox.pending(session, used.number, _MOST_PENDING)
    late += await rows.of_conversation(session)
    fresh = await _not_told(session, late, query, reach, pool)
    copied = await outbox.collection(session, used.number)
    if copied is None:
        return Nearby(fresh)  # nothing was ever stored
    documents = None if reach.is_open else await rows.documents_in(session, reach.scope, _MOST_DOCUMENTS)
    asked = pool.size
    if documents is None:
        asked = min(math.ceil(pool.size / max(reach.share, 1e-9) * _SPARE), _MOST_ASKED)
    wanted = VectorQuery(query.vector, asked, session, VectorScope(documents))
    while True:
        try:
            answered = await store.nearest(copied.collection, wanted)
        except VectorCollectionMissing:
            if await _are_all(session, reach, late):
                return Nearby(fresh)  # it is made with what is carried over first
            raise
        found = await rows.passing(session, copied.collection, reach.scope, answered)
        if len(found) >= pool.size or len(answered) < wanted.size or wanted.size >= _MOST_ASKED:
            note = _BEHIND.format(used.store) if len(late) == _MOST_PENDING else ""
            return Nearby(list(dict.fromkeys([*fresh, *found[: pool.size]])), note=note)
        wanted = replace(wanted, size=min(4 * wanted.size, _MOST_ASKED))


async def _are_all(session: Session, reach: Reach, late: list[uuid.UUID]) -> bool:
    """Whether no document within reach is any other than these."""
    documents = await rows.documents_in(session, reach.scope, _MOST_PENDING)
    return documents is not None and set(documents) <= set(late)


async def _not_told(
    session: Session, late: list[uuid.UUID], query: WeightedQuery, reach: Reach, pool: Pool
) -> list[int]:
    """The nearest among the documents that the store may not know yet."""
    if reach.documents is not None:
        late = list(set(late).intersection(reach.documents))
    if not late:
        return []
    return await repository.nearest(session, query, replace(reach, documents=late, exact=True), pool)
