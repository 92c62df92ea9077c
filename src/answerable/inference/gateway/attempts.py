"""One call's attempts: asks one target after another until one answers."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.call import Call, Spending
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.gateway.refusing import RefusedAnswer
from answerable.inference.gateway.upstream import ask, read_whole
from answerable.inference.models.hiding import bytes_without_secrets, failure_without_secrets
from answerable.inference.models.plan import Plan, Target
from answerable.inference.providers.adapter import Adapter, UpstreamRequest
from answerable.inference.providers.failing import KEPT_BYTES
from answerable.inference.routing.router import Attempts, Router
from answerable.kit.outbound import Outbound, OutboundFailure, OutboundResponse
from answerable.telemetry.tracing import recording, within

T = TypeVar("T")
AdapterFor = Callable[[str], Adapter]
Attempt = Callable[[Target, Adapter, float | None], Awaitable[T]]

_ERROR_EVENT = re.compile(rb'^(?:event: ?error|data: ?\{\s*"error"|data: ?\{\s*"type"\s*:\s*"error")')


@dataclass(frozen=True, slots=True)
class Providers:
    """What it takes to ask a provider."""

    outbound: Outbound
    router: Router
    adapter_for: AdapterFor

    async def first_answer(
        self, plan: Plan, call: Call, attempt: Attempt[T], *, seconds: float | None = None
    ) -> tuple[T, Attempts]:
        """What the first target that answers gives, and the attempts, to report a later break to.

        `seconds` bounds all attempts together. Raises UpstreamFailure, NoTargetAvailable, or CallerLeft: once
        nobody is there for the answer, nobody more is asked.
        """
        deadline = None if seconds is None else self.router.now() + seconds
        attempts = self.router.attempts(plan, deadline=deadline)
        try:
            if recording():
                with within(call.span.span):
                    result = await self._try_all(attempts, call, attempt, deadline)
            else:
                result = await self._try_all(attempts, call, attempt, deadline)
        except BaseException:
            attempts.close()
            raise
        return result, attempts

    async def _try_all(
        self, attempts: Attempts, call: Call, attempt: Attempt[T], deadline: float | None
    ) -> T:
        refused: tuple[RefusedAnswer, Spending] | None = None
        while (target := await attempts.next()) is not None:
            if not call.wanted:
                raise CallerLeft
            call.target = target
            call.attempts += 1
            started = time.perf_counter()
            left = None if deadline is None else deadline - self.router.now()
            try:
                result = await attempt(target, self.adapter_for(target.kind), left)
            except UpstreamFailure as failure:
                attempts.failed(target, failure_without_secrets(target, failure))
                if failure.tokens is None:
                    continue
                spending = call.spent(target, failure.tokens)
                if isinstance(failure, RefusedAnswer):
                    refused = (failure, spending)
                if await call.has_room_beside(spending):
                    continue
                break
            attempts.succeeded(target, time.perf_counter() - started)
            return result
        if refused is not None:
            call.takes(refused[1])
            return cast("T", refused[0].given)
        raise attempts.error

    async def ask(
        self, target: Target, adapter: Adapter, request: UpstreamRequest, seconds: float | None
    ) -> OutboundResponse:
        """A good answer's beginning. Raises UpstreamFailure, also for what a provider calls an error."""
        response = await ask(self.outbound, target, request, seconds=seconds)
        if 200 <= response.status < 300:
            return response
        try:
            body = await response.read()
            while len(body) < KEPT_BYTES and not response.drained:
                body += await response.read()
        except OutboundFailure:
            body = b""
        response.abort()
        raise adapter.failure(response.status, response.headers, body)

    async def whole(
        self, target: Target, adapter: Adapter, request: UpstreamRequest, seconds: float | None, limit: int
    ) -> tuple[OutboundResponse, bytes]:
        """A good answer with its whole body of at most `limit` bytes, without our key should the provider
        repeat it: some tell errors with a good status. Raises UpstreamFailure."""
        response = await self.ask(target, adapter, request, seconds)
        return response, bytes_without_secrets(target, await read_whole(response, limit))


def begins_with_error(data: bytes) -> bool:
    """Whether a stream begins with an error: no answer has begun, so another target may be asked."""
    return _ERROR_EVENT.match(data) is not None
