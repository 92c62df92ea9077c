"""What became of each part of a foreign model: taken, changed on the way, or left out with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line in it, from 1."""

    file: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one part: `kind` is dataset, field, metric, relationship, model or the like."""

    kind: str
    name: str
    reason: str
    place: Place = Place()


class Inexpressible(Exception):
    """A part says what this model, or the other format, has no form for; the message says what."""


@dataclass
class Report:
    """Collected while a model is read or written. `left_out` is not there afterwards; `notes` say what is
    there in another way."""

    left_out: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def leave_out(self, kind: str, name: str, reason: str, place: Place | None = None) -> None:
        """A part that is not carried over."""
        self.left_out.append(Remark(kind, name, reason, place or Place()))

    def note(self, kind: str, name: str, reason: str, place: Place | None = None) -> None:
        """A part that is carried over with a difference, said once."""
        remark = Remark(kind, name, reason, place or Place())
        if remark not in self.notes:
            self.notes.append(remark)
