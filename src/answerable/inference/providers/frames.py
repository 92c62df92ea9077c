"""Splits a stream of server-sent events (WHATWG HTML, section 9.2) into the data of its events.

Providers' streams carry one JSON document an event; its kind is inside, so `event:`, `id:` and
`retry:` lines say nothing that is needed. Bytes stay bytes: a character that is split between two
pieces is whole again before anything decodes it.
"""

from __future__ import annotations

from answerable.inference.failures import FailureKind, UpstreamFailure

# An event that is longer than this is no model's words; a provider must not fill our memory.
MAX_FRAME_BYTES = 16_000_000

_BOM = b"\xef\xbb\xbf"


class FrameSplitter:
    """Feed it pieces of any size; it gives the `data` of each event that is complete."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._started = False
        self._after_cr = False

    def feed(self, data: bytes) -> list[bytes]:
        """The data of the events that are complete now, without those that carry none.

        Raises UpstreamFailure(PROTOCOL) for an event that never ends.
        """
        if not self._after_cr and b"\n" not in data and b"\r" not in data:  # no event can end here
            self._hold(data)
            return []
        if self._held:
            data = b"".join((*self._held, data))
        if not self._started:
            self._started = True
            data = data.removeprefix(_BOM)
        # A CR ends a line by itself too; only the next byte tells it from the first half of CR LF.
        tail = b""
        if b"\r" in data:
            tail = b"\r" if data.endswith(b"\r") else b""
            data = _unix(data[:-1] if tail else data)
        *events, rest = data.split(b"\n\n")
        self._held, self._held_bytes, self._after_cr = [], 0, bool(tail)
        self._hold(rest + tail)
        return [found for event in events if (found := _data(event)) is not None]

    def close(self) -> list[bytes]:
        """The data of a last event whose empty line never came."""
        found = _data(_unix(self.rest))
        self._held, self._held_bytes = [], 0
        return [] if found is None else [found]

    @property
    def rest(self) -> bytes:
        """What was fed and belongs to no complete event."""
        rest = b"".join(self._held)
        return rest if self._started else rest.removeprefix(_BOM)

    def _hold(self, data: bytes) -> None:
        if not data:
            return
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > MAX_FRAME_BYTES:
            raise UpstreamFailure(FailureKind.PROTOCOL, "The provider's stream has an event without end.")


def _unix(text: bytes) -> bytes:
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data(event: bytes) -> bytes | None:
    """The data of one event, its lines joined; None when it has none."""
    if event.startswith(b"data:") and b"\n" not in event:
        return event[6:] if event[5:6] == b" " else event[5:]
    lines = []
    for line in event.split(b"\n"):
        if line.startswith(b"data:"):
            lines.append(line[6:] if line[5:6] == b" " else line[5:])
        elif line == b"data":
            lines.append(b"")
    return b"\n".join(lines) if lines else None
