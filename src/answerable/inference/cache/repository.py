"""All SQL of kept answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from answerable.inference.cache.kept import SealedAnswer, Vector
from answerable.inference.cache.store import Near, StoreBounds
from answerable.kit import ids
from answerable.kit.db import Session

_MARK = """
INSERT INTO cached_answer_marks AS m (workspace_id, tag, forgotten_at)
SELECT %(workspace)s::uuid, tag, clock_timestamp()
FROM (SELECT DISTINCT unnest(%(tags)s::text[]) AS tag ORDER BY 1) tags
ON CONFLICT (workspace_id, tag) DO UPDATE
SET forgotten_at = greatest(clock_timestamp(), m.forgotten_at + interval '1 microsecond')
RETURNING 1
"""
_REMOVE_TAGGED = """
DELETE FROM cached_answers WHERE workspace_id = %(workspace)s
AND (%(tags)s::text[] IS NULL OR tags && %(tags)s::text[]) RETURNING 1
"""
_LATEST = """
SELECT coalesce(extract(epoch FROM max(forgotten_at))::float8, 0) FROM cached_answer_marks
WHERE workspace_id = %(workspace)s AND tag = ANY (%(tags)s::text[])
"""
_LATE = """
SELECT m.tag, extract(epoch FROM m.forgotten_at)::float8
FROM workspaces w LEFT JOIN cached_answer_marks m
    ON m.workspace_id = w.id AND m.forgotten_at > now() - interval '3 hours'
WHERE w.id = %(workspace)s
"""
_GET = """
SELECT sealed FROM cached_answers
WHERE workspace_id = %(workspace)s AND key = %(key)s AND expires_at > %(now)s
"""
_NEAR = """
SELECT key, sealed, 1 - (vector <=> %(vector)s::halfvec) AS cosine FROM cached_answers
WHERE workspace_id = %(workspace)s AND scope = %(scope)s AND encoder = %(encoder)s AND expires_at > %(now)s
ORDER BY vector <=> %(vector)s::halfvec LIMIT %(count)s
"""
# What depends on something that was forgotten since it was asked for is not kept at all.
_PUT = """
INSERT INTO cached_answers
    (workspace_id, key, sealed, size, tags, created_at, expires_at, scope, encoder, vector)
SELECT %(workspace)s::uuid, %(key)s::bytea, %(sealed)s::bytea, %(size)s::integer, %(tags)s::text[],
    %(created_at)s::timestamptz, %(expires_at)s::timestamptz, %(scope)s::bytea, %(encoder)s::text,
    %(vector)s::halfvec
WHERE coalesce((SELECT extract(epoch FROM max(forgotten_at))::float8 FROM cached_answer_marks
    WHERE workspace_id = %(workspace)s AND tag = ANY (%(tags)s::text[])), 0) = %(seen)s
ON CONFLICT (workspace_id, key) DO UPDATE SET sealed = excluded.sealed, size = excluded.size,
    tags = excluded.tags, created_at = excluded.created_at, expires_at = excluded.expires_at,
    scope = excluded.scope, encoder = excluded.encoder, vector = excluded.vector
RETURNING 1
"""
_TRIM = """
DELETE FROM cached_answers WHERE workspace_id = %(workspace)s AND key IN (
    SELECT key FROM (
        SELECT key, row_number() OVER latest AS entries, sum(size) OVER latest AS bytes
        FROM cached_answers WHERE workspace_id = %(workspace)s
        WINDOW latest AS (ORDER BY expires_at DESC, key ROWS UNBOUNDED PRECEDING)) kept
    WHERE entries > %(max_entries)s OR bytes > %(max_bytes)s)
RETURNING 1
"""


async def mark(session: Session, tags: Sequence[str]) -> None:
    """Note that the tags are forgotten now."""
    await session.fetch(_MARK, {"workspace": _workspace(session), "tags": list(tags)})


async def remove_tagged(session: Session, tags: Sequence[str] | None) -> None:
    """Delete the answers with one of the tags; all for None."""
    given = None if tags is None else list(tags)
    await session.fetch(_REMOVE_TAGGED, {"workspace": _workspace(session), "tags": given})


async def latest_mark(session: Session, tags: Sequence[str]) -> float:
    """When one of the tags was last forgotten, in Unix seconds; 0 when at no time."""
    found = await session.fetch(_LATEST, {"workspace": _workspace(session), "tags": list(tags)})
    return float(found[0][0])


async def late_marks(session: Session) -> Sequence[tuple[str, float]] | None:
    """The tags that were forgotten within three hours, with the moments; None for no such workspace."""
    found = await session.fetch(_LATE, {"workspace": _workspace(session)})
    if not found:
        return None
    return [(str(tag), float(moment)) for tag, moment in found if tag is not None]


async def get(session: Session, key: bytes, now: float) -> bytes | None:
    """The sealed answer of that key."""
    found = await session.fetch(_GET, {"workspace": _workspace(session), "key": key, "now": _moment(now)})
    return bytes(found[0][0]) if found else None


async def near(
    session: Session, scope: bytes, encoder: str, vector: Vector, *, count: int, now: float
) -> Sequence[Near]:
    """The nearest answers of that scope and encoder, by cosine."""
    asked = {"scope": scope, "encoder": encoder, "vector": _halfvec(vector), "count": count}
    found = await session.fetch(_NEAR, {**asked, "workspace": _workspace(session), "now": _moment(now)})
    return [Near(bytes(key), bytes(sealed), float(cosine)) for key, sealed, cosine in found]


async def put(session: Session, answers: Sequence[SealedAnswer]) -> None:
    """Keep answers, unless what they depend on was forgotten meanwhile."""
    for answer in answers:
        values = {
            "workspace": _workspace(session),
            "key": answer.key,
            "sealed": answer.sealed,
            "size": answer.size,
            "tags": list(answer.tags),
            "created_at": _moment(answer.created_at),
            "expires_at": _moment(answer.expires_at),
            "scope": answer.scope,
            "encoder": answer.encoder,
            "vector": None if answer.vector is None else _halfvec(answer.vector),
            "seen": answer.seen,
        }
        await session.fetch(_PUT, values)


async def trim(session: Session, bounds: StoreBounds) -> None:
    """Delete what expires first, down to the bounds."""
    limits = {"max_entries": bounds.max_entries, "max_bytes": bounds.max_bytes}
    await session.fetch(_TRIM, {"workspace": _workspace(session), **limits})


async def sweep(session: Session) -> int:
    """Delete what is past its time, of all workspaces, in a session of nobody; returns how many.

    The policy that allows it opens these rows only, and only where this setting is made.
    """
    await session.set_local(["SET LOCAL answerable.sweep = 'cached_answers'"])
    answers = await session.fetch(
        "WITH gone AS (DELETE FROM cached_answers RETURNING 1) SELECT count(*) FROM gone", {}
    )
    await session.fetch(
        "WITH gone AS (DELETE FROM cached_answer_marks RETURNING 1) SELECT count(*) FROM gone", {}
    )
    return int(answers[0][0])


def _workspace(session: Session) -> str:
    return str(ids.decode("ws", session.workspace_id) or ids.NIL)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _halfvec(vector: Vector) -> str:
    return "[" + ",".join(f"{value:.5g}" for value in np.asarray(vector, np.float32)) + "]"
