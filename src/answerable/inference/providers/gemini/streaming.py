"""Streamed answers of Gemini: whole documents of the same shape as an answer, each with more of it."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.inference.chat import (
    ChatEvent,
    Finished,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.providers import failing
from answerable.inference.providers.frames import FrameSplitter
from answerable.inference.providers.gemini import wire
from answerable.inference.providers.gemini.answering import decode


class CandidateStream:
    """Reads one stream. Tool calls come whole; each event carries the count so far."""

    def __init__(self) -> None:
        self._frames = FrameSplitter()
        self._calls = 0
        self._wrote = False
        self._finished = False

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
        answer = decode(frame)
        candidate = answer.candidates[0] if answer.candidates else wire.Candidate()
        parts = (candidate.content.parts if candidate.content else None) or []
        entries = wire.token_logprobs(candidate.logprobs_result)
        for part in parts:
            self._wrote |= part.is_answer
            if part.text and part.thought:
                yield ReasoningDelta(part.text)
            elif part.text:
                yield TextDelta(
                    part.text, sum(each.logprob for each in entries) if entries else None, entries
                )
                entries = ()
            call = wire.tool_call(part)
            if call is not None:
                yield ToolCallDelta(self._calls, call.arguments, call.id, call.name, call.signature)
                self._calls += 1
        if candidate.finish_reason and not self._finished:
            self._finished = True
            yield Finished(wire.finish_reason(candidate.finish_reason, called_tools=self._calls > 0))
        counted = wire.tokens(answer.usage_metadata, wrote=self._wrote)
        if counted is not None:
            yield UsageReported(counted)
