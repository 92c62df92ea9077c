"""Who acts: carried by every session, enforced by the database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
    opens exactly the row whose secret was presented, before its workspace is known. `conversation_id` is
    the conversation within which somebody acts: what belongs to it is seen beside the workspace's own.
    """

    workspace_id: str | None = None
    user_id: str | None = None
    role: Role | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    key_id: str | None = None
    session_id: str | None = None
    key_hash: bytes | None = None
    conversation_id: str | None = None

    def within(self, conversation_id: str | None) -> Principal:
        """The same within a conversation, of which it is known that the principal may see it."""
        return self if conversation_id is None else replace(self, conversation_id=conversation_id)

    @classmethod
    def anonymous(cls) -> Principal:
        """Nobody: no tenant's rows are visible."""
        return cls()

    @classmethod
    def system(cls, workspace_id: str) -> Principal:
        """The system at work for one workspace, as jobs are."""
        return cls(workspace_id=workspace_id, role=Role.OWNER)
