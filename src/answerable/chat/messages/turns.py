"""A turn: a question is put into a session, under a message, and answered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.chat.asking import service as asking
from answerable.chat.asking.answer import Answer
from answerable.chat.asking.schemas import Asked, AskRequest
from answerable.chat.asking.service import Place
from answerable.chat.asking.steps import Asker
from answerable.chat.asking.tables import RunRow
from answerable.chat.files import service as files_of_session
from answerable.chat.messages import repository
from answerable.chat.messages import service as messages
from answerable.chat.messages.parts import PARTS, FilePart, TextPart
from answerable.chat.messages.schemas import Exchange
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions import service as sessions
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.identity.access import DeferredContext, Scope
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, Forbidden, InvalidInput
from answerable.kit.ids import new_id
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

ACTIVE = "active"
"""Go on from the end of the path that is shown."""


class RunUnderWay(Conflict):
    code, title = "run_under_way", "The answer before is still on its way"


@dataclass(frozen=True, slots=True)
class Sent:
    """A question for a session. `parent` is the message to go on from, ACTIVE, or None for a beginning;
    `option` is the place of the reading chosen from those that the parent offers, `files` the ids of files of
    the session that it shows, `written` the question with its line breaks."""

    session_id: str
    request: AskRequest
    parent: str | None = ACTIVE
    option: int | None = None
    files: tuple[str, ...] = ()
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Regenerated:
    """A wish for another answer to the question that a message is, or answers."""

    session_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Edited:
    """Another question in the place of the one that a message is."""

    session_id: str
    message_id: str
    request: AskRequest
    written: str | None = None


Wish = Sent | Regenerated | Edited


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, and the message of a session that it follows with its run: None for a first one."""

    session_id: str
    parent_id: str | None
    follows_id: str | None
    request: AskRequest
    question: MessageRow | None = None  # which is there already
    files: tuple[FilePart, ...] = ()
    written: str | None = None

    def place(self) -> Place:
        """Where the answer will be shown."""
        return Place(self.session_id, new_id("msg"), self.follows_id, self.parent_id)


async def ask(context: DeferredContext, sent: Wish, trace_id: str) -> Answer:
    """Answer within a session, and then keep messages and run in the request's transaction."""
    _require_chat(context.principal)
    answer, _ = await _ask(context, sent, trace_id)
    return answer


async def exchange(context: DeferredContext, sent: Wish, trace_id: str) -> Exchange:
    """The same; the two messages as they are kept."""
    answer, session = await _ask(context, sent, trace_id)
    reply = await messages.get(session, sent.session_id, answer.message_id or "")
    question = await messages.get(session, sent.session_id, reply.parent_id or "")
    return Exchange(message=question, reply=reply)


async def ask_whole(asker: Asker, sent: Wish, trace_id: str) -> Answer:
    """The same in transactions of its own; for callers that have none."""
    _require_chat(asker.principal)
    turn, run, answer = await _answered(asker, sent, trace_id)
    async with asker.runtime.database.begin(asker.principal) as session:
        await _keep_answered(session, asker.runtime, sent, (turn, run, answer))
    return answer


async def _ask(context: DeferredContext, sent: Wish, trace_id: str) -> tuple[Answer, Session]:
    turn, run, answer = await _answered(Asker(context.principal, context.runtime), sent, trace_id)
    session = await context.begin()
    await _keep_answered(session, context.runtime, sent, (turn, run, answer))
    return answer, session


async def _answered(asker: Asker, sent: Wish, trace_id: str) -> tuple[Turn, RunRow, Answer]:
    """The turn, its run and the answer, of which nothing is kept yet."""
    async with asker.runtime.database.begin(asker.principal) as session:
        turn = await _turn(session, await sessions.get(session, sent.session_id), sent)
    run = asking.new_run(asker.principal, turn.request, trace_id, turn.place())
    return turn, run, await asking.answer_run(asker, run)


async def _keep_answered(
    session: Session, runtime: Runtime, sent: Wish, answered: tuple[Turn, RunRow, Answer]
) -> None:
    turn, run, answer = answered
    chat = await sessions.lock(session, turn.session_id)
    if isinstance(sent, Sent) and sent.parent == ACTIVE:
        # Another turn may have come meanwhile: this one is shown after it, not instead of it.
        turn = replace(turn, parent_id=chat.active_message_id)
    await asking.keep_answered(session, runtime, run, answer)
    await _keep(session, runtime, chat, turn, run)


async def begin(session: Session, runtime: Runtime, sent: Wish, trace_id: str) -> RunRow:
    """Keep the question and a run for its answer; the work begins with the commit."""
    chat = await sessions.lock(session, sent.session_id)
    turn = await _turn(session, chat, sent)
    run = asking.new_run(session.principal, turn.request, trace_id, turn.place())
    await asking.begin_run(session, runtime, run)
    await _keep(session, runtime, chat, turn, run)
    return run


async def begin_any(session: Session, runtime: Runtime, request: AskRequest, trace_id: str) -> RunRow:
    """The same for a question that may belong to a session: its next turn, or a run of its own."""
    if request.session_id is not None:
        _require_chat(session.principal)
        return await begin(session, runtime, Sent(request.session_id, request), trace_id)
    run = asking.new_run(session.principal, request, trace_id)
    await asking.begin_run(session, runtime, run)
    return run


