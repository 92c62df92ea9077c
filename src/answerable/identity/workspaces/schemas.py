"""What HTTP carries about workspaces."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from answerable.identity.tables import WorkspaceRow
from answerable.identity.users.schemas import PlainText
from answerable.kit.principal import Role


class WorkspaceOut(BaseModel):
    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, row: WorkspaceRow) -> WorkspaceOut:
        """From the row."""
        return cls(id=row.id, name=row.name, created_at=row.created_at)


class MembershipOut(BaseModel):
    """A workspace and the caller's role there."""

    workspace: WorkspaceOut
    role: Role


class WorkspaceIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: PlainText
