"""What a store elsewhere has still to be told: written in the transaction that changes vectors.

A change names a document alone, so that carrying it over twice, late or out of order does no harm: the
store is made to hold what PostgreSQL holds then. Both tables lie outside the tenant wall, because one run
serves all workspaces; they hold ids and numbers alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.jobs import run_soon
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.plugins.vector_stores import VectorCollection

FOLLOW = "index.follow_stores"

_COLLECT = """
    INSERT INTO vector_collections (tenant, generation, store)
    SELECT w.tenant, e.generation, e.store
    FROM workspace_encoders w JOIN encoders e ON e.generation IN (w.active, w.building)
    WHERE w.tenant = %(tenant)s AND e.store <> 'pgvector'
    ON CONFLICT DO NOTHING RETURNING 1
"""
_NOTE = """
    INSERT INTO vector_changes AS known (tenant, generation, document_id)
    SELECT w.tenant, e.generation, d.document_id
    FROM workspace_encoders w JOIN encoders e ON e.generation IN (w.active, w.building)
    CROSS JOIN unnest(%(documents)s::uuid[]) AS d (document_id)
    WHERE w.tenant = %(tenant)s AND e.store <> 'pgvector' AND e.generation = coalesce(%(only)s, e.generation)
    ORDER BY 2, 3
    ON CONFLICT (tenant, generation, document_id) DO UPDATE
    SET version = excluded.version, changed_at = excluded.changed_at, claimed_until = NULL
    RETURNING 1
"""
_NOTE_ALL = """
    INSERT INTO vector_changes (tenant, generation, document_id)
    SELECT w.tenant, e.generation, d.document_id
    FROM workspace_encoders w JOIN encoders e ON e.generation IN (w.active, w.building)
    CROSS JOIN indexed_documents d
    WHERE w.tenant = %(tenant)s AND e.store <> 'pgvector' AND e.generation = %(only)s
    ORDER BY 3
    ON CONFLICT (tenant, generation, document_id) DO NOTHING RETURNING 1
"""
_CLAIM = """
    UPDATE vector_changes c SET claimed_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    FROM (
        SELECT o.tenant, o.generation, o.document_id FROM vector_changes o
        WHERE (o.tenant, o.generation) = (
            SELECT f.tenant, f.generation FROM vector_changes f
            WHERE coalesce(f.claimed_until, '-infinity') < clock_timestamp()
              AND f.tenant = coalesce(%(tenant)s, f.tenant)
              AND f.generation = coalesce(%(generation)s, f.generation)
            ORDER BY f.changed_at LIMIT 1)
          AND coalesce(o.claimed_until, '-infinity') < clock_timestamp()
        ORDER BY o.changed_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ) chosen
    WHERE (c.tenant, c.generation, c.document_id) = (chosen.tenant, chosen.generation, chosen.document_id)
    RETURNING c.tenant, c.generation, c.document_id, c.version
"""
_RENEW = """
    UPDATE vector_changes SET claimed_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    WHERE version = ANY(%(versions)s::bigint[]) RETURNING 1
"""
_DONE = "DELETE FROM vector_changes WHERE version = ANY(%(versions)s::bigint[]) RETURNING version"
_PENDING = """
    SELECT document_id FROM vector_changes WHERE tenant = %(tenant)s AND generation = %(generation)s
    ORDER BY changed_at DESC LIMIT %(most)s
"""
_WAITING = """
    SELECT count(*), extract(epoch FROM clock_timestamp() - min(changed_at))::float8 FROM vector_changes
    WHERE tenant = %(tenant)s AND generation = %(generation)s
"""
_COLLECTION = """
    SELECT c.name, e.store, e.dimensions FROM vector_collections c JOIN encoders e USING (generation)
    WHERE c.tenant = %(tenant)s AND c.generation = %(generation)s
"""
# Ten minutes as for encoders: a search under way may still ask the one before.
_UNOWNED = """
    SELECT c.tenant, c.generation, c.store, c.name FROM vector_collections c
    WHERE NOT EXISTS (SELECT FROM workspace_encoders w WHERE w.tenant = c.tenant
        AND (c.generation IN (w.active, w.building)
             OR w.switched_at > clock_timestamp() - make_interval(mins => 10)))
