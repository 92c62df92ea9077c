"""A chat call of the system's own, in the gateway's own words, and what comes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from answerable.inference.cache.wish import ANYTHING, CacheWish
from answerable.inference.chat import ChatAnswer, ChatEvent, ChatRequest, TokenCount
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.presence import ALWAYS_THERE, Presence
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Caller, Operation

AnswerCheck = Callable[[ChatAnswer], Awaitable[str | None]]
"""A caller's own check of an answer: the name of what does not hold, or None."""


Opened = Callable[[Call], None]
"""Told of a call once it is on the books."""


@dataclass(frozen=True, slots=True)
class FloorAnswer:
    """An answer without a model, and how sure it is, 0 to 1."""

    text: str
    confidence: float


Floor = Callable[[ChatRequest], Awaitable[FloorAnswer | None]]
"""The answerer without a model, bound to who asks; None: it does not know."""


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One call. `deadline` is a moment of `time.monotonic`; `tags` name what the answer depends on, `cache`
    says what its client wishes of kept answers."""

    caller: Caller
    request: ChatRequest
    deadline: float | None = None
    parent_id: str | None = None
    stage: str | None = None
    operation: Operation = Operation.CHAT
    presence: Presence = ALWAYS_THERE
    trace_id: str | None = None
    floor: Floor | None = None
    tags: tuple[str, ...] = ()
    cache: CacheWish = ANYTHING


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer: which stage gave it (a model's name where there is no cascade), and what all stages
    that were asked used and cost together. `failed` are the checks that it failed and was given all the
    same, being the last."""

    answer: ChatAnswer
    call_id: str
    stage: str
    tokens: TokenCount
    cost_usd: Decimal
    failed: tuple[str, ...] = ()


class Stages(Protocol):
    """Runs the stages of plans with a cascade. It stands here because a cascade asks its stages through the
    gateway, which must not import it in turn."""

    async def answer(
        self, asked: OwnCall, plan: Plan, check: AnswerCheck | None = None, opened: Opened | None = None
    ) -> Answered:
        """The first answer that is good enough. Raises UpstreamFailure or an AnswerableError."""
        ...

    def events(
        self, asked: OwnCall, plan: Plan, opened: Opened | None = None
    ) -> AsyncGenerator[ChatEvent, None]:
        """The same as it comes, from the moment on when it is good enough."""
        ...
