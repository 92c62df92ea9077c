"""Mailboxes (mbox, RFC 4155): their text is the list of messages, and each message becomes a document of its
own."""

from __future__ import annotations

import email
import email.policy
import io
import re
from collections.abc import Iterator
from pathlib import Path

from answerable.knowledge.parsing.members import Members
from answerable.knowledge.parsing.readers.email_message import header
from answerable.knowledge.parsing.text_builder import TextBuilder

_BEGIN = re.compile(rb"From \S+.*\d\d:\d\d")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_LONGEST_LINE = 1 << 20
_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_LISTED = 2_000


def read(path: Path, builder: TextBuilder, members: Members | None) -> None:
    listed: list[str] = []
    count = 0
    for content in _messages(path):
        count += 1
        head = email.message_from_bytes(content[: 64 * 1024], policy=email.policy.default)
        subject, sender, date = (header(head, name) for name in ("Subject", "From", "Date"))
        if len(listed) < _LISTED:
            listed.append(" · ".join(filter(None, (date, sender, subject))))
        if members is not None:
            members.take(f"{subject or f'Message {count}'}.eml", io.BytesIO(content))
    builder.add("\n".join(listed))
    if count > _LISTED:
        builder.warnings.append(f"The text names the first {_LISTED:,} of {count:,} messages.")


def _messages(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        lines: list[bytes] = []
        size, blank = 0, True
        while line := file.readline(_LONGEST_LINE):
            if blank and _BEGIN.match(line):
                if lines:
                    yield _unquoted(lines)
                lines, size = [], 0
            elif size < _MAX_MESSAGE_BYTES:
                lines.append(line)
                size += len(line)
            blank = not line.strip()
        if lines:
            yield _unquoted(lines)


def _unquoted(lines: list[bytes]) -> bytes:
    return _QUOTED.sub(rb"\1", b"".join(lines))
