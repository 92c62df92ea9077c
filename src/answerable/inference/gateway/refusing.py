"""Answers with a good status that say nothing but that they refuse.

Where an alias falls back on `refused_content` these lead to the next target, as refusals with an error
status do. A stream shows it before its first words, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    Finished,
    FinishReason,
    RefusalDelta,
    TextDelta,
    TokenCount,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.providers.adapter import EventReader
from answerable.inference.providers.frames import FrameSplitter


class RefusedAnswer(UpstreamFailure):
    """A target refused with a good status. `given` is its answer, for when no other target has a better
    one, and `tokens` what it used."""

    def __init__(self, given: object, tokens: TokenCount) -> None:
        super().__init__(FailureKind.REFUSED_CONTENT, "The provider refused with a good status.", status=200)
        self.given = given
        self.tokens: TokenCount = tokens


def is_refusal(answer: ChatAnswer) -> bool:
    """Whether an answer was stopped by a content filter, or says nothing but a refusal."""
    if answer.finish_reason is FinishReason.CONTENT_FILTER:
        return True
    return bool(answer.refusal) and not (answer.text or answer.tool_calls)


class RefusalWatch:
    """Looks at a stream's beginning: `refused` is None until a word, a tool call, a thought or a refusal
    came."""

    __slots__ = ("_reader", "refused")

    def __init__(self, reader: EventReader) -> None:
        self._reader = reader
        self.refused: bool | None = None

    def feed(self, data: bytes) -> None:
        """The provider's bytes; none at the end. Raises UpstreamFailure for an error event or garbage."""
        if self.refused is None:
            self.see(self._reader.feed(data) if data else self._reader.close())

    def see(self, events: Iterable[ChatEvent]) -> None:
        """Events of the stream."""
        for event in events:
            if self.refused is not None:
                return
            if isinstance(event, RefusalDelta):
                self.refused = True
            elif isinstance(event, Finished):
                self.refused = event.reason is FinishReason.CONTENT_FILTER
            elif not isinstance(event, UsageReported):
                self.refused = False


class _Part(Struct):
    type: str = ""


class _Item(Struct):
    type: str = ""
    content: list[_Part] | None = None


class _Incomplete(Struct):
    reason: str | None = None


class _Response(Struct):
    output: list[_Item] | None = None
    incomplete_details: _Incomplete | None = None


class _ResponsesEvent(Struct):
    type: str = ""
    item: _Item | None = None
    response: _Response | None = None


_response = msgspec.json.Decoder(_Response, strict=False)
_responses_event = msgspec.json.Decoder(_ResponsesEvent, strict=False)


def is_refused_response(body: bytes) -> bool:
    """Whether a whole answer of the responses protocol was stopped by a filter, or only refuses."""
    try:
        response = _response.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if response.incomplete_details is not None and response.incomplete_details.reason == "content_filter":
        return True
    said = [item for item in response.output or () if item.type != "reasoning"]
    parts = [part.type for item in said for part in item.content or ()]
    return bool(parts) and all(item.type == "message" for item in said) and set(parts) == {"refusal"}


class ResponsesReader:
    """The part of a relayed stream of the responses protocol that tells refusals from answers."""

    def __init__(self) -> None:
        self._frames = FrameSplitter()

    def feed(self, data: bytes) -> list[ChatEvent]:
        """The events that are complete now."""
        return [event for frame in self._frames.feed(data) for event in _read(frame)]

    def close(self) -> list[ChatEvent]:
        """The last events."""
        return [event for frame in self._frames.close() for event in _read(frame)]


def _read(frame: bytes) -> Iterator[ChatEvent]:
    try:
        event = _responses_event.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return  # the bytes pass on as they are; the client says what it makes of them
    if event.type == "response.refusal.delta":
        yield RefusalDelta("")
    elif event.type == "response.output_text.delta":
        yield TextDelta("")
    elif event.type == "response.output_item.added" and event.item is not None:
        if event.item.type not in ("message", "reasoning"):
            yield ToolCallDelta(0)
    elif event.type == "response.incomplete" and event.response is not None:
        details = event.response.incomplete_details
        filtered = details is not None and details.reason == "content_filter"
        yield Finished(FinishReason.CONTENT_FILTER if filtered else FinishReason.LENGTH)
    elif event.type in ("response.completed", "response.failed"):
        yield Finished(FinishReason.STOP)
