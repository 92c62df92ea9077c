"""What HTTP carries about invitations."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from answerable.identity.emails import EmailAddress
from answerable.identity.tables import InvitationRow
from answerable.kit.principal import Role


class InvitationIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    role: Role


class InvitationOut(BaseModel):
    id: str
    email: str
    role: Role
    expires_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, row: InvitationRow) -> InvitationOut:
        """From the row."""
        return cls(
            id=row.id,
            email=row.email,
            role=Role(row.role),
            expires_at=row.expires_at,
            created_at=row.created_at,
        )


class InvitationMade(InvitationOut):
    """With the token, which is shown this once: pass it on to whom it is for."""

    token: str


class InvitationToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str
