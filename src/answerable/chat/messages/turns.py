"""A turn: a question is put into a session, under a message, and answered."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.chat.asking import service as asking
from answerable.chat.asking.answer import Answer
from answerable.chat.asking.schemas import AskRequest
from answerable.chat.asking.service import Place
from answerable.chat.asking.tables import RunRow
from answerable.chat.messages import repository
from answerable.chat.messages import service as messages
from answerable.chat.messages.parts import PARTS, TextPart
from answerable.chat.messages.schemas import Exchange
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions import service as sessions
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.identity.access import DeferredContext, Scope
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from answerable.kit.ids import new_id
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

ACTIVE = "active"
"""Go on from the end of the path that is shown."""


class RunUnderWay(Conflict):
    code, title = "run_under_way", "The answer before is still on its way"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and the message of a session that it follows: None for a first one."""

    session_id: str
    parent_id: str | None
    request: AskRequest


async def ask(context: DeferredContext, session_id: str, request: AskRequest, trace_id: str) -> Answer:
    """Answer as the session's next turn, and then keep messages and run in the request's transaction."""
    _require_chat(context.principal)
    answer, _ = await _ask(context, session_id, ACTIVE, request, trace_id)
    return answer


async def exchange(
    context: DeferredContext, session_id: str, parent: str | None, request: AskRequest, trace_id: str
) -> Exchange:
    """The same; the two messages as they are kept."""
    answer, session = await _ask(context, session_id, parent, request, trace_id)
    reply = await messages.get(session, session_id, answer.message_id or "")
    question = await messages.get(session, session_id, reply.parent_id or "")
    return Exchange(message=question, reply=reply)


async def _ask(
    context: DeferredContext, session_id: str, parent: str | None, request: AskRequest, trace_id: str
) -> tuple[Answer, Session]:
    async with context.runtime.database.begin(context.principal) as session:
        turn = await _turn(session, await sessions.get(session, session_id), parent, request)
    run = asking.new_run(context.principal, request, Place(session_id, new_id("msg")))
    answer = await asking.answer_run(context.runtime, context.principal, run, request, trace_id)
    session = await context.begin()
    chat = await sessions.lock(session, session_id)
    await asking.keep_answered(session, context.runtime, run, answer)
    await _keep(session, context.runtime, chat, turn, run)
    return answer, session


async def begin(
    session: Session,
    runtime: Runtime,
    session_id: str,
    parent: str | None,
    request: AskRequest,
    trace_id: str,
) -> RunRow:
    """Keep the question and a run for its answer; the work begins with the commit."""
    chat = await sessions.lock(session, session_id)
    turn = await _turn(session, chat, parent, request)
    run = asking.new_run(session.principal, request, Place(session_id, new_id("msg")))
    await asking.begin_run(session, runtime, run, request, trace_id)
    await _keep(session, runtime, chat, turn, run)
    return run


async def begin_any(session: Session, runtime: Runtime, request: AskRequest, trace_id: str) -> RunRow:
    """The same for a question that may belong to a session: its next turn, or a run of its own."""
    if request.session_id is not None:
        _require_chat(session.principal)
        return await begin(session, runtime, request.session_id, ACTIVE, request, trace_id)
    run = asking.new_run(session.principal, request)
    await asking.begin_run(session, runtime, run, request, trace_id)
    return run


def _require_chat(principal: Principal) -> None:
    """Asking needs less than writing into a conversation. Raises Forbidden."""
    if Scope.CHAT_WRITE not in principal.scopes:
        raise Forbidden(
            f"Asking within a session needs the scope '{Scope.CHAT_WRITE}'. Leave session_id out."
        )


async def _turn(session: Session, chat: ChatSessionRow, parent: str | None, request: AskRequest) -> Turn:
    """The turn, if it can be taken now. Raises NotFound for a parent that is no message of the session."""
    parent_id = chat.active_message_id if parent == ACTIVE else parent
    if parent_id is not None:
        before, run = await messages.find(session, chat.id, parent_id)
        if before.role != "assistant":
            raise InvalidInput(
                "A question follows an answer. Name the answer to go on from, or leave parent_id out.",
                errors=[FieldError("parent_id", "not an answer")],
            )
        if run is not None and run.status == "running":
            raise RunUnderWay(
                f"The answer before is still on its way. Wait for the run {run.id}, or cancel it, then ask."
            )
    return Turn(chat.id, parent_id, request)


async def _keep(session: Session, runtime: Runtime, chat: ChatSessionRow, turn: Turn, run: RunRow) -> None:
    """Keep question and answer as messages; their path becomes the one that is shown."""
    now = runtime.clock.now()
    depth = 0
    if turn.parent_id is not None:
        found = await repository.find(session, chat.id, turn.parent_id)
        if found is None:
            raise NotFound
        depth = found[0].depth + 1
    same = {"workspace_id": session.workspace_id, "owner_id": chat.owner_id, "session_id": chat.id}
    text = TextPart(text=turn.request.question)
    question = MessageRow(
        **same,
        id=new_id("msg"),
        parent_id=turn.parent_id,
        depth=depth,
        role="user",
        parts=PARTS.dump_python([text], mode="json"),
        created_at=now,
    )
    reply = MessageRow(
        **same,
        id=run.message_id,
        parent_id=question.id,
        depth=depth + 1,
        role="assistant",
        run_id=run.id,
        created_at=now,
    )
    await repository.add(session, question, reply)
    chat.active_message_id, chat.updated_at = reply.id, now
    chat.title = chat.title or sessions.title_from(turn.request.question)
    await session.flush()
