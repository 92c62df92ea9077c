"""What a client asks the system, and the conversation that it goes on from."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.chat.asking.answer import Answer
from answerable.chat.asking.repository import RunRepository
from answerable.chat.asking.schemas import AskRequest, readable
from answerable.chat.asking.service import answer_whole
from answerable.chat.asking.steps import Asker
from answerable.chat.messages import turns
from answerable.inference.chat import ChatRequest


@dataclass(frozen=True, slots=True)
class Question:
    """A question in a client's own words; `session_id` names a conversation that is kept here."""

    request: ChatRequest
    ask: AskRequest
    session_id: str | None

    async def answered(self, asker: Asker, trace_id: str) -> Answer:
        """The answer, kept with its run, and as a turn of the conversation where there is one.

        Raises NotFound for a session that is none of the caller's, Forbidden, Conflict.
        """
        if self.session_id is not None:
            return await turns.ask_whole(asker, turns.Sent(self.session_id, self.ask), trace_id)
        return await answer_whole(asker, self.ask, trace_id, await self._followed(asker))

    async def _followed(self, asker: Asker) -> str | None:
        """The run whose answer the client says was the last one; None where it is no answer of ours."""
        said = [turn for turn in self.request.messages if turn.role in ("user", "assistant")]
        last = max((place for place, turn in enumerate(said) if turn.role == "user"), default=0)
        if last < 2 or (said[last - 2].role, said[last - 1].role) != ("user", "assistant"):
            return None
        user_id = asker.principal.user_id
        try:
            question, answer = readable(said[last - 2].text), said[last - 1].text
        except ValueError:
            return None
        if user_id is None or "\0" in answer:
            return None
        async with asker.runtime.database.begin(asker.principal) as session:
            return await RunRepository(session).latest(user_id, question, answer)