def _require_chat(principal: Principal) -> None:
    """Asking needs less than writing into a conversation. Raises Forbidden."""
    if Scope.CHAT_WRITE not in principal.scopes:
        raise Forbidden(
            f"Asking within a session needs the scope '{Scope.CHAT_WRITE}'. Name no session: leave out "
            "session_id, or the header X-Answerable-Session; or use a key with that scope."
        )


async def _turn(session: Session, chat: ChatSessionRow, wish: Wish) -> Turn:
    """The turn, if it can be taken now. Raises NotFound for what is no message of the session."""
    match wish:
        case Sent():
            return await _next(session, chat, wish)
        case Regenerated():
            return await _again(session, chat, wish)
        case Edited():
            question, _ = await messages.find(session, chat.id, wish.message_id)
            if question.role != "user":
                raise InvalidInput(
                    "Only a question can be edited. Edit the one before, or ask for another answer.",
                    errors=[FieldError("message_id", "not a question")],
                    reason="only_questions_are_edited",
                )
            turn = await _next(
                session, chat, Sent(chat.id, wish.request, question.parent_id, written=wish.written)
            )
            return replace(turn, files=_files_of(question))


async def _again(session: Session, chat: ChatSessionRow, wish: Regenerated) -> Turn:
    message, run = await messages.find(session, chat.id, wish.message_id)
    question = message
    if message.role == "assistant":
        _refuse_running(run)
        question, _ = await messages.find(session, chat.id, message.parent_id or "")
    run = run or await repository.run_of_newest_reply(session, question.id)
    asked = TextPart.model_validate(question.parts[0]).text if question.parts else ""
    request = AskRequest(question=asked)
    if run is not None and run.asked is not None:
        before = Asked.model_validate(run.asked).request
        request = request.model_copy(
            update={"scope": before.scope, "tool": before.tool, "query": before.query}
        )
    follows = None
    if question.parent_id is not None:
        follows = (await messages.find(session, chat.id, question.parent_id))[0].run_id
    return Turn(chat.id, question.parent_id, follows, request, question)


async def _next(session: Session, chat: ChatSessionRow, sent: Sent) -> Turn:
    files = tuple(await files_of_session.parts_for(session, chat.id, sent.files)) if sent.files else ()
    parent_id = chat.active_message_id if sent.parent == ACTIVE else sent.parent
    if parent_id is None:
        return Turn(chat.id, None, None, _chosen(sent, None), files=files, written=sent.written)
    before, run = await messages.find(session, chat.id, parent_id)
    if before.role != "assistant":
        raise InvalidInput(
            "A question follows an answer. Name the answer to go on from, or leave parent_id out.",
            errors=[FieldError("parent_id", "not an answer")],
            reason="no_answer_to_follow",
        )
    _refuse_running(run)
    chosen = _chosen(sent, run)
    return Turn(chat.id, parent_id, before.run_id, chosen, files=files, written=sent.written)


def _files_of(question: MessageRow) -> tuple[FilePart, ...]:
    parts = PARTS.validate_python(question.parts or [])
    return tuple(part for part in parts if isinstance(part, FilePart))


def _refuse_running(run: RunRow | None) -> None:
    if run is not None and run.status == "running":
        raise RunUnderWay(
            f"The answer before is still on its way. Wait for the run {run.id}, or cancel it, then ask."
        )


def _chosen(sent: Sent, before: RunRow | None) -> AskRequest:
    """The request, with the reading chosen from those that the answer before offers."""
    if sent.option is None:
        return sent.request
    answer = Answer.model_validate(before.answer) if before is not None and before.answer else None
    options = answer.ask_back.options if answer is not None and answer.ask_back is not None else []
    if sent.option >= len(options):
        raise InvalidInput(
            f"The answer before offers {len(options)} readings. Give the place of one, from 0.",
            errors=[FieldError("option", "no such reading")],
            reason="no_such_reading",
        )
    return sent.request.model_copy(update={"query": options[sent.option].query})


async def _keep(session: Session, runtime: Runtime, chat: ChatSessionRow, turn: Turn, run: RunRow) -> None:
    """Keep question and answer as messages; their path becomes the one that is shown."""
    now = runtime.clock.now()
    same = {"workspace_id": session.workspace_id, "owner_id": chat.owner_id, "session_id": chat.id}
    question = turn.question
    if question is None:
        text = TextPart(text=turn.written or turn.request.question)
        question = MessageRow(
            **same,
            id=new_id("msg"),
            parent_id=turn.parent_id,
            depth=await _depth_below(session, chat, turn.parent_id),
            role="user",
            parts=PARTS.dump_python([text, *turn.files], mode="json"),
            created_at=now,
        )
        await repository.add(session, question)
    reply = MessageRow(
        **same,
        id=run.message_id,
        parent_id=question.id,
        depth=question.depth + 1,
        role="assistant",
        run_id=run.id,
        created_at=now,
    )
    await repository.add(session, reply)
    chat.active_message_id, chat.updated_at = reply.id, now
    chat.title = chat.title or sessions.title_from(turn.request.question)
    await session.flush()


async def _depth_below(session: Session, chat: ChatSessionRow, parent_id: str | None) -> int:
    if parent_id is None:
        return 0
    parent, _ = await messages.find(session, chat.id, parent_id)
    return parent.depth + 1
