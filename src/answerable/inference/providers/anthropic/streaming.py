"""Streamed answers of Anthropic."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from answerable.inference.chat import (
    ChatEvent,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenCount,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.providers import failing
from answerable.inference.providers.anthropic import wire
from answerable.inference.providers.frames import FrameSplitter


class EventStream:
    """Reads one stream of events: a message of content blocks, each started, grown and stopped."""

    def __init__(self) -> None:
        self._frames = FrameSplitter()
        self._calls: dict[int, int] = {}  # block → which tool call it is
        self._empty: set[int] = set()  # tool calls without a word of arguments yet
        self._outputs: set[int] = set()
        self._tokens: TokenCount | None = None
        self._knows_input = False
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
        if not self._finished:
            raise failing.unfinished(rest)
        return events

    def _read(self, frame: bytes) -> Iterator[ChatEvent]:
        try:
            event = wire.event.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise failing.garbage(
                f"An event of the provider's stream cannot be read: {error}", frame
            ) from error
        if event.type == "error":
            raise failing.failure(None, {}, frame)
        if event.type == "content_block_delta" and event.delta is not None:
            yield from self._delta(event.index, event.delta)
        elif event.type == "content_block_start" and event.content_block is not None:
            yield from self._start(event.index, event.content_block)
        elif event.type == "content_block_stop" and event.index in self._empty:
            self._empty.discard(event.index)
            yield ToolCallDelta(self._calls[event.index], "{}")
        elif event.type == "message_start" and event.message is not None:
            yield from self._count(event.message.usage)
        elif event.type == "message_delta":
            if event.delta is not None and event.delta.stop_reason and not self._finished:
                self._finished = True
                yield Finished(wire.finish_reason(event.delta.stop_reason, called_tools=bool(self._calls)))
            yield from self._count(event.usage)
        elif event.type == "message_stop" and not self._finished:
            self._finished = True
            yield Finished(
                wire.finish_reason("tool_use" if self._calls else None, called_tools=bool(self._calls))
            )

    def _start(self, index: int, block: wire.Block) -> Iterator[ChatEvent]:
        if block.type == "text" and block.text:
            yield TextDelta(block.text)
        elif block.type == "thinking" and block.thinking:
            yield ReasoningDelta(block.thinking)
        elif block.type == "tool_use":
            given = bytes(block.input)
            whole = "" if given in (b"{}", b"null") else given.decode()
            if block.name == wire.OUTPUT_TOOL:
                self._outputs.add(index)
                if whole:
                    yield TextDelta(whole)
                return
            number = self._calls[index] = len(self._calls)
            if not whole:
                self._empty.add(index)
            yield ToolCallDelta(number, whole, block.id or f"call_{number}", block.name or "")

    def _delta(self, index: int, delta: wire.Delta) -> Iterator[ChatEvent]:
        if delta.text:
            yield TextDelta(delta.text)
        elif delta.thinking:
            yield ReasoningDelta(delta.thinking)
        elif delta.partial_json:
            if index in self._outputs:
                yield TextDelta(delta.partial_json)
            elif index in self._calls:
                self._empty.discard(index)
                yield ToolCallDelta(self._calls[index], delta.partial_json)

    def _count(self, usage: wire.Usage | None) -> Iterator[ChatEvent]:
        counted = wire.tokens(usage)
        if usage is None or counted is None:
            return
        self._tokens = _merged(self._tokens, counted)
        self._knows_input |= usage.input_tokens is not None
        if self._knows_input:  # else all of it must be estimated
            yield UsageReported(self._tokens)


def _merged(before: TokenCount | None, after: TokenCount) -> TokenCount:
    """The start tells what was read, the end what was written; some servers tell both at the end."""
    if before is None:
        return after
    return TokenCount(
        input=max(before.input, after.input),
        output=max(before.output, after.output),
        cached_input=max(before.cached_input, after.cached_input),
        reasoning=max(before.reasoning, after.reasoning),
        cache_write=max(before.cache_write, after.cache_write),
    )
