"""A stream of one protocol written as another, event by event."""

from __future__ import annotations

from answerable.inference.chat import ChatEvent, Finished, TokenCount, UsageReported
from answerable.inference.dialects.dialect import FrameWriter
from answerable.inference.failures import UpstreamFailure
from answerable.inference.providers.adapter import EventReader


class Translation:
    """Reads a provider's stream, writes the client's. The same face as EventTap."""

    __slots__ = ("_reader", "_writer", "errored", "events", "finished", "spoke", "tokens", "unsent")

    def __init__(self, reader: EventReader, writer: FrameWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.tokens: TokenCount | None = None
        self.events = 0
        self.finished = False
        self.errored = False
        self.spoke = False
        self.unsent = b""

    def feed(self, data: bytes) -> bytes:
        """The frames that these bytes complete. Raises UpstreamFailure for an error event or garbage."""
        frames: list[bytes] = []
        try:
            for event in self._reader.feed(data):
                frames.append(self._frame(event))  # noqa: PERF401 (those before an error stay)
        except UpstreamFailure:
            self.unsent = b"".join(frames)
            raise
        return b"".join(frames)

    def finish(self) -> bytes:
        """The frames that end the answer. Raises UpstreamFailure(CUT) when it is not whole."""
        frames = [self._frame(event) for event in self._reader.close()]
        self.finished = True
        return b"".join([*frames, self._writer.end()])

    def _frame(self, event: ChatEvent) -> bytes:
        if isinstance(event, UsageReported):
            self.tokens, self.events = event.tokens, 0
        elif not isinstance(event, Finished):
            self.events += 1
            self.spoke = True
        return self._writer.frames(event)


class Passage:
    """Bytes that are no events, such as sound: they pass as they are. The same face as EventTap."""

    __slots__ = ("errored", "events", "finished", "spoke", "tokens", "unsent")

    def __init__(self) -> None:
        self.tokens: TokenCount | None = None
        self.events = 0
        self.finished = False
        self.errored = False
        self.spoke = False
        self.unsent = b""

    def feed(self, data: bytes) -> bytes:
        """The same bytes."""
        self.spoke = self.spoke or bool(data)
        return data

    def finish(self) -> bytes:
        """Nothing follows; only the transport knows whether it was all."""
        self.finished = True
        return b""
