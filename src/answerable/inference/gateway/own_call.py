"""A chat call of the system's own, in the gateway's own words, and what comes of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
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


class FloorWriting(Protocol):
    """An answer without a model in the words of each protocol, with the evidence that a ChatAnswer has no
    place for."""

    def whole(self, operation: Operation, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """The whole body."""
        ...

    def frames(self, operation: Operation, request: ChatRequest, call_id: str, created: datetime) -> bytes:
        """Every frame of the stream."""
        ...


@dataclass(frozen=True, slots=True)
class FloorAnswer:
    """An answer without a model, how sure it is, 0 to 1, and how it is written with its evidence."""

    text: str
    confidence: float
    writing: FloorWriting


class Floor(Protocol):
    """The answerer without a model, bound to who asks."""

    async def sure(self, request: ChatRequest) -> FloorAnswer | None:
        """What the rules answer; None: they do not know."""
        ...

    async def last_resort(self, request: ChatRequest) -> FloorAnswer | None:
        """What can be said though no model answers: what was found, and a warning. None for a request that
        is no question."""
        ...


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
    same, being the last. `writing` is set for an answer without a model, `cached` for one that was another
    call's."""

    answer: ChatAnswer
    call_id: str
    stage: str
    tokens: TokenCount
    cost_usd: Decimal
    failed: tuple[str, ...] = ()
    writing: FloorWriting | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What a call came to, whether its answer is whole or not, and the stage that spoke last."""

    stage: str
    tokens: TokenCount
    cost_usd: Decimal


@dataclass(frozen=True, slots=True)
class Listener:
    """What the one who asks for a stream has to do with it beside reading its events.

    `opened` is told of the call, `without_model` before the first event of an answer that no model gave,
    `speaks` before the first event of the stage that gives the answer, `answered` of the whole after the
    last event, and `broken` of what an answer without an end came to. `check` judges the answers of a
    cascade's stages but the last, whose answer is given as it comes.
    """

    opened: Opened | None = None
    without_model: Callable[[FloorWriting], None] | None = None
    speaks: Callable[[str], None] | None = None
    check: AnswerCheck | None = None
    answered: Callable[[Answered], None] | None = None
    broken: Callable[[Spent], None] | None = None


NOBODY = Listener()


class Stages(Protocol):
    """Runs the stages of plans with a cascade. It stands here because a cascade asks its stages through the
    gateway, which must not import it in turn."""

    async def answer(
        self, asked: OwnCall, plan: Plan, check: AnswerCheck | None = None, opened: Opened | None = None
    ) -> Answered:
        """The first answer that is good enough. Raises UpstreamFailure or an AnswerableError."""
        ...

    def events(
        self, asked: OwnCall, plan: Plan, listener: Listener = NOBODY
    ) -> AsyncGenerator[ChatEvent, None]:
        """The same as it comes, from the moment on when it is good enough."""
        ...
