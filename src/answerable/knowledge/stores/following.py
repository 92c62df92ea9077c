"""Keeping stores elsewhere in step: carrying changes over, dropping what nobody is searched by, comparing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from answerable.jobs import periodic
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.stores import outbox, rows
from answerable.knowledge.stores.outbox import Claim, Copied
from answerable.knowledge.stores.registry import OpenStores
from answerable.plugins.vector_stores import VectorCopies, VectorStoreAway

_DOCUMENTS = 100
_VECTORS = 500
_CLAIM_SECONDS = 60.0
_AGAIN_SECONDS = 10.0
"""After which a change that could not be carried over is tried again."""
_PAGE = 5_000
_ALL = 10_000_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a store has too little and too much of, as documents."""

    missing: frozenset[uuid.UUID]
    surplus: frozenset[uuid.UUID]

    @property
    def documents(self) -> list[uuid.UUID]:
        """All of them."""
        return sorted(self.missing | self.surplus)


async def carry_over(runtime: Runtime, workspace_id: str | None = None, generation: int | None = None) -> int:
    """Tell the stores of the changes that wait (of one workspace's generation, or all); how many documents
    were carried over. Raises VectorStoreAway; what failed is tried again."""
    done = 0
    while True:
        async with runtime.database.begin(Principal.anonymous()) as session:
            claimed = await outbox.claim(
                session,
                seconds=_CLAIM_SECONDS,
                most=_DOCUMENTS,
                workspace_id=workspace_id,
                generation=generation,
            )
        if claimed is None:
            return done
        try:
            await _carry(runtime, claimed)
        except VectorStoreAway:
            async with runtime.database.begin(Principal.anonymous()) as session:
                await outbox.renew(session, claimed, _AGAIN_SECONDS)
            raise
        async with runtime.database.begin(Principal.system(claimed.workspace_id)) as session:
            await outbox.settle(session, claimed)
        done += len(claimed.documents)


async def _carry(runtime: Runtime, claimed: Claim) -> None:
    """Make the store hold of these documents what PostgreSQL holds."""
    principal = Principal.system(claimed.workspace_id)
    async with runtime.database.begin(principal) as session:
        place = await outbox.collection(session, claimed.generation)
    if place is None:
        return  # the generation or the workspace is gone
    copies = _copies(runtime, place)
    documents = list(claimed.documents.values())
    there: set[int] = set()
    after = 0
    while True:
        async with runtime.database.begin(Principal.anonymous()) as session:
            await outbox.renew(session, claimed, _CLAIM_SECONDS)
        async with runtime.database.begin(principal) as session:
            found = await rows.to_copy(session, claimed.generation, documents, after, _VECTORS)
        if not found:
            break
        if await copies.put(place.collection, found):
            await fill_again(runtime, place.workspace_id, claimed.generation)
        after = found[-1].chunk_id
        there.update(record.chunk_id for record in found)
    held = await copies.of_documents(place.collection, documents)
    gone = set(held) - there
    if gone:
        await copies.delete(place.collection, gone)


async def fill_again(runtime: Runtime, workspace_id: str, generation: int) -> None:
    """Carry all documents of a workspace over: its collection was not there."""
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await outbox.note_all(session, generation)


def _copies(runtime: Runtime, place: Copied) -> VectorCopies:
    copies = runtime.get(OpenStores).of(place.store).copies
    if copies is None:
        raise VectorStoreAway(f"The store '{place.store}' takes no copies.")
    return copies


async def drop_unowned(runtime: Runtime) -> int:
    """Drop the collections that nobody is searched by; how many. Those of a store that does not answer are
    tried again."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        found = await outbox.unowned(session)
    dropped = 0
    for gone in found:
        try:
            await _copies(runtime, gone).drop(gone.collection)
        except VectorStoreAway as away:
            log.warning("vector_store_away", store=gone.store, detail=away.detail)
            continue
        async with runtime.database.begin(Principal.anonymous()) as session:
            await outbox.forget(session, gone)
        dropped += 1
    return dropped


async def compare(runtime: Runtime, place: Copied) -> Difference:
    """Both sides of a workspace's collection, passage by passage; documents whose change is on its way are
    left out. Raises VectorStoreAway."""
    principal = Principal.system(place.workspace_id)
    stored: dict[int, uuid.UUID] = {}
    if place.collection.name is not None:
        async for page in _copies(runtime, place).everything(place.collection):
            stored.update((held.chunk_id, held.document_id) for held in page)
    missing: set[uuid.UUID] = set()
    after = 0
    while True:
        async with runtime.database.begin(principal) as session:
            page_of_rows = await rows.held(session, place.collection.generation, after, _PAGE)
        for chunk, document in page_of_rows:
            if stored.pop(chunk, None) != document:
                missing.add(document)
        if len(page_of_rows) < _PAGE:
            break
        after = page_of_rows[-1][0]
    async with runtime.database.begin(principal) as session:
        late = set(await outbox.pending(session, place.collection.generation, _ALL))
    return Difference(frozenset(missing - late), frozenset(set(stored.values()) - late))


async def settled_difference(runtime: Runtime, place: Copied) -> Difference:
    """What differs at two looks in a row: what changed between reading one side and the other does not."""
    first = await compare(runtime, place)
    if not first.documents:
        return first
    second = await compare(runtime, place)
    return Difference(first.missing & second.missing, first.surplus & second.surplus)


async def put_right(runtime: Runtime, place: Copied) -> Sequence[uuid.UUID]:
    """Compare, and carry over again what differs; its documents."""
    difference = await compare(runtime, place)
    if difference.documents:
        async with runtime.database.begin(Principal.system(place.workspace_id)) as session:
            await outbox.note_changes(session, difference.documents, generation=place.collection.generation)
    return difference.documents


@periodic(outbox.FOLLOW, "* * * * *")
async def follow(runtime: Runtime, _period: datetime) -> None:
    """Carry changes over, also those that failed before, and drop what nobody is searched by."""
    try:
        await carry_over(runtime)
    except VectorStoreAway as away:
        log.warning("vector_store_away", detail=away.detail)
    await drop_unowned(runtime)


@periodic("index.compare_stores", "23 * * * *")
async def compare_stores(runtime: Runtime, _period: datetime) -> None:
    """Find what a store lost, or kept too long, and put it right."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        places = await outbox.followed(session)
    for place in places:
        try:
            documents = await put_right(runtime, place)
        except VectorStoreAway as away:
            log.warning("vector_store_away", store=place.store, detail=away.detail)
            continue
        if documents:
            log.warning(
                "vector_store_differed",
                store=place.store,
                workspace=place.workspace_id,
                documents=len(documents),
            )
