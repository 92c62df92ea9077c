"""What happened, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from answerable.events import repository
from answerable.events.tables import EventRow
from answerable.events.wall import EventWall
from answerable.jobs import Subject
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest

KEPT_DAYS = 30
_PORTION = 200


async def publish(
    session: Session,
    kind: str,
    subject: Subject,
    data: Mapping[str, JsonValue] | None = None,
    *,
    seen_with: Mapping[str, JsonValue] | None = None,
) -> None:
    """Tell that something happened, once the session's transaction has committed. Publish last in it: the
    workspace's log is held from here on. `seen_with` is what the subject's rule needs of a subject that is
    gone."""
    session.add(
        EventRow(
            workspace_id=session.workspace_id,
            position=await repository.next_position(session),
            kind=kind,
            subject_type=subject.type,
            subject_id=subject.id,
            actor_id=session.principal.user_id,
            data=dict(data or {}),
            seen_with=dict(seen_with) if seen_with is not None else None,
        )
    )
    await session.flush()
    await repository.forget_old(session, KEPT_DAYS)


async def list_events(
    session: Session, wall: EventWall, request: PageRequest, kind: str | None
) -> tuple[Sequence[EventRow], frozenset[str]]:
    """(events, newest first, one more than the page holds; the ids of those that the principal may see)."""
    rows = await repository.page(session, request, kind)
    return rows, await wall.visible(session, rows)


async def latest_position(session: Session) -> int:
    """Where a stream begins that is to tell what happens from now on."""
    return await repository.latest_position(session)


async def read_on(session: Session, wall: EventWall, position: int) -> tuple[list[EventRow], int]:
    """(what happened after a position as far as the principal may see it, oldest first; the position that was
    read up to)."""
    rows = await repository.after(session, position, _PORTION)
    visible = await wall.visible(session, rows)
    reached = rows[-1].position if rows else position
    return [row for row in rows if row.id in visible], reached
