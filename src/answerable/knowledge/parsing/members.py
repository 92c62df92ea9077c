"""What a container holds: attachments of an e-mail, files of an archive. They are written out inside the
sandbox, within bounds, and become documents of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from answerable.kit.sandbox.limits import Refusal
from answerable.knowledge.parsing.document import Member
from answerable.knowledge.parsing.failures import Reason
from answerable.knowledge.parsing.sniff import sniff

_BLOCK = 1 << 20
_MAX_NAME = 1000
_NAMED_AT_MOST = 5
_FURNITURE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class MemberLimits:
    """How much one container may bring: members, bytes of each and of all together."""

    count: int
    bytes_each: int
    bytes_together: int


NO_MEMBERS = MemberLimits(0, 0, 0)
"""For a container that lies too deep."""


@dataclass(slots=True)
class Members:
    """The members of one container, written into a folder as they are found."""

    folder: Path
    limits: MemberLimits
    taken: list[Member] = field(default_factory=list)
    total: int = 0
    _left_out: dict[str, list[str]] = field(default_factory=dict)

    def take(self, name: str, content: BinaryIO) -> None:
        """Keep a member if it is of a type that is read and within the bounds; otherwise remember why not."""
        name = name.replace("\0", "")[-_MAX_NAME:]
        if self.is_furniture(name):
            return
        if len(self.taken) >= self.limits.count:
            self.leave_out(name, "too many, or too deep inside other containers")
            return
        target = self.folder / str(len(self.taken))
        try:
            size = self._write(content, target)
        except BaseException:  # it is damaged inside
            target.unlink(missing_ok=True)
            raise
        if size is None:
            target.unlink(missing_ok=True)
            self.leave_out(name, "too large")
        elif (why := _unread(target, name)) is not None:
            target.unlink()
            if size:
                self.leave_out(name, why)
        else:
            self.total += size
            self.taken.append(Member(target.name, name))

    def leave_out(self, name: str, why: str) -> None:
        """Remember a member that is not taken."""
        self._left_out.setdefault(why, []).append(name[:200])

    def warnings(self) -> list[str]:
        """A sentence for each reason that members were left out for."""
        sentences = []
        for why, names in self._left_out.items():
            more = len(names) - _NAMED_AT_MOST
            named = ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more:,} more" if more > 0 else "")
            sentences.append(f"Files inside that were left out ({why}): {named}.")
        return sentences

    @staticmethod
    def is_furniture(name: str) -> bool:
        """Whether it is what systems put beside people's files."""
        last = name.rpartition("/")[2]
        return name.startswith(_FURNITURE[0]) or last in _FURNITURE or last.startswith("._")

    def _write(self, content: BinaryIO, target: Path) -> int | None:
        """The number of bytes; None when they are more than allowed."""
        most = min(self.limits.bytes_each, self.limits.bytes_together - self.total)
        size = 0
        with target.open("wb") as file:
            while block := content.read(min(_BLOCK, most - size + 1)):
                size += len(block)
                if size > most:
                    return None
                file.write(block)
        return size


def _unread(path: Path, name: str) -> str | None:
    """Why a file is not worth a document of its own; None when it is. One that is damaged or locked is: its
    own failure says so."""
    try:
        sniff(path, name)
    except Refusal as refusal:
        if refusal.code == Reason.UNSUPPORTED_TYPE:
            return "types that are not read"
        return "empty" if refusal.code == Reason.EMPTY_FILE else None
    return None
