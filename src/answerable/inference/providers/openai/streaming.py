"""Streamed answers of an OpenAI-compatible provider."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from answerable.inference.chat import (
    ChatEvent,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.providers import failing
from answerable.inference.providers.frames import FrameSplitter
from answerable.inference.providers.openai import wire

_END = b"[DONE]"


class ChunkReader:
    """Reads one stream of chunks. Usage may come in any chunk, with or without choices, or never."""

    def __init__(self) -> None:
        self._frames = FrameSplitter()
        self._calls: dict[int, str] = {}
        self._finished = False
        self._ended = False

    def feed(self, data: bytes) -> Iterator[ChatEvent]:
        """The events that are complete now. Raises UpstreamFailure for an error event or garbage, after the
        events before it."""
        return (event for frame in self._frames.feed(data) for event in self._read(frame))

    def close(self) -> list[ChatEvent]:
        """Call at the end of the body. Raises UpstreamFailure(CUT) when the answer was not complete."""
        rest = self._frames.rest
        events = [event for frame in self._frames.close() for event in self._read(frame)]
        if not self._finished and not self._ended:
            raise failing.unfinished(rest)
        return events

    def _read(self, frame: bytes) -> Iterator[ChatEvent]:
        if self._ended:
            return
        if frame.strip() == _END:
            self._ended = True
            if not self._finished:
                yield self._finish("stop")
            return
        try:
            chunk = wire.completion.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise failing.garbage(
                f"A chunk of the provider's stream cannot be read: {error}", frame
            ) from error
        if bytes(chunk.error) != b"null":
            raise failing.failure(None, {}, frame)
        usage = chunk.usage or (chunk.x_groq.usage if chunk.x_groq else None)
        for choice in chunk.choices or ():
            if not choice.index:  # further choices are never asked for
                yield from self._choice(choice)
                usage = usage or choice.usage
        counted = wire.tokens(usage) if usage else None
        if counted is not None:
            yield UsageReported(counted)

    def _choice(self, choice: wire.Choice) -> Iterator[ChatEvent]:
        delta = choice.delta or choice.message or wire.Words()
        text, thoughts = wire.text_of(delta.content)
        thoughts = delta.reasoning_content or delta.reasoning or thoughts
        if thoughts:
            yield ReasoningDelta(thoughts)
        if text:
            entries = wire.token_logprobs(choice.logprobs)
            total = sum(entry.logprob for entry in entries) if entries else None
            yield TextDelta(text, total, entries)
        if delta.refusal:
            yield RefusalDelta(delta.refusal)
        for number, call in enumerate(delta.tool_calls or ()):
            yield self._tool_call(number, call)
        if choice.finish_reason and not self._finished:
            yield self._finish(choice.finish_reason)

    def _tool_call(self, number: int, call: wire.WireToolCall) -> ToolCallDelta:
        function = call.function or wire.Function()
        index = call.index
        if index is None:  # several servers send each call whole and number none
            index = len(self._calls) if call.id else max(number, len(self._calls) - 1)
        elif call.id and self._calls.get(index, call.id) != call.id:  # or number them all 0
            index = next((at for at, known in self._calls.items() if known == call.id), len(self._calls))
        known = index in self._calls
        name = call.id or ("" if known else f"call_{index}")
        if not known:
            self._calls[index] = name
        google = call.extra_content.google if call.extra_content else None
        return ToolCallDelta(
            index,
            function.arguments or "",
            None if known else name,
            None if known else function.name or "",
            google.thought_signature if google else None,
        )

    def _finish(self, word: str) -> Finished:
        self._finished = True
        reason = wire.finish_reason(word, called_tools=bool(self._calls))
        return Finished(reason)
