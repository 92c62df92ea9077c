"""What HTTP carries about signing in from a browser. The tokens are in cookies, never in a body."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from answerable.identity.users.schemas import UserOut
from answerable.identity.workspaces.schemas import WorkspaceOut


class Setup(BaseModel):
    """What the page of a stranger needs: `first_person` asks for the server's owner to register."""

    first_person: bool
    registration: Literal["open", "closed"]
    password_min_length: int
    version: str


class SignedIn(BaseModel):
    """`expires_in` is the access cookie's life in seconds; refresh before."""

    expires_in: int


class BrowserRegistered(SignedIn):
    user: UserOut
    workspace: WorkspaceOut
