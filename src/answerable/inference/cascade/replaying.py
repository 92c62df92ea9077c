"""A whole answer as the events of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)

_WORDS_A_DELTA = 8
_PIECE = re.compile(r"\S+\s*|\s+")


def answer_events(answer: ChatAnswer) -> Iterator[ChatEvent]:
    """The events that a provider would have streamed: thoughts, words, tool calls, the end, usage."""
    if answer.reasoning:
        yield ReasoningDelta(answer.reasoning)
    if "".join(entry.token for entry in answer.token_logprobs) == answer.text:
        for entry in answer.token_logprobs:
            yield TextDelta(entry.token, entry.logprob, (entry,))
    else:
        for text in in_pieces(answer.text):
            yield TextDelta(text)
    if answer.refusal:
        yield RefusalDelta(answer.refusal)
    for index, call in enumerate(answer.tool_calls):
        yield ToolCallDelta(index, call.arguments, call.id, call.name, call.signature)
    yield Finished(answer.finish_reason)
    yield UsageReported(answer.tokens)


def in_pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words; joined they are the text again."""
    words = _PIECE.findall(text)
    for start in range(0, len(words), _WORDS_A_DELTA):
        yield "".join(words[start : start + _WORDS_A_DELTA])
