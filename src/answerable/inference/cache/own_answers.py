"""Answers to the system's own calls, as they are kept: written to bytes, told as events, made of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

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

CHAT_TYPE = "application/x-answerable-chat"

encode_answer = msgspec.msgpack.Encoder().encode
decode_answer = msgspec.msgpack.Decoder(ChatAnswer).decode


def keepable(answer: ChatAnswer) -> bool:
    """Whether an answer is whole: words that the model ended by itself, no refusal and no tool to call."""
    whole = answer.finish_reason is FinishReason.STOP and not answer.tool_calls and not answer.refusal
    return whole and bool(answer.text.strip())


def events_of(answer: ChatAnswer) -> Iterator[ChatEvent]:
    """The events of a stream of that answer: all of its words in one."""
    if answer.reasoning:
        yield ReasoningDelta(answer.reasoning)
    if answer.text:
        yield TextDelta(answer.text, answer.logprob, answer.token_logprobs)
    if answer.refusal:
        yield RefusalDelta(answer.refusal)
    for index, call in enumerate(answer.tool_calls):
        yield ToolCallDelta(index, call.arguments, call.id, call.name, call.signature)
    yield Finished(answer.finish_reason)
    yield UsageReported(answer.tokens)


def answer_of(model: str, events: Iterable[ChatEvent]) -> ChatAnswer | None:
    """The answer that a whole stream made; None for one that did not finish."""
    texts: dict[type, list[str]] = {TextDelta: [], ReasoningDelta: [], RefusalDelta: []}
    calls: dict[int, ToolCallDelta] = {}
    reason: FinishReason | None = None
    tokens = TokenCount(estimated=True)
    logprobs: list[TokenLogprob] = []
    for event in events:
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
            texts[type(event)].append(event.text)
            if isinstance(event, TextDelta):
                logprobs += event.tokens
        elif isinstance(event, ToolCallDelta):
            known = calls.get(event.index, event)
            more = event.arguments if event.index in calls else ""
            calls[event.index] = msgspec.structs.replace(known, arguments=known.arguments + more)
        elif isinstance(event, Finished):
            reason = event.reason
        else:
            tokens = event.tokens
    if reason is None:
        return None
    return ChatAnswer(
        model=model,
        text="".join(texts[TextDelta]),
        reasoning="".join(texts[ReasoningDelta]),
        refusal="".join(texts[RefusalDelta]) or None,
        tool_calls=tuple(
            ToolCall(call.id or "", call.name or "", call.arguments, call.signature)
            for call in calls.values()
        ),
        finish_reason=reason,
        tokens=tokens,
        logprob=sum(entry.logprob for entry in logprobs) / len(logprobs) if logprobs else None,
        token_logprobs=tuple(logprobs),
    )
