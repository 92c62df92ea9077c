"""E-mail messages (RFC 5322, MIME): the head lines that matter, then the body."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import EmailMessage
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers import html
from answerable.knowledge.parsing.text_builder import TextBuilder

_HEAD = ("From", "To", "Cc", "Date")
_MAX_PARTS = 200


def read(path: Path, builder: TextBuilder) -> None:
    try:
        message = email.message_from_bytes(read_text_bytes(path), policy=email.policy.default)
        parts = _bodies(message)
    except (MessageError, RecursionError, LookupError, ValueError) as error:
        raise refuse(Reason.DAMAGED) from error
    subject = _header(message, "Subject")
    if subject:
        builder.title = subject
        builder.add(subject, level=1)
    builder.add("\n".join(f"{name}: {value}" for name in _HEAD if (value := _header(message, name))))
    for part in parts:
        text = _content(part)
        if part.get_content_type() == "text/html":
            title = builder.title
            html.read_markup(text, builder)
            builder.title = title
        else:
            builder.add(text)
    names = [
        _attachment_name(part) for part in message.walk() if part.get_content_disposition() == "attachment"
    ]
    for name in filter(None, names):
        builder.add(f"Attachment: {name}")


def _bodies(message: EmailMessage) -> list[EmailMessage]:
    """The parts that are read: of each alternative the plain one, of the rest all inline texts."""
    body = message.get_body(preferencelist=("plain", "html"))
    found = [body] if body is not None else []
    for number, part in enumerate(message.walk()):
        if number > _MAX_PARTS:
            break
        # A forwarded message carries its own body.
        if part.get_content_type() == "message/rfc822" and isinstance(part, EmailMessage):
            inner = part.get_payload()
            forwarded = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(forwarded, EmailMessage):
                text = forwarded.get_body(preferencelist=("plain", "html"))
                found += [text] if isinstance(text, EmailMessage) else []
    return [part for part in found if isinstance(part, EmailMessage)]


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return decode(payload, part.get_content_charset())[0] if isinstance(payload, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    """A header in one line; one that cannot be read counts as absent."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return ""


def _attachment_name(part: EmailMessage) -> str | None:
    try:
        return part.get_filename()
    except (MessageError, ValueError, IndexError, AttributeError, TypeError):
        return None
