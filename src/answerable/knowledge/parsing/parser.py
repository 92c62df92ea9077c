"""The parent's side of parsing: one fresh child a file, every failure typed.

With ReaderProcesses children start warm; without they start cold, which takes some tenths of a second.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from answerable.kit.sandbox import ForkServer, JsonObject, Limits, SandboxError, run
from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.members import MemberLimits

_FILE_BYTES = 16 * 1024 * 1024  # readers write nothing but what a library puts aside

_READING = "answerable.knowledge.parsing.reading"
_TARGET = f"{_READING}:read_file"
# Loaded before the first file comes. The rest, seldom needed or large, loads in the child that needs it.
_WARM = (_READING, *(f"answerable.knowledge.parsing.readers.{name}" for name in ("pdf", "docx", "markdown")))


class ReaderProcesses(ForkServer):
    """Children that start warm for `parse`."""

    def __init__(self) -> None:
        super().__init__(_WARM)


@dataclass(frozen=True, slots=True)
class MembersWanted:
    """Where the members of a container are written to, an empty folder, and how much of them."""

    folder: Path
    limits: MemberLimits


async def parse(
    path: Path,
    name: str = "",
    *,
    settings: ParsingSettings | None = None,
    on_progress: Callable[[JsonObject], None] | None = None,
    processes: ReaderProcesses | None = None,
    members: MembersWanted | None = None,
) -> ParsedDocument:
    """The document in a file. `name` is what its owner calls it; it never reaches the file system.

    With `members` those of a container are written into a folder; the document names them.
    `on_progress` gets `{"done", "total", "unit"}` for formats with pages. Raises ParseFailed.
    """
    bounds = settings or ParsingSettings()
    file_bytes = _FILE_BYTES if members is None else max(_FILE_BYTES, members.limits.bytes_each + 1)
    limits = Limits(bounds.memory_bytes, bounds.cpu_seconds, bounds.wall_seconds, file_bytes)
    payload: JsonObject = {"path": os.path.abspath(path), "name": name[-300:]}  # noqa: ASYNC240 - no I/O
    if members is not None:
        payload["members"] = {"folder": str(members.folder), **asdict(members.limits)}
    write = [] if members is None else [members.folder]
    call = run if processes is None else processes.run
    try:
        answer = await call(
            _TARGET, payload, limits=limits, read=[path], write=write, on_progress=on_progress
        )
        return ParsedDocument.from_json(answer)
    except SandboxError as error:
        raise _failure(error) from error
    except (KeyError, TypeError, ValueError) as error:
        raise ParseFailed(Reason.CRASH) from error


def _failure(error: SandboxError) -> ParseFailed:
    match error.kind:
        case "refused" if error.code in set(Reason):
            return ParseFailed(Reason(error.code), error.detail)
        case "memory":
            return ParseFailed(Reason.MEMORY)
        case "timeout" | "cpu":
            return ParseFailed(Reason.TIMEOUT)
        case _:
            return ParseFailed(Reason.CRASH)
