"""Generations of vectors: which encoder and store each workspace is searched by, and which is being built.

A generation is an encoder's vectors in one store; they are a partition of their own. A workspace goes over to
another encoder or store in one transaction, once every passage has its vector there; until then searches use
the one before.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.embedding import EncoderSpec
from answerable.knowledge.stores.pgvector import PGVECTOR

_OF_WORKSPACE = """
    SELECT e.generation, e.spec, e.dimensions, e.baseline, e.store, e.generation = w.active
    FROM (SELECT coalesce((SELECT k.active FROM workspace_encoders k WHERE k.tenant = %(tenant)s),
                          (SELECT l.generation FROM encoders l ORDER BY l.wanted_at DESC LIMIT 1)) AS active,
                 (SELECT k.building FROM workspace_encoders k WHERE k.tenant = %(tenant)s) AS building) w
    JOIN encoders e ON e.generation IN (w.active, w.building)
"""
_ENTER = """
    INSERT INTO workspace_encoders (tenant, active)
    SELECT %(tenant)s, l.generation FROM encoders l ORDER BY l.wanted_at DESC LIMIT 1
    ON CONFLICT DO NOTHING RETURNING 1
"""
_HOLD = "SELECT 1 FROM workspace_encoders WHERE tenant = %(tenant)s FOR SHARE"
_HOLD_ALONE = "SELECT 1 FROM workspace_encoders WHERE tenant = %(tenant)s FOR UPDATE"
_ADD = """
    SELECT add_encoder(%(fingerprint)s, %(spec)s::jsonb, %(dimensions)s, %(baseline)s, %(store)s,
                       %(by_default)s)
"""
_KNOWN = "SELECT generation FROM encoders WHERE fingerprint = %(fingerprint)s AND store = %(store)s"
_LATEST = "SELECT fingerprint, store FROM encoders ORDER BY wanted_at DESC LIMIT 1"
_MEASURED = "SELECT dimensions, baseline FROM encoders WHERE fingerprint = %(fingerprint)s LIMIT 1"
_SIBLINGS = """
    SELECT o.generation FROM encoders e JOIN encoders o USING (fingerprint)
    WHERE e.generation = %(generation)s AND o.generation <> e.generation
"""
_CHOICES = "SELECT DISTINCT store FROM workspace_encoders WHERE store IS NOT NULL"
_CHOSEN = "SELECT store FROM workspace_encoders WHERE tenant = %(tenant)s"
_CHOOSE = "UPDATE workspace_encoders SET store = %(store)s WHERE tenant = %(tenant)s RETURNING 1"
# `by_store` has the generation of each store that a workspace may have chosen.
_ELSEWHERE = """
    SELECT tenant, wanted FROM (
        SELECT tenant, active,
               coalesce((%(by_store)s::jsonb ->> coalesce(store, ''))::integer, %(generation)s) AS wanted
        FROM workspace_encoders) each
    WHERE active <> wanted ORDER BY tenant
"""
_ALL = "SELECT tenant FROM workspace_encoders ORDER BY tenant"
_BACK = """
    UPDATE workspace_encoders SET building = NULL, job_id = NULL
    WHERE active = coalesce((%(by_store)s::jsonb ->> coalesce(store, ''))::integer, %(generation)s)
      AND building IS NOT NULL RETURNING 1
"""
_BEGIN = """
    UPDATE workspace_encoders SET building = %(generation)s, job_id = %(job)s, done = 0, total = 0
    WHERE tenant = %(tenant)s AND active <> %(generation)s RETURNING 1
"""
_NOTE = """
    UPDATE workspace_encoders SET done = %(done)s, total = %(total)s
    WHERE tenant = %(tenant)s AND building = %(generation)s RETURNING 1
"""
_SWITCH = """
    UPDATE workspace_encoders SET active = building, building = NULL, job_id = NULL, done = total,
           switched_at = clock_timestamp()
    WHERE tenant = %(tenant)s AND building = %(generation)s RETURNING 1
"""
_STATE = "SELECT done, total, job_id, switched_at FROM workspace_encoders WHERE tenant = %(tenant)s"


@dataclass(frozen=True, slots=True)
class Generation:
    """The vectors of one encoder in one store. `baseline` is the mean cosine of texts that have nothing to do
    with each other: some encoders put all texts into a narrow cone."""

    number: int
    spec: EncoderSpec
    dimensions: int
    baseline: float
    store: str = PGVECTOR


@dataclass(frozen=True, slots=True)
class Generations:
    """The one that a workspace is searched by, and the one that is being built, if any."""

    active: Generation
    building: Generation | None = None

    @property
    def all(self) -> tuple[Generation, ...]:
        """Those that a new document needs vectors of."""
        return (self.active,) if self.building is None else (self.active, self.building)


@dataclass(frozen=True, slots=True)
class BuildingState:
    """How far the next generation is, in passages."""

    done: int = 0
    total: int = 0
    job_id: str | None = None


def _tenant(session: Session) -> dict[str, object]:
    return {"tenant": ids.decode("ws", session.workspace_id) or ids.NIL}


async def of_workspace(session: Session) -> Generations:
    """The generations of the session's workspace."""
    found: dict[bool, Generation] = {}
    for number, spec, length, base, store, is_active in await session.fetch(_OF_WORKSPACE, _tenant(session)):
        described = EncoderSpec.model_validate(spec)
        found[is_active] = Generation(number, described, length, base, store)
    return Generations(found[True], found.get(False))


