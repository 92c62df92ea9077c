"""What HTTP carries of shares."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.chat.asking.answer import Status
from answerable.chat.messages.parts import Part
from answerable.chat.shares.tables import ShareRow


class ShareIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=365)] = Field(30, description="How long the link works.")
    message_id: str | None = Field(
        None, description="The last message that it shows; by default the last one of the path that is shown."
    )


class ShareView(BaseModel):
    """A link; `prefix` is the beginning of its token."""

    id: str
    prefix: str
    message_id: str
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, row: ShareRow) -> ShareView:
        """The link without its token."""
        return cls(
            id=row.id,
            prefix=row.prefix,
            message_id=row.message_id,
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


class NewShare(ShareView):
    """`token` is shown once. Whoever has it reads `path`, without signing in."""

    token: str
    path: str


class SharedMessage(BaseModel):
    role: Literal["user", "assistant"]
    status: Status | None
    parts: list[Part]
    created_at: datetime


class SharedConversation(BaseModel):
    title: str | None
    expires_at: datetime
    messages: list[SharedMessage]
