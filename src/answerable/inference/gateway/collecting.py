"""The whole answer out of the events of a stream."""

from __future__ import annotations

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    Finished,
    FinishReason,
    RefusalDelta,
    TextDelta,
    TokenCount,
    ToolCall,
    ToolCallDelta,
    UsageReported,
)

_MOST_CHARACTERS = 200_000


class Collected:
    """Listens to a stream, to know what it said; beyond 200,000 characters it stops listening."""

    __slots__ = ("_calls", "_reason", "_refusal", "_size", "_texts", "_tokens")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, ToolCallDelta] = {}
        self._reason = FinishReason.STOP
        self._tokens = TokenCount(estimated=True)
        self._size = 0

    def hear(self, event: ChatEvent) -> None:
        """One more event."""
        if isinstance(event, TextDelta):
            self._size += len(event.text)
            if self._size <= _MOST_CHARACTERS:
                self._texts.append(event.text)
        elif isinstance(event, RefusalDelta):
            self._refusal.append(event.text)
        elif isinstance(event, ToolCallDelta):
            known = self._calls.get(event.index)
            arguments = (known.arguments if known else "") + event.arguments
            first = known or event
            self._calls[event.index] = ToolCallDelta(
                event.index, arguments, first.id, first.name, first.signature
            )
        elif isinstance(event, Finished):
            self._reason = event.reason
        elif isinstance(event, UsageReported):
            self._tokens = event.tokens

    def answer(self, model: str) -> ChatAnswer:
        """What was said so far."""
        calls = [self._calls[index] for index in sorted(self._calls)]
        return ChatAnswer(
            model=model,
            text="".join(self._texts),
            refusal="".join(self._refusal) or None,
            tool_calls=tuple(ToolCall(call.id or "", call.name or "", call.arguments) for call in calls),
            finish_reason=self._reason,
            tokens=self._tokens,
        )