async def held(session: Session) -> Generations:
    """The same, kept as they are until the transaction ends: what is stored meanwhile is seen by a switch."""
    await session.fetch(_ENTER, _tenant(session))
    await session.fetch(_HOLD, _tenant(session))
    return await of_workspace(session)


async def held_alone(session: Session) -> Generations:
    """The same, and nothing else is stored until the transaction ends."""
    await session.fetch(_HOLD_ALONE, _tenant(session))
    return await of_workspace(session)


async def known(session: Session, spec: EncoderSpec, store: str, *, by_default: bool) -> int | None:
    """The number of the encoder's generation in the store, if it has one; where workspaces are to begin with
    it, only if they do."""
    if by_default:
        rows = await session.fetch(_LATEST, {})
        if not rows or tuple(rows[0]) != (spec.fingerprint, store):
            return None
    numbers = await session.fetch(_KNOWN, {"fingerprint": spec.fingerprint, "store": store})
    return int(numbers[0][0]) if numbers else None


async def measured(session: Session, spec: EncoderSpec) -> tuple[int, float] | None:
    """The encoder's dimensions and baseline, where it has a generation in any store."""
    rows = await session.fetch(_MEASURED, {"fingerprint": spec.fingerprint})
    return (rows[0][0], rows[0][1]) if rows else None


async def add(
    session: Session, spec: EncoderSpec, store: str, dimensions: int, baseline: float, *, by_default: bool
) -> int:
    """The encoder's generation in the store, made with room for its vectors where it has none; with
    `by_default` new workspaces begin with it from now on."""
    described = {
        "fingerprint": spec.fingerprint,
        "spec": json.dumps(spec.model_dump()),
        "dimensions": dimensions,
        "baseline": baseline,
        "store": store,
        "by_default": by_default,
    }
    ((number,),) = await session.fetch(_ADD, described)
    return int(number)


async def siblings(session: Session, generation: int) -> list[int]:
    """The generations whose vectors are by the same encoder, in other stores."""
    return [row[0] for row in await session.fetch(_SIBLINGS, {"generation": generation})]


async def choices(session: Session) -> list[str]:
    """The stores that workspaces chose, whichever these are."""
    return [row[0] for row in await session.fetch(_CHOICES, {})]


async def chosen(session: Session) -> str | None:
    """The store that the session's workspace chose; None where it goes by the settings."""
    rows = await session.fetch(_CHOSEN, _tenant(session))
    return None if not rows else rows[0][0]


async def choose(session: Session, store: str | None) -> None:
    """Let the workspace have that store; None: the one that the settings name."""
    await session.fetch(_ENTER, _tenant(session))
    await session.fetch(_CHOOSE, {**_tenant(session), "store": store})


async def elsewhere(
    session: Session, generation: int, by_store: Mapping[str, int] | None = None
) -> list[tuple[str, int]]:
    """The workspaces that are searched by another generation than they should be, each with that one: the
    one of the store that it chose, or `generation`. Those that were about to leave the right one stay with
    it."""
    wanted = {"generation": generation, "by_store": json.dumps(dict(by_store or {}))}
    await session.fetch(_BACK, wanted)
    rows = await session.fetch(_ELSEWHERE, wanted)
    return [(ids.encode("ws", tenant), number) for tenant, number in rows]


async def workspaces(session: Session) -> list[str]:
    """All workspaces that have been indexed."""
    return [ids.encode("ws", tenant) for (tenant,) in await session.fetch(_ALL, {})]


async def begin(session: Session, generation: int, job_id: str) -> None:
    """Let the workspace's next generation be built, by that job."""
    job = ids.decode("job", job_id)
    await session.fetch(_BEGIN, {**_tenant(session), "generation": generation, "job": job})


async def note(session: Session, generation: int, done: int, total: int) -> None:
    """Keep how far the building is."""
    counts = {"generation": generation, "done": done, "total": total}
    await session.fetch(_NOTE, {**_tenant(session), **counts})


async def switch(session: Session, generation: int) -> None:
    """Search the workspace by the generation that was built."""
    await session.fetch(_SWITCH, {**_tenant(session), "generation": generation})


async def state(session: Session) -> BuildingState:
    """How far the workspace's building is."""
    rows: list[tuple[int, int, uuid.UUID | None, object]] = await session.fetch(_STATE, _tenant(session))
    if not rows:
        return BuildingState()
    done, total, job, _ = rows[0]
    return BuildingState(done, total, None if job is None else ids.encode("job", job))


async def drop_unused(session: Session) -> list[int]:
    """Drop the vectors of encoders that no workspace is searched by any more and none began to leave in the
    last minutes (a search under way may still read them). The numbers of those dropped."""
    ((numbers,),) = await session.fetch("SELECT drop_unused_encoders()", {})
    return list(numbers)
