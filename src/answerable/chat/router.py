"""All routes of chat."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.chat.asking import endpoints as asking
from answerable.chat.messages import endpoints as messages
from answerable.chat.sessions import endpoints as sessions

router = APIRouter()
for noun in (asking, sessions, messages):
    router.include_router(noun.router)
