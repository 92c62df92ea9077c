"""Looks at a relayed stream of server-sent events as little as exact billing allows.

Bytes pass in whole events, as they are. Only an event that names usage is parsed; one that carries
nothing else is held back from a client that did not ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from answerable.inference.chat import TokenCount
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.operation import Operation

_LONGEST_HELD = 4_000_000
_EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_USAGE = re.compile(rb'"usage"\s*:\s*\{')
_NO_CHOICES = re.compile(rb'"choices"\s*:\s*\[\s*\]')
_STOPPED = re.compile(rb'"finish_reason"\s*:\s*"')
_ERROR = re.compile(rb'^(?:event: ?error|data: ?\{\s*"error"|data: ?\{\s*"type"\s*:\s*"error")', re.MULTILINE)

# The last event of each protocol: a cheap word to look for, then the proof that it is no content.
_ENDS = {
    Operation.CHAT: (b"[DONE]", re.compile(rb"^data: ?\[DONE\]", re.MULTILINE)),
    Operation.MESSAGES: (
        b"message_stop",
        re.compile(rb'^(?:event: ?message_stop|data: ?\{\s*"type"\s*:\s*"message_stop")', re.MULTILINE),
    ),
    Operation.RESPONSES: (
        b"response.",
        re.compile(
            rb'^(?:event: ?|data: ?\{\s*"type"\s*:\s*")response\.(?:completed|incomplete|failed)\b',
            re.MULTILINE,
        ),
    ),
}


# What the events that carry a piece of the answer have, once each. A chat's have no word of their own: all
# are counted, but for reads with an event that may carry none (the first, and those that end it or fail).
_PIECES = {Operation.MESSAGES: b'"content_block_delta"', Operation.RESPONSES: b'.delta"'}
_CHAT_PIECE = re.compile(rb'"(?:content|arguments|reasoning|reasoning_content|refusal)"\s*:\s*"[^"]')


class EventTap:
    """The tap on one stream. `tokens` are the provider's count so far, `events` the pieces of answer that
    passed since it told that; `spoke`: any did."""

    __slots__ = (
        "_end",
        "_end_word",
        "_held",
        "_hide_usage",
        "_last",
        "_piece",
        "_read_tokens",
        "errored",
        "events",
        "finished",
        "spoke",
        "tokens",
        "unsent",
    )

    def __init__(
        self, operation: Operation, read_tokens: Callable[[bytes], TokenCount | None], *, hide_usage: bool
    ) -> None:
        self._end_word, self._end = _ENDS[operation]
        self._piece = _PIECES.get(operation)
        self._read_tokens = read_tokens
        self._hide_usage = hide_usage
        self._held = b""
        self._last = b""
        self.tokens: TokenCount | None = None
        self.events = 0
        self.finished = False
        self.errored = False
        self.spoke = False
        self.unsent = b""

    def feed(self, data: bytes) -> bytes:
        """The bytes to pass on now: whole events, in order, unchanged."""
        if self._held:
            data = self._held + data
            self._held = b""
        if data[-2:] != b"\n\n" and data[-4:] != b"\r\n\r\n" and data[-2:] != b"\r\r":
            data = self._hold_rest(data)
            if not data:
                return data
        pieces = self._pieces(data)
        if pieces:
            self.events += pieces
            self.spoke = True
        self._last = data
        if b'"usage"' in data and _USAGE.search(data):
            data = self._count(data)
        if self._end_word in data and self._end.search(data):
            self.finished = True
        if b"error" in data and _ERROR.search(data):
            self.errored = self.finished = True
        return data

    def finish(self) -> bytes:
        """What is left at the end of the body. Raises UpstreamFailure(CUT) when the answer is not whole."""
        rest, self._held = self._held, b""
        if rest:
            # An event that nothing ends is no event for a client; ended, it is.
            rest = self.feed(rest + b"\n\n")
        if _STOPPED.search(self._last):
            self.finished = True
        if not self.finished:
            raise UpstreamFailure(FailureKind.CUT, "The provider's stream ended before the answer did.")
        return rest

    def _hold_rest(self, data: bytes) -> bytes:
        """Keep the event that has not ended; returns those that have."""
        cut = max(data.rfind(b"\n\n") + 2, data.rfind(b"\r\n\r\n") + 4, data.rfind(b"\r\r") + 2)
        cut = cut if cut >= 4 else 0
        self._held = data[cut:]
        if len(self._held) > _LONGEST_HELD:
            raise UpstreamFailure(FailureKind.PROTOCOL, "The provider sent an event without end.")
        return data[:cut]

    def _pieces(self, data: bytes) -> int:
        """How many events of these have some of the answer."""
        if self._piece is not None:
            return data.count(self._piece)
        if not self.spoke or self._end_word in data or b'"finish_reason":"' in data or b"error" in data:
            return len(_CHAT_PIECE.findall(data))
        return data.count(b"\n\n") or data.count(b"\r\n\r\n") or 1

    def _count(self, data: bytes) -> bytes:
        """Read the usage of each event that has some; leave out those that have nothing else."""
        kept, start = [], 0
        for end in [match.end() for match in _EVENT_END.finditer(data)]:
            event = data[start:end]
            start = end
            if b'"usage"' in event:
                tokens = self._read_tokens(event_data(event))
                if tokens is not None:
                    self.tokens = _merged(self.tokens, tokens)
                    self.events = self._pieces(data[end:]) if data[end:] else 0
                    if self._hide_usage and _NO_CHOICES.search(event):
                        continue
            kept.append(event)
        return b"".join(kept)


def event_data(event: bytes) -> bytes:
    """The data of one event: its `data` lines, joined (WHATWG HTML, section 9.2.6)."""
    lines = [line[5:].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines)


def _merged(known: TokenCount | None, more: TokenCount) -> TokenCount:
    """Counts only grow within an answer; some protocols tell the two sides in different events."""
    if known is None:
        return more
    return TokenCount(
        input=max(known.input, more.input),
        output=max(known.output, more.output),
        cached_input=max(known.cached_input, more.cached_input),
        reasoning=max(known.reasoning, more.reasoning),
        cache_write=max(known.cache_write, more.cache_write),
    )
