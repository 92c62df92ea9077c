"""What may be done with sessions. Nobody but their member learns that they exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from answerable.chat.files import service as files
from answerable.chat.sessions import repository
from answerable.chat.sessions.schemas import RunningRun, SessionIn, SessionsRequest, SessionView
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.chat.sessions.words import words_query
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.paging import Page, make_page
from answerable.kit.runtime import Runtime

_LONGEST_MADE_TITLE = 60


async def create(session: Session, runtime: Runtime, wanted: SessionIn) -> ChatSessionRow:
    """A new session of the caller's."""
    row = ChatSessionRow(
        workspace_id=session.workspace_id,
        owner_id=session.principal.user_id,
        title=wanted.title,
        channel=wanted.channel,
        tags=wanted.tags,
        updated_at=runtime.clock.now(),
    )
    await repository.add(session, row)
    return row


async def get(session: Session, session_id: str) -> ChatSessionRow:
    """A session of the caller's own. Raises NotFound for anybody else's."""
    row = await repository.find(session, session_id)
    if row is None:
        raise NotFound
    return row


async def lock(session: Session, session_id: str) -> ChatSessionRow:
    """The same, held against every other change until the transaction ends."""
    row = await repository.lock(session, session_id)
    if row is None:
        raise NotFound
    return row


async def remove(session: Session, session_id: str) -> None:
    """Delete a session with everything that was said in it and its files. Raises NotFound."""
    await get(session, session_id)
    await files.delete_all(session, session_id)
    if not await repository.remove(session, session_id):
        raise NotFound


async def view(session: Session, row: ChatSessionRow) -> SessionView:
    """The session as its member sees it."""
    return SessionView.of(row, (await _running(session, [row.id]))[row.id])


async def list_sessions(session: Session, request: SessionsRequest) -> Page[SessionView]:
    """The caller's sessions, the one used last first."""
    words = None if request.q is None else words_query(request.q)
    if words is None and request.q:
        return Page(items=[])
    rows = await repository.page(session, request, words)
    running = await _running(session, [row.id for row in rows])
    return make_page(
        rows,
        request,
        lambda row: SessionView.of(row, running[row.id]),
        lambda row: (row.updated_at, row.id),
    )


async def _running(session: Session, session_ids: Iterable[str]) -> dict[str, list[RunningRun]]:
    found: dict[str, list[RunningRun]] = defaultdict(list)
    for session_id, run_id, message_id in await repository.running(session, session_ids):
        found[session_id].append(RunningRun(run_id=run_id, message_id=message_id))
    return found


def title_from(question: str) -> str:
    """A title out of a first question: its first 60 characters, cut between words."""
    text = " ".join(question.split()).strip()
    if len(text) > _LONGEST_MADE_TITLE:
        cut = text[: _LONGEST_MADE_TITLE - 1]
        text = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(",.;:–- ") + "…"
    text = text.rstrip("?!. ") or text
    return text[:1].upper() + text[1:]
