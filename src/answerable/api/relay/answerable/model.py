"""The whole system behind one model name: what a client asks last is asked of documents and tables."""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from answerable.api.relay.answerable.question import Question
from answerable.api.relay.answerable.streaming import headers_of, streamed_reply
from answerable.api.relay.answerable.writing import written_frames, written_whole
from answerable.chat.asking.answer import Answer, Status
from answerable.chat.asking.schemas import LONGEST_QUESTION, AskRequest
from answerable.chat.asking.service import answer_run, new_run
from answerable.chat.asking.steps import Asker, Models
from answerable.identity.scopes import Scope
from answerable.inference.chat import ChatRequest
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.errors import Inexpressible, UnreadableCall
from answerable.inference.gateway import Gateway, Inbound, Reply
from answerable.inference.gateway.call import CallFacts
from answerable.inference.gateway.closing import Closing
from answerable.inference.gateway.own_call import Floor, FloorAnswer
from answerable.inference.models.names import SYSTEM_MODEL
from answerable.inference.operation import Operation
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import Forbidden, InvalidInput
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

_JSON = b"application/json"
_CHATS = frozenset({Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES})


class AnswerableModel:
    """The model `answerable`. The question is the last thing that the user says. It goes on from the
    conversation that the client names, else from the answer before it, where that was one of the system's."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def reply(self, inbound: Inbound, principal: Principal, session_id: str | None = None) -> Reply:
        """The answer as the client's protocol has it, on the books as a call without a cost of its own.

        Raises Forbidden, UnreadableCall, Inexpressible, LimitExceeded; NotFound for a session that is none of
        the caller's.
        """
        if inbound.operation not in _CHATS:
            raise InvalidInput(
                "The model 'answerable' answers questions: it gives no vectors, no sound and no counts."
            )
        if Scope.ASK not in principal.scopes:
            raise Forbidden(
                f"This needs the scope '{Scope.ASK}'. Use a key that has it.", reason="needs_scope"
            )
        request = dialect_for(inbound.operation).read(inbound.body)
        asked = Question(request, AskRequest(question=_question(request)), session_id)
        facts = CallFacts(
            inbound.caller,
            inbound.operation,
            request.model,
            streamed=request.stream,
            max_output_tokens=0,  # the models that it asks reserve what they need
            stage=SYSTEM_MODEL,
            trace_id=inbound.trace_id,
        )
        call = await self._runtime.get(Gateway).begin(facts, inbound.presence)
        asker = Asker(principal, self._runtime, Models(route=inbound.operation.path, parent_id=call.id))
        if request.stream:
            return await streamed_reply(asker, asked, inbound, call)
        with Closing(call):
            answer = await asked.answered(asker, inbound.trace_id or "")
            call.first_token()
            call.close(Outcome.ANSWERED)
        body = written_whole(answer, inbound.operation, request, call.id, call.started_at)
        return Reply(_JSON, headers_of(call), body)

    def floor(self, principal: Principal, trace_id: str | None = None) -> Floor | None:
        """What can be said without a model; None for who may not ask."""
        return _Floor(self._runtime, principal, trace_id or "") if Scope.ASK in principal.scopes else None


class _Floor:
    """The answerer without a model, for one who asks."""

    def __init__(self, runtime: Runtime, principal: Principal, trace_id: str) -> None:
        self._runtime = runtime
        self._principal = principal
        self._trace_id = trace_id

    async def sure(self, request: ChatRequest) -> FloorAnswer | None:
        """What the rules answer; None: they do not know."""
        found = await self._answer(request, Models(allowed=False))
        return _floor_answer(found) if found is not None and found.status is Status.ANSWERED else None

    async def last_resort(self, request: ChatRequest) -> FloorAnswer | None:
        """As when the models that write answers are away: quotes or the nearest passages, with a warning."""
        found = await self._answer(request, Models(away=True))
        return None if found is None else _floor_answer(found)

    async def _answer(self, request: ChatRequest, models: Models) -> Answer | None:
        try:
            asked = AskRequest(question=_question(request))
        except (UnreadableCall, Inexpressible):
            return None
        run = new_run(self._principal, asked, self._trace_id)
        return await answer_run(Asker(self._principal, self._runtime, models), run)


def _floor_answer(answer: Answer) -> FloorAnswer:
    # Gates go by how sure the rules were: what people said of other answers opens none.
    raw = answer.calibration.raw if answer.calibration is not None else answer.confidence
    return FloorAnswer(answer.text, raw, _Writing(answer))


class _Writing:
    """An answer without a model, written with its evidence."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def whole(self, operation: Operation, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """The whole body."""
        return written_whole(self._answer, operation, request, call_id, created)

    def frames(self, operation: Operation, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """Every frame of the stream."""
        return written_frames(self._answer, operation, request, call_id, created)


def _question(request: ChatRequest) -> str:
    """What the user says last. Raises UnreadableCall where that is no question, and Inexpressible where the
    answer must be something else than text."""
    if request.output_schema is not None:
        raise Inexpressible("response_format", "the model 'answerable' answers with text and evidence.")
    if request.tool_choice not in (None, "auto", "none"):
        raise Inexpressible("tool_choice", "the model 'answerable' calls no tools of the client's.")
    said = next((turn.text for turn in reversed(request.messages) if turn.role == "user"), "")
    if len(said) > LONGEST_QUESTION:
        raise UnreadableCall(
            f"messages: the question has more than {LONGEST_QUESTION:,} characters.", "messages"
        )
    try:
        return AskRequest(question=said).question
    except ValidationError:
        raise UnreadableCall(
            "messages: the last message of the user holds no question.", "messages"
        ) from None
