"""The model name that is no model: the whole system, asked in the clients' protocols."""

from __future__ import annotations

from typing import Protocol

from answerable.inference.gateway import Inbound, Reply
from answerable.inference.gateway.own_call import Floor
from answerable.kit.principal import Principal


class SystemModel(Protocol):
    """Answers calls to the model `answerable`."""

    async def reply(self, inbound: Inbound, principal: Principal, session_id: str | None = None) -> Reply:
        """The answer as the client's protocol has it, within a conversation where the client names one;
        `inbound.presence` says whether the client is there.

        Raises an AnswerableError for what cannot be answered.
        """
        ...

    def floor(self, principal: Principal, trace_id: str | None = None) -> Floor | None:
        """The answerer without a model, as a stage of cascades; None for who may not ask."""
        ...
