"""What HTTP carries about people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from answerable.identity.tables import UserRow

PlainText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""A name of a person or thing: one line, 1 to 200 characters."""


class UserOut(BaseModel):
    """A person, as they and the server's owner see them."""

    id: str
    email: str
    name: str
    disabled: bool
    created_at: datetime

    @classmethod
    def of(cls, row: UserRow) -> UserOut:
        """From the row."""
        return cls(
            id=row.id,
            email=row.email,
            name=row.name,
            disabled=row.disabled_at is not None,
            created_at=row.created_at,
        )


class ProfileChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: PlainText


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current_password: str
    new_password: str


class UserChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    disabled: bool
