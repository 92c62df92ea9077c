"""Outlook messages (Microsoft [MS-OXMSG]): the head lines that matter, the body, attachments."""

from __future__ import annotations

import io
import re
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from answerable.knowledge.parsing.compound_file import CompoundFile
from answerable.knowledge.parsing.encoding import decode
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.members import Members
from answerable.knowledge.parsing.readers import html, rtf
from answerable.knowledge.parsing.readers.compressed_rtf import decompress
from answerable.knowledge.parsing.text_builder import TextBuilder

_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_FROM, _FROM_ADDRESS, _FROM_SMTP, _TO, _CC = "0C1A", "0C1F", "5D01", "0E04", "0E03"
_SENT, _RECEIVED = 0x0039, 0x0E06
_LONG_NAME, _SHORT_NAME, _CONTENT = "3707", "3704", "3701"
_PROPERTIES = "__properties_version1.0"
_ATTACHMENT = re.compile(r"(__attach_version1\.0_#[0-9A-Fa-f]{8}/)")
_EMBEDDED = "__substg1.0_3701000D/"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 5


def read(path: Path, builder: TextBuilder, members: Members | None) -> None:
    file = CompoundFile(path)
    _Message(file, "").write(builder, members, 0)


class _Message:
    """A message in a storage of the file."""

    def __init__(self, file: CompoundFile, folder: str) -> None:
        self._file = file
        self._folder = folder

    def write(self, builder: TextBuilder, members: Members | None, depth: int) -> None:
        subject = self._text(_SUBJECT)
        if subject and depth == 0:
            builder.title = subject
        if subject:
            builder.add(subject, level=1 if depth == 0 else 2)
        builder.add("\n".join(f"{name}: {value}" for name, value in self._head() if value))
        self._write_body(builder)
        for folder in self._attachments():
            self._attachment(folder, builder, members, depth)

    def _head(self) -> list[tuple[str, str]]:
        name = self._text(_FROM)
        address = self._text(_FROM_SMTP) or self._text(_FROM_ADDRESS)
        shown = f"{name} <{address}>" if name and "@" in address and address != name else name or address
        date = self._date()
        return [("From", shown), ("To", self._text(_TO)), ("Cc", self._text(_CC)), ("Date", date)]

    def _write_body(self, builder: TextBuilder) -> None:
        plain = self._text(_BODY)
        if plain.strip():
            builder.add(plain)
            return
        markup = self._bytes(_HTML, "0102")
        title = builder.title
        if markup is not None:
            html.read_markup(decode(markup)[0], builder)
        elif (packed := self._bytes(_RTF, "0102")) is not None:
            rtf.read_source(decompress(packed).decode("latin-1"), builder)
        builder.title = title

    def _attachments(self) -> list[str]:
        found: dict[str, None] = {}
        for name in self._file.names:
            if name.startswith(self._folder) and (match := _ATTACHMENT.match(name, len(self._folder))):
                found[self._folder + match[1]] = None
        return sorted(found)

    def _attachment(self, folder: str, builder: TextBuilder, members: Members | None, depth: int) -> None:
        inner = _Message(self._file, folder)
        if any(name.startswith(folder + _EMBEDDED) for name in self._file.names):
            if depth < _MAX_DEPTH:
                _Message(self._file, folder + _EMBEDDED).write(builder, members, depth + 1)
            return
        name = inner._text(_LONG_NAME) or inner._text(_SHORT_NAME) or "attachment"
        content = inner._bytes(_CONTENT, "0102")
        if content is not None:
            builder.add(f"Attachment: {name}")
            if members is not None:
                members.take(name, io.BytesIO(content))

    def _text(self, property_id: str) -> str:
        wide = self._bytes(property_id, "001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._bytes(property_id, "001E")
        return "" if narrow is None else decode(narrow.rstrip(b"\0"))[0]

    def _bytes(self, property_id: str, kind: str) -> bytes | None:
        name = f"{self._folder}__substg1.0_{property_id}{kind}"
        return self._file.read(name) if name in self._file else None

    def _date(self) -> str:
        """When it was sent, else when it came: a property of fixed length, 16 bytes in a list."""
        name = self._folder + _PROPERTIES
        if name not in self._file:
            return ""
        data = self._file.read(name)
        head = 32 if not self._folder else 24
        found: dict[int, int] = {}
        for place in range(head, len(data) - 15, 16):
            kind, property_id, _, value = struct.unpack_from("<HHIQ", data, place)
            if kind == 0x0040:
                found[property_id] = value
        ticks = found.get(_SENT) or found.get(_RECEIVED)
        if ticks is None:
            return ""
        try:
            moment = _EPOCH + timedelta(microseconds=ticks // 10)
        except OverflowError as error:
            raise refuse(Reason.DAMAGED) from error
        return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")
