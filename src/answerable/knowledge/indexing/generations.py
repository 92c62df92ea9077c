"""Generations of vectors: which encoder each workspace is searched by, and which one is being built.

An encoder's vectors are a partition of their own. A workspace goes over to another encoder in one
transaction, once every passage has its vector there; until then searches use the one before.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.embedding import EncoderSpec

_OF_WORKSPACE = """
    SELECT e.generation, e.spec, e.dimensions, e.baseline, e.generation = w.active
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
_ADD = "SELECT add_encoder(%(fingerprint)s, %(spec)s::jsonb, %(dimensions)s, %(baseline)s)"
_KNOWN = "SELECT generation FROM encoders WHERE fingerprint = %(fingerprint)s"
_LATEST = "SELECT fingerprint FROM encoders ORDER BY wanted_at DESC LIMIT 1"
_ELSEWHERE = "SELECT tenant FROM workspace_encoders WHERE active <> %(generation)s ORDER BY tenant"
_ALL = "SELECT tenant FROM workspace_encoders ORDER BY tenant"
_BACK = """
    UPDATE workspace_encoders SET building = NULL, job_id = NULL
    WHERE active = %(generation)s AND building IS NOT NULL RETURNING 1
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
    """The vectors of one encoder. `baseline` is the mean cosine of texts that have nothing to do with each
    other: some encoders put all texts into a narrow cone."""

    number: int
    spec: EncoderSpec
    dimensions: int
    baseline: float


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
    for number, spec, dimensions, baseline, is_active in await session.fetch(_OF_WORKSPACE, _tenant(session)):
        described = EncoderSpec.model_validate(spec)
        found[is_active] = Generation(number, described, dimensions, baseline)
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


async def known(session: Session, spec: EncoderSpec) -> int | None:
    """The number of the encoder's generation, if it has one and is the latest wanted."""
    rows = await session.fetch(_LATEST, {})
    if rows and rows[0][0] == spec.fingerprint:
        numbers = await session.fetch(_KNOWN, {"fingerprint": spec.fingerprint})
        return int(numbers[0][0])
    return None


async def add(session: Session, spec: EncoderSpec, dimensions: int, baseline: float) -> int:
    """The encoder's generation, made with room for its vectors where it has none; new workspaces begin
    with it from now on."""
    described = {
        "fingerprint": spec.fingerprint,
        "spec": json.dumps(spec.model_dump()),
        "dimensions": dimensions,
        "baseline": baseline,
    }
    ((number,),) = await session.fetch(_ADD, described)
    return int(number)


async def elsewhere(session: Session, generation: int) -> list[str]:
    """The workspaces that are searched by another generation. Those that were about to leave this one stay
    with it."""
    await session.fetch(_BACK, {"generation": generation})
    rows = await session.fetch(_ELSEWHERE, {"generation": generation})
    return [ids.encode("ws", tenant) for (tenant,) in rows]


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
