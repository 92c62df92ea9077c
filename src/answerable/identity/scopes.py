"""What a caller may do, and what each role may."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from answerable.kit.principal import Role


class Scope(StrEnum):
    """One permission. An API key holds some of them, a role a fixed set; a new slice adds its own here."""

    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    SOURCES_WRITE = "sources:write"
    TOOLS_WRITE = "tools:write"
    DATA_READ = "data:read"
    DATA_WRITE = "data:write"
    CONNECTIONS_WRITE = "connections:write"
    ASK = "ask"
    CHAT_READ = "chat:read"
    CHAT_WRITE = "chat:write"
    FEEDBACK_WRITE = "feedback:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    MODELS_READ = "models:read"
    MODELS_WRITE = "models:write"
    MODELS_CALL = "models:call"
    USAGE_READ = "usage:read"
    LIMITS_WRITE = "limits:write"
    WORKSPACE_READ = "workspace:read"
    WORKSPACE_WRITE = "workspace:write"


# Chatting is asking: a viewer's sessions and feedback are the viewer's own. Who may ask may also call
# models: budgets, not roles, bound what that costs.
_VIEWER = frozenset(
    {
        Scope.DOCUMENTS_READ,
        Scope.DATA_READ,
        Scope.ASK,
        Scope.CHAT_READ,
        Scope.CHAT_WRITE,
        Scope.FEEDBACK_WRITE,
        Scope.JOBS_READ,
        Scope.MEMBERS_READ,
        Scope.MODELS_READ,
        Scope.MODELS_CALL,
        Scope.WORKSPACE_READ,
    }
)
_EDITOR = _VIEWER | {Scope.DOCUMENTS_WRITE, Scope.TOOLS_WRITE, Scope.DATA_WRITE, Scope.JOBS_WRITE}
_ADMIN = _EDITOR | {
    Scope.SOURCES_WRITE,
    Scope.CONNECTIONS_WRITE,
    Scope.MEMBERS_WRITE,
    Scope.KEYS_READ,
    Scope.KEYS_WRITE,
    Scope.MODELS_WRITE,
    Scope.USAGE_READ,
    Scope.LIMITS_WRITE,
}

ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: _ADMIN,
    Role.OWNER: frozenset(Scope),
}


def effective_scopes(role: Role, granted: frozenset[str] | None) -> frozenset[str]:
    """What a caller may do now: all of the role's scopes, or those of them that the key was granted.

    A key never outgrows its maker: a demotion narrows the maker's keys at once.
    """
    scopes: frozenset[str] = frozenset(ROLE_SCOPES[role])
    return scopes if granted is None else scopes & granted
