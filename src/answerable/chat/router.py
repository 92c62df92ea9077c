"""All routes of chat."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.chat.asking import endpoints as asking
from answerable.chat.confidence import endpoints as confidence
from answerable.chat.feedback import endpoints as feedback
from answerable.chat.files import endpoints as files
from answerable.chat.messages import endpoints as messages
from answerable.chat.proposals import endpoints as proposals
from answerable.chat.recaps import endpoints as recaps
from answerable.chat.retention import endpoints as retention
from answerable.chat.sessions import endpoints as sessions
from answerable.chat.shares import endpoints as shares
from answerable.chat.stages import endpoints as stages
from answerable.chat.transfer import endpoints as transfer

router = APIRouter()
for routes in (
    asking.router,
    sessions.router,
    messages.router,
    files.router,
    messages.searching,
    recaps.router,
    shares.router,
    transfer.router,
    retention.router,
    feedback.router,
    proposals.router,
    confidence.router,
    stages.router,
):
    router.include_router(routes)
