"""All routes of identity."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.identity.browser import endpoints as browser
from answerable.identity.invitations import endpoints as invitations
from answerable.identity.members import endpoints as members
from answerable.identity.sessions import endpoints as sessions
from answerable.identity.users import endpoints as users
from answerable.identity.workspaces import endpoints as workspaces

router = APIRouter()
for noun in (sessions, browser, users, workspaces, members, invitations):
    router.include_router(noun.router)
