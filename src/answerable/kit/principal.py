"""Who acts: carried by every session, enforced by the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Principal:
    """A person, an API key or the system itself (a job), within one workspace.

    `workspace_id` None sees no tenant's rows at all. `session_id` names the sign-in that an access
    token came from, `key_id` the API key: one of the two for whoever came over HTTP. `key_hash`
    opens exactly the row whose secret was presented, before its workspace is known.
    """

    workspace_id: str | None = None
    user_id: str | None = None
    role: Role | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    key_id: str | None = None
    session_id: str | None = None
    key_hash: bytes | None = None

    @classmethod
    def anonymous(cls) -> Principal:
        """Nobody: no tenant's rows are visible."""
        return cls()

    @classmethod
    def system(cls, workspace_id: str) -> Principal:
        """The system at work for one workspace, as jobs are."""
        return cls(workspace_id=workspace_id, role=Role.OWNER)
