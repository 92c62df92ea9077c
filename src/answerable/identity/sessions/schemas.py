"""What HTTP carries about signing in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.identity.emails import EmailAddress
from answerable.identity.users.schemas import PlainText, UserOut
from answerable.identity.workspaces.schemas import MembershipOut, WorkspaceOut


class Registration(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    password: str
    name: PlainText | None = None
    workspace_name: PlainText | None = None
    invitation_token: Annotated[
        str | None,
        Field(description="Join the workspace of this invitation instead of making one of your own."),
    ] = None


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: str
    password: str


class RefreshRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: str


class Tokens(BaseModel):
    """`expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 (a kind, no secret)
    expires_in: int


class Registered(Tokens):
    user: UserOut
    workspace: WorkspaceOut


class Me(BaseModel):
    """Who calls and where they belong; `server_owner` may see and disable everybody."""

    user: UserOut
    memberships: list[MembershipOut]
    server_owner: bool