"""
_FORGET_CHANGES = (
    "DELETE FROM vector_changes WHERE tenant = %(tenant)s AND generation = %(generation)s RETURNING 1"
)
_FORGET = "DELETE FROM vector_collections WHERE name = %(name)s RETURNING 1"
_FOLLOWED = """
    SELECT w.tenant, e.generation, e.store, e.dimensions, c.name
    FROM workspace_encoders w JOIN encoders e ON e.generation = w.active
    LEFT JOIN vector_collections c ON c.tenant = w.tenant AND c.generation = e.generation
    WHERE e.store <> 'pgvector' ORDER BY w.tenant
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Changes of one workspace and generation that this run carries over; nobody else does until the claim
    is up. `documents` by the version of their change."""

    workspace_id: str
    generation: int
    documents: dict[int, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Copied:
    """A collection in a store elsewhere that a workspace is searched by."""

    workspace_id: str
    store: str
    collection: VectorCollection


def _tenant(session: Session) -> uuid.UUID:
    return ids.decode("ws", session.workspace_id) or ids.NIL


async def note_changes(
    session: Session, documents: Sequence[uuid.UUID], *, generation: int | None = None
) -> None:
    """Note that vectors of these documents changed, for the stores elsewhere that have the session's
    workspace (of one generation alone, where that is given), and let them be told soon. Nothing happens where
    PostgreSQL itself is searched."""
    if not documents:
        return
    values = {"tenant": _tenant(session), "documents": sorted(set(documents)), "only": generation}
    if await session.fetch(_NOTE, values):
        await session.fetch(_COLLECT, {"tenant": _tenant(session)})
        await run_soon(session, FOLLOW)


async def note_all(session: Session, generation: int) -> None:
    """Note the vectors of all documents of the session's workspace, and let its store be told soon. What is
    noted already stays as it is, so that asking again does nothing over."""
    if await session.fetch(_NOTE_ALL, {"tenant": _tenant(session), "only": generation}):
        await run_soon(session, FOLLOW)


async def claim(
    session: Session,
    *,
    seconds: float,
    most: int,
    workspace_id: str | None = None,
    generation: int | None = None,
) -> Claim | None:
    """The oldest changes of one workspace and generation, `most` at once, for so many seconds; None when
    there are none that nobody has."""
    tenant = None if workspace_id is None else ids.decode("ws", workspace_id)
    wanted = {"seconds": seconds, "most": most, "tenant": tenant, "generation": generation}
    found = await session.fetch(_CLAIM, wanted)
    if not found:
        return None
    documents = {version: document for _, _, document, version in found}
    return Claim(ids.encode("ws", found[0][0]), found[0][1], documents)


async def renew(session: Session, claimed: Claim, seconds: float) -> None:
    """Keep a claim for so many seconds from now; also a short time, to let it be tried again."""
    await session.fetch(_RENEW, {"versions": list(claimed.documents), "seconds": seconds})


async def settle(session: Session, claimed: Claim) -> None:
    """The claim's changes are carried over. One whose document was changed, or settled by somebody else,
    meanwhile is looked at once more: what was written may be older than what is there."""
    gone = {row[0] for row in await session.fetch(_DONE, {"versions": list(claimed.documents)})}
    late = [document for version, document in claimed.documents.items() if version not in gone]
    await note_changes(session, late, generation=claimed.generation)


async def pending(session: Session, generation: int, most: int) -> list[uuid.UUID]:
    """The documents whose change the store may not know yet, the latest first."""
    wanted = {"tenant": _tenant(session), "generation": generation, "most": most}
    return [row[0] for row in await session.fetch(_PENDING, wanted)]


async def waiting(session: Session, generation: int) -> tuple[int, float]:
    """How many documents the store has still to be told of, and since how many seconds the first waits."""
    wanted = {"tenant": _tenant(session), "generation": generation}
    ((count, seconds),) = await session.fetch(_WAITING, wanted)
    return count, seconds or 0.0


async def collection(session: Session, generation: int) -> Copied | None:
    """The workspace's collection of a generation; None where it has none."""
    found = await session.fetch(_COLLECTION, {"tenant": _tenant(session), "generation": generation})
    if not found:
        return None
    name, store, dimensions = found[0]
    return Copied(session.workspace_id, store, VectorCollection(generation, dimensions, name))


async def unowned(session: Session) -> list[Copied]:
    """The collections that no workspace is searched by any more."""
    return [
        Copied(ids.encode("ws", tenant), store, VectorCollection(generation, 0, name))
        for tenant, generation, store, name in await session.fetch(_UNOWNED, {})
    ]


async def forget(session: Session, gone: Copied) -> None:
    """The collection has been dropped."""
    generation = gone.collection.generation
    wanted = {"tenant": ids.decode("ws", gone.workspace_id), "generation": generation}
    await session.fetch(_FORGET_CHANGES, wanted)
    await session.fetch(_FORGET, {"name": gone.collection.name})


async def followed(session: Session) -> list[Copied]:
    """What each workspace that is searched in a store elsewhere has there."""
    return [
        Copied(ids.encode("ws", tenant), store, VectorCollection(generation, dimensions, name))
        for tenant, generation, store, dimensions, name in await session.fetch(_FOLLOWED, {})
    ]
