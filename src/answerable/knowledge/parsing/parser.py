"""The parent's side of parsing: one fresh child a file, every failure typed.

With ReaderProcesses children start warm; without they start cold, which takes some tenths of a second.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from answerable.kit.sandbox import ForkServer, JsonObject, Limits, SandboxError, run
from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.document import TEXT_FILE, ParsedDocument
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.long_text import LongText
from answerable.knowledge.parsing.members import MemberLimits
from answerable.knowledge.parsing.recognition import Recognition
from answerable.knowledge.parsing.scans import scanned_warning

_FILE_BYTES = 16 * 1024 * 1024  # besides a long text readers write nothing but what a library puts aside
_CHARACTER_BYTES = 4

_TESSERACT_DATA = [
    Path(place)
    for place in (
        "/usr/share/tesseract-ocr/5/tessdata",
        "/usr/share/tesseract-ocr/4.00/tessdata",
        "/usr/share/tessdata",
        "/usr/share/tesseract/tessdata",
        "/usr/local/share/tessdata",
        "/opt/homebrew/share/tessdata",
    )
]
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
    text_folder: Path | None = None,
) -> ParsedDocument:
    """The document in a file. `name` is what its owner calls it; it never reaches the file system.

    With `members` those of a container are written into a folder; the document names them. With
    `text_folder` a text that is too long to be held is written there, and read from there as long as the
    document is used; without, it must be short.
    `on_progress` gets `{"done", "total", "unit"}` for formats with pages. Raises ParseFailed.
    """
    bounds = settings or ParsingSettings()
    call = run if processes is None else processes.run
    file_bytes = _FILE_BYTES if members is None else max(_FILE_BYTES, members.limits.bytes_each + 1)
    payload: JsonObject = {"path": os.path.abspath(path), "name": name[-300:]}  # noqa: ASYNC240 - no I/O
    if members is not None:
        payload["members"] = {"folder": str(members.folder), **asdict(members.limits)}
    write = [] if members is None else [members.folder]
    if text_folder is not None:
        payload["text"] = {
            "folder": str(text_folder),
            "characters": bounds.text_characters,
            "part_characters": bounds.part_characters,
        }
        file_bytes = max(file_bytes, _CHARACTER_BYTES * bounds.text_characters)
        write.append(text_folder)

    async def attempt(recognition: Recognition | None) -> ParsedDocument:
        seconds = 0.0 if recognition is None else recognition.seconds
        cpu_seconds = bounds.cpu_seconds + math.ceil(seconds)
        limits = Limits(bounds.memory_bytes, cpu_seconds, bounds.wall_seconds + seconds, file_bytes)
        wanted, read = payload, [path]
        if recognition is not None:
            wanted = payload | {"recognition": {**asdict(recognition), "data": str(recognition.data)}}
            read = [path, recognition.data]
        if text_folder is not None:
            # Another name's file: what the attempt before wrote stays readable for who has it open.
            (text_folder / TEXT_FILE).unlink(missing_ok=True)
        try:
            answer = await call(
                _TARGET, wanted, limits=limits, read=read, write=write, on_progress=on_progress
            )
            document = ParsedDocument.from_json(answer, text_folder)
            if document.long is not None:
                await asyncio.to_thread(_check, document.long)
            return document
        except SandboxError as error:
            raise _failure(error) from error
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise ParseFailed(Reason.CRASH) from error

    plain = await attempt(None)
    return plain if not plain.scanned else await _recognised(plain, attempt, recognition_by(bounds))


async def _recognised(
    plain: ParsedDocument,
    attempt: Callable[[Recognition], Awaitable[ParsedDocument]],
    wanted: Recognition | None,
) -> ParsedDocument:
    """The document read once more with text recognition, where it is there. A failure of that costs the
    scanned pages alone."""
    failure = ParseFailed(Reason.NO_TEXT, scanned_warning(plain.scanned))
    if wanted is not None:
        try:
            return await attempt(wanted)
        except ParseFailed as failed:
            failure = failed
    if not plain.whole:
        raise failure
    warnings = (*plain.warnings, scanned_warning(plain.scanned))
    if wanted is not None:
        warnings += (f"Recognising their text failed: {failure.detail}",)
    return replace(plain, warnings=warnings)


def _check(text: LongText) -> None:
    for _ in text.parts():
        pass  # each is read as it claims to be


def recognition_by(bounds: ParsingSettings) -> Recognition | None:
    """How text is recognised, where Tesseract's data of one of the languages is on this machine."""
    places = [bounds.ocr_data] if bounds.ocr_data is not None else _TESSERACT_DATA
    if bounds.ocr == "off":
        return None
    for place in places:
        there = [each for each in bounds.ocr_languages if (place / f"{each}.traineddata").is_file()]
        if there:
            return Recognition(place, "+".join(there), bounds.ocr_pages, bounds.ocr_seconds)
    return None


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
