"""A conversation as a document: all of its messages as JSON, or the path that is shown as Markdown.

In Markdown each message stands below a heading that names who spoke and when. What a message shows is
written as Markdown too: quotes as quotations, tables as tables. Read again it is the message's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.chat.asking.answer import QuoteEvidence
from answerable.chat.messages.parts import (
    AskBackPart,
    ErrorPart,
    EvidencePart,
    FilePart,
    Part,
    TablePart,
    TextPart,
)
from answerable.chat.sessions.schemas import Tags, Title
from answerable.kit.errors import FieldError, InvalidInput

_SPEAKERS = {"user": "You", "assistant": "Answerable"}
_ROLES = {name: role for role, name in _SPEAKERS.items()}
_HEADING = re.compile(r"^## (You|Answerable) · (\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d))$")
_TITLE = re.compile(r"^# (.+)$")
_LIKE_A_HEADING = re.compile(r"^(\\*)(?=#)", re.M)
_ESCAPED = re.compile(r"^\\(?=\\*#)", re.M)
_MOST_ROWS = 50
MOST_MESSAGES = 5_000


class KeptMessage(BaseModel):
    """One message; `parent` is the place of another in the list before it, null for a beginning."""

    model_config = ConfigDict(extra="forbid")

    parent: Annotated[int, Field(ge=0)] | None
    role: Literal["user", "assistant"]
    parts: list[Part]
    created_at: datetime


class KeptConversation(BaseModel):
    """A conversation; `active` is the place of the message that ends the path that is shown."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["answerable.conversation"] = "answerable.conversation"
    version: Literal[1] = 1
    title: Title | None
    tags: Tags = []
    active: Annotated[int, Field(ge=0)] | None
    messages: Annotated[list[KeptMessage], Field(max_length=MOST_MESSAGES)]

    def check(self) -> None:
        """Raises InvalidInput unless each message follows an earlier one of the other role."""
        for place, message in enumerate(self.messages):
            before = None if message.parent is None else message.parent
            if before is not None and before >= place:
                raise _wrong(f"messages.{place}.parent", "name a message earlier in the list")
            expected = "user" if before is None or self.messages[before].role == "assistant" else "assistant"
            if message.role != expected:
                raise _wrong(f"messages.{place}.role", f"expected '{expected}' here")
        if (self.active is None) != (not self.messages) or (self.active or 0) >= max(1, len(self.messages)):
            raise _wrong("active", "name one of the messages")


def to_markdown(title: str | None, messages: Sequence[KeptMessage]) -> str:
    """The messages as Markdown."""
    blocks = [f"# {title or 'Conversation'}"]
    for message in messages:
        moment = message.created_at.isoformat().replace("+00:00", "Z")
        blocks.append(f"## {_SPEAKERS[message.role]} · {moment}")
        body = "\n\n".join(text for part in message.parts if (text := _markdown(part)))
        blocks.append(_LIKE_A_HEADING.sub(r"\\\1", body))
    return "\n\n".join(blocks) + "\n"


def from_markdown(text: str) -> KeptConversation:
    """The conversation in a Markdown text that `to_markdown` wrote, each message as one text. Raises
    InvalidInput for any other text."""
    lines = text.replace("\r\n", "\n").split("\n")
    title = _TITLE.match(lines[0])
    if title is None:
        raise _wrong("body", "begin with the title, as in '# Title'")
    messages: list[KeptMessage] = []
    body: list[str] = []
    head: re.Match[str] | None = None
    for line in [*lines[1:], None]:
        found = _HEADING.match(line) if line is not None else None
        if line is not None and found is None:
            body.append(line)
            continue
        if head is not None:
            messages.append(_kept(head, "\n".join(body).strip("\n"), len(messages)))
        elif "".join(body).strip():
            raise _wrong("body", "put a heading such as '## You · 2026-01-01T00:00:00Z' before each message")
        head, body = found, []
    kept = KeptConversation(
        title=title[1][:200], active=len(messages) - 1 if messages else None, messages=messages
    )
    kept.check()
    return kept


def _kept(head: re.Match[str], body: str, place: int) -> KeptMessage:
    try:
        moment = datetime.fromisoformat(head[2])
    except ValueError:
        raise _wrong("body", f"'{head[2]}' is no time") from None
    return KeptMessage(
        parent=place - 1 if place else None,
        role="user" if _ROLES[head[1]] == "user" else "assistant",
        parts=[TextPart(text=_ESCAPED.sub("", body))],
        created_at=moment,
    )


def _markdown(part: Part) -> str:
    match part:
        case TextPart():
            return part.text
        case EvidencePart(evidence=QuoteEvidence() as quote):
            page = f", page {quote.page}" if quote.page is not None else ""
            lines = "\n".join(f"> {line}" for line in quote.quote.splitlines())
            return f"{lines}\n>\n> [{quote.n}] {quote.title}{page}"
        case TablePart():
            return _table(part)
        case AskBackPart():
            options = "\n".join(f"{n}. {option.label}" for n, option in enumerate(part.options, 1))
            return f"{part.question}\n\n{options}"
        case FilePart():
            return f"File: {part.name}"
        case ErrorPart():
            return f"Error: {part.detail}"
        case _:
            return ""


def _table(part: TablePart) -> str:
    head = [column.label for column in part.columns]
    rows = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in part.rows[:_MOST_ROWS])]
    text = "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)
    left = part.row_count - min(len(part.rows), _MOST_ROWS)
    return text + (f"\n\n({left:,} more rows)" if left > 0 else "")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(
        "The conversation cannot be read. Send what the export gave, unchanged in its form.",
        errors=[FieldError(field, message)],
    )
