"""`/feedback`: what one says of an answer."""

from __future__ import annotations

from typing import Annotated

from answerable.chat.feedback import service
from answerable.chat.feedback.schemas import FeedbackIn, FeedbackView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(tags=["feedback"])

Giver = Annotated[RequestContext, requires(Scope.FEEDBACK_WRITE)]


@router.post("/feedback", status_code=201)
async def give_feedback(wanted: FeedbackIn, context: Giver) -> FeedbackView:
    """Say whether an answer of yours is good. Said again, it takes the place of what was said before."""
    return await service.give(context.session, context.runtime, wanted)
