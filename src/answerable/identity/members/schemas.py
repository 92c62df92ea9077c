"""What HTTP carries about members."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from answerable.identity.emails import EmailAddress
from answerable.identity.tables import MembershipRow, UserRow
from answerable.identity.users.schemas import UserOut
from answerable.kit.principal import Role


class MemberOut(BaseModel):
    user: UserOut
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, membership: MembershipRow, user: UserRow) -> MemberOut:
        """From the rows."""
        return cls(user=UserOut.of(user), role=Role(membership.role), created_at=membership.created_at)


class MemberIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    role: Role


class RoleChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role
