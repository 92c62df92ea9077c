"""E-mail messages (RFC 5322, MIME): the head lines that matter, then the body; attachments by their names,
and as documents of their own. Saved web pages (MHTML, RFC 2557) are such messages around a page."""

from __future__ import annotations

import email
import email.policy
import io
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.members import Members
from answerable.knowledge.parsing.readers import html
from answerable.knowledge.parsing.text_builder import TextBuilder

_HEAD = ("From", "To", "Cc", "Date")
_MAX_PARTS = 1_000
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_BROKEN = (MessageError, RecursionError, LookupError, ValueError, AttributeError, TypeError, AssertionError)


def read(path: Path, builder: TextBuilder, members: Members | None) -> None:
    message = _parsed(path)
    try:
        bodies, attached = _bodies(message), list(_attached(message))
    except _BROKEN as error:
        raise refuse(Reason.DAMAGED) from error
    subject = header(message, "Subject")
    if subject:
        builder.title = subject
        builder.add(subject, level=1)
    builder.add("\n".join(f"{name}: {value}" for name in _HEAD if (value := header(message, name))))
    for part in bodies:
        _write(part, builder)
    for number, part in enumerate(attached, start=1):
        _attachment(part, number, builder, members)


def read_page(path: Path, builder: TextBuilder) -> None:
    """A saved web page: the first part that is a page."""
    message = _parsed(path)
    for number, part in enumerate(message.walk()):
        if number > _MAX_PARTS:
            break
        if part.get_content_type() in _PAGE_TYPES and isinstance(part, EmailMessage):
            html.read_markup(_content(part), builder)
            return
    raise refuse(Reason.NO_TEXT, "The saved page holds no page. Save it again, or print it to PDF.")


def header(message: EmailMessage, name: str) -> str:
    """A header in one line; one that cannot be read counts as absent."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return ""


def _parsed(path: Path) -> EmailMessage:
    try:
        return email.message_from_bytes(read_text_bytes(path), policy=email.policy.default)
    except _BROKEN as error:
        raise refuse(Reason.DAMAGED) from error


def _write(part: EmailMessage, builder: TextBuilder) -> None:
    text = _content(part)
    if part.get_content_type() == "text/html":
        title = builder.title
        html.read_markup(text, builder)
        builder.title = title
    else:
        builder.add(text)


def _bodies(message: EmailMessage) -> list[EmailMessage]:
    """The parts that are read: of each alternative the plain one."""
    body = message.get_body(preferencelist=("plain", "html"))
    return [body] if isinstance(body, EmailMessage) else []


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that somebody attached: those that say so or have a name, and forwarded messages, whose own
    attachments are theirs. Pictures that only decorate the text are none."""
    waiting: list[EmailMessage] = [message]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            payload = part.get_payload()
            inner = payload if isinstance(payload, list) else []
            waiting[:0] = [item for item in inner if isinstance(item, EmailMessage)]
            continue
        shown = part.get_content_maintype() == "image" and part.get("Content-ID") is not None
        forwarded = part.get_content_type() == "message/rfc822"
        if forwarded or part.get_content_disposition() == "attachment" or (_name(part) and not shown):
            yield part


def _attachment(part: EmailMessage, number: int, builder: TextBuilder, members: Members | None) -> None:
    name = _name(part)
    content = b""
    if part.get_content_type() == "message/rfc822":
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(inner, EmailMessage):
            return
        name = name or f"{header(inner, 'Subject') or f'Message {number}'}.eml"
        content = _as_bytes(inner)
        if members is None:  # then its words are at least here
            for body in _bodies(inner):
                _write(body, builder)
    else:
        decoded = part.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    name = name or f"attachment {number}"
    builder.add(f"Attachment: {name}")
    if members is not None:
        members.take(name, io.BytesIO(content))


def _as_bytes(message: EmailMessage) -> bytes:
    try:
        return message.as_bytes()
    except (*_BROKEN, UnicodeError):
        return b""


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return decode(payload, part.get_content_charset())[0] if isinstance(payload, bytes) else ""


def _name(part: EmailMessage) -> str | None:
    try:
        return part.get_filename()
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return None
