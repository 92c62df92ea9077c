"""E-mail messages (RFC 5322) from a text that starts with its headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

_DOMAIN = "lindmoor.example"


def write_mail(text: str) -> bytes:
    """The bytes of a message. `text` holds the subject as a heading, a block of headers, then the body."""
    subject, headers, body = text.split("\n\n", 2)
    fields = dict(line.split(": ", 1) for line in headers.splitlines())
    message = EmailMessage()
    for name in ("From", "To", "Cc"):
        if name in fields:
            message[name] = fields[name].replace(">;", ">,")
    message["Subject"] = subject.removeprefix("# ")
    message["Date"] = datetime.strptime(fields["Date"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    message["Message-ID"] = f"<{fields['Message']}@{_DOMAIN}>"
    message.set_content(body)
    return message.as_bytes()
