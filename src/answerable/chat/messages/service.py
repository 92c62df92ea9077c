"""Messages as they are shown: the path through a session's tree that its member looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, cast

from answerable.chat.asking.answer import Answer
from answerable.chat.asking.service import failure_of
from answerable.chat.asking.tables import RunRow
from answerable.chat.asking.withholding import DETAIL, AnswerKeptBack, as_seen, withheld
from answerable.chat.messages import repository
from answerable.chat.messages.parts import PARTS, ErrorPart, Part, parts_of
from answerable.chat.messages.repository import Hit, Shown
from answerable.chat.messages.schemas import (
    AnswerReport,
    MessageHit,
    MessageSearch,
    MessagesRequest,
    MessageStatus,
    MessageView,
)
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.chat.sessions.words import words_query
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import Page, make_page

_GONE = ErrorPart(
    code="source_gone",
    detail="The answer was deleted together with a document or table that it cited. Ask again.",
)
_WITHHELD = ErrorPart(code=AnswerKeptBack.code, detail=DETAIL)
Seen: TypeAlias = tuple[MessageStatus, list[Part], Answer | None]
"""What a message shows: its state, its parts, and the answer that they are of, if there is one."""


async def get(session: Session, session_id: str, message_id: str) -> MessageView:
    """One message of one of the caller's sessions. Raises NotFound."""
    (view,) = await views(session, [await find(session, session_id, message_id)])
    return view


async def find(session: Session, session_id: str, message_id: str) -> Shown:
    """One message with its run. Raises NotFound."""
    found = await repository.find(session, session_id, message_id)
    if found is None:
        raise NotFound
    return found


async def list_path(session: Session, chat: ChatSessionRow, request: MessagesRequest) -> Page[MessageView]:
    """The path that is shown, newest message last; the next page holds older ones."""
    end = request.cursor or chat.active_message_id
    if end is None:
        return Page(items=[])
    rows = await repository.path(session, chat.id, end, request.limit)
    if request.cursor is not None and not rows:
        raise InvalidInput(
            "The cursor is not one that this server gave out. Start again without it.",
            errors=[FieldError("cursor", "not a cursor of this list")],
        )
    older = rows[0][0].parent_id if rows else None
    return Page(items=await views(session, rows), next_cursor=older)


async def search(session: Session, request: MessageSearch) -> Page[MessageHit]:
    """The caller's messages that have every word, or words that begin so, newest first. A conversation whose
    title has them is found by the message that its path ends with."""
    words = words_query(request.q)
    if words is None:
        return Page(items=[])
    hits = await repository.search(session, words, request, request.found_in, request.session_id)
    page = make_page(hits, request, lambda hit: hit, lambda hit: (hit.created_at, hit.message_id))
    kept_back = await _withheld_messages(session, page.items)
    items = [MessageHit.of(hit) for hit in page.items if hit.message_id not in kept_back]
    return Page(items=items, next_cursor=page.next_cursor)


async def _withheld_messages(session: Session, hits: Sequence[Hit]) -> set[str]:
    """Those of the messages found whose answers are kept back."""
    runs: dict[str, list[RunRow]] = {}
    for run in await repository.runs_of(session, [hit.message_id for hit in hits]):
        runs.setdefault(run.session_id or "", []).append(run)
    found: set[str] = set()
    for session_id, own in runs.items():
        kept_back = await withheld(session, session_id, own)
        found |= {run.message_id for run in own if run.id in kept_back and run.message_id is not None}
    return found


async def list_tree(session: Session, chat: ChatSessionRow) -> list[MessageView]:
    """Every message of the session, a parent before its children."""
    return await views(session, await repository.tree(session, chat.id))


async def views(session: Session, rows: Sequence[Shown]) -> list[MessageView]:
    """Messages of one session as their member sees them."""
    siblings = await repository.siblings(session, [message for message, _ in rows])
    return [_view(message, what, siblings) for message, what in await seen(session, rows)]


async def seen(session: Session, rows: Sequence[Shown]) -> list[tuple[MessageRow, Seen]]:
    """Messages of one session, each with what it shows now to the session's principal, whose they are."""
    answers = await as_seen(session, rows[0][0].session_id if rows else None, [run for _, run in rows])
    return [(message, _shown(message, run, answers)) for message, run in rows]


def _view(message: MessageRow, what: Seen, siblings: Mapping[str | None, list[str]]) -> MessageView:
    status, parts, answer = what
    return MessageView(
        id=message.id,
        session_id=message.session_id,
        parent_id=message.parent_id,
        siblings=siblings[message.parent_id],
        role=cast("Literal['user', 'assistant']", message.role),
        status=status,
        parts=parts,
        run_id=message.run_id,
        answer=AnswerReport.of(answer) if answer is not None else None,
        created_at=message.created_at,
    )


def _shown(message: MessageRow, run: RunRow | None, answers: Mapping[str, Answer | None]) -> Seen:
    if message.parts is not None:
        return MessageStatus.COMPLETE, PARTS.validate_python(message.parts), None
    if run is None:
        return MessageStatus.FAILED, [_GONE], None
    if run.status == "running":
        return MessageStatus.RUNNING, [], None
    if run.id in answers:
        answer = answers[run.id]
        if answer is None:
            return MessageStatus.FAILED, [_WITHHELD], None
        return MessageStatus.COMPLETE, parts_of(answer), answer
    error = failure_of(run)
    status = MessageStatus.CANCELLED if run.status == "cancelled" else MessageStatus.FAILED
    return status, [ErrorPart(code=str(error["code"]), detail=str(error["detail"]))], None
