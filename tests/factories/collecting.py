"""The whole answer that a stream's events make."""

from __future__ import annotations

from collections.abc import Iterable

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    Finished,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    TokenCount,
    TokenLogprob,
    ToolCall,
    ToolCallDelta,
    UsageReported,
)


def collected(events: Iterable[ChatEvent], model: str = "theirs") -> ChatAnswer:
    """The answer; a stream that never finished has the reason STOP, one that never counted zeros."""
    text = refusal = reasoning = ""
    calls: dict[int, ToolCall] = {}
    reason = FinishReason.STOP
    tokens = TokenCount(estimated=True)
    logprobs: tuple[TokenLogprob, ...] = ()
    for event in events:
        if isinstance(event, TextDelta):
            text += event.text
            logprobs += event.tokens
        elif isinstance(event, RefusalDelta):
            refusal += event.text
        elif isinstance(event, ReasoningDelta):
            reasoning += event.text
        elif isinstance(event, ToolCallDelta):
            known = calls.get(event.index)
            if known is None:
                assert event.id
                assert event.name
                known = ToolCall(event.id, event.name, "")
            signature = event.signature or known.signature
            calls[event.index] = ToolCall(known.id, known.name, known.arguments + event.arguments, signature)
        elif isinstance(event, Finished):
            reason = event.reason
        elif isinstance(event, UsageReported):
            tokens = event.tokens
    return ChatAnswer(
        model=model,
        text=text,
        refusal=refusal or None,
        reasoning=reasoning,
        tool_calls=tuple(calls[index] for index in sorted(calls)),
        finish_reason=reason,
        tokens=tokens,
        logprob=sum(entry.logprob for entry in logprobs) / len(logprobs) if logprobs else None,
        token_logprobs=logprobs,
    )
