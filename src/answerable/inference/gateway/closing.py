"""Whatever happens within, the call's books are closed."""

from __future__ import annotations

import asyncio
from types import TracebackType

from answerable.inference.chat import ChatEvent, Finished, TokenCount, UsageReported
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway.call import Call
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.usage.record import Outcome
from answerable.kit.errors import AnswerableError


class SeenEvents:
    """What has come of an answer so far, to bill it should it break: the provider's count, and the pieces
    that came since it told that."""

    __slots__ = ("events", "spoke", "tokens")

    def __init__(self) -> None:
        self.events = 0
        self.spoke = False  # whether any piece of the answer came
        self.tokens: TokenCount | None = None

    def noted(self, event: ChatEvent) -> ChatEvent:
        """The same event, counted."""
        if isinstance(event, UsageReported):
            self.tokens, self.events = event.tokens, 0
        elif not isinstance(event, Finished):
            self.events += 1
            self.spoke = True
        return event


class Closing:
    """`with Closing(call):` closes the books for every way out but a plain return.

    An error is a failed call. A cancelled task, or a generator that nobody reads on, ends the call
    as its client's presence says, with what the provider has probably counted by then.
    """

    __slots__ = ("_call", "_seen")

    def __init__(self, call: Call, seen: SeenEvents | None = None) -> None:
        self._call = call
        self._seen = seen or SeenEvents()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self.ended_by(error)

    def ended_by(self, error: BaseException) -> None:
        """Close the books of a call that this ended."""
        if self._call.closed:
            return
        seen = self._seen
        used = self._call.used(seen.tokens, seen.events, whole=False) if seen.tokens or seen.events else None
        if isinstance(error, CallerLeft):
            self._call.close(self._call.presence.reason())
        elif isinstance(error, asyncio.CancelledError | GeneratorExit):
            asked = used or (self._call.estimated(0) if self._call.attempts else None)
            self._call.close(self._call.presence.reason(), asked)
        elif isinstance(error, UpstreamFailure):
            self._call.close(Outcome.FAILED, used, error_code=error.kind.value)
        elif isinstance(error, AnswerableError):
            self._call.close(Outcome.FAILED, used, error_code=error.code)
        else:
            self._call.close(Outcome.FAILED, used, error_code="internal_error")
