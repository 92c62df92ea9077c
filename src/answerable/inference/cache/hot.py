"""The kept answers that a process has in memory."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from answerable.inference.cache.kept import KeptAnswer
from answerable.inference.usage.record import CacheHit

Place = tuple[str, bytes]


@dataclass(slots=True)
class HotAnswer:
    """An answer, how it was found, and the streams that were written of it, by whether they tell usage."""

    kept: KeptAnswer
    hit: CacheHit = CacheHit.EXACT
    streams: dict[bool, bytes] = field(default_factory=dict)


class HotAnswers:
    """The answers used last, within a bound of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[Place, HotAnswer] = OrderedDict()

    def get(self, place: Place, *, now: float, seen: float) -> HotAnswer | None:
        """The answer, unless its time is over or what it depends on was forgotten since."""
        found = self._answers.get(place)
        if found is None:
            return None
        if now >= found.kept.expires_at or found.kept.seen != seen:
            self._drop(place)
            return None
        self._answers.move_to_end(place)
        return found

    def put(self, place: Place, answer: HotAnswer) -> None:
        """Keep an answer; those unused for longest make room."""
        size = answer.kept.size
        if size > self._max_bytes:
            return
        self._drop(place)
        self._answers[place] = answer
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._answers)))

    def _drop(self, place: Place) -> None:
        dropped = self._answers.pop(place, None)
        if dropped is not None:
            self._bytes -= dropped.kept.size
