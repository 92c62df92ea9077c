"""`/feedback`: what one says of an answer; `/proposals`: the corrections that wait for an editor."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.chat.feedback import service
from answerable.chat.feedback.schemas import FeedbackIn, FeedbackView, ProposalsRequest, ProposalView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, make_page

router = Router(tags=["feedback"])

Giver = Annotated[RequestContext, requires(Scope.FEEDBACK_WRITE)]
Editor = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("/feedback", status_code=201)
async def give_feedback(wanted: FeedbackIn, context: Giver) -> FeedbackView:
    """Say whether an answer of yours is good. Said again, it takes the place of what was said before."""
    return await service.give(context.session, context.runtime, wanted)


@router.get("/proposals")
async def list_proposals(context: Editor, page: Annotated[ProposalsRequest, Query()]) -> Page[ProposalView]:
    """Corrections that people proposed, newest first."""
    rows = await service.list_proposals(context.session, page)
    return make_page(rows, page, ProposalView.of, lambda row: (row.created_at, row.id))


@router.post("/proposals/{proposal_id}/accept")
async def accept_proposal(proposal_id: str, context: Editor) -> ProposalView:
    """Make the change in the semantic model."""
    return ProposalView.of(await service.accept(context.session, context.runtime, proposal_id))


@router.post("/proposals/{proposal_id}/reject")
async def reject_proposal(proposal_id: str, context: Editor) -> ProposalView:
    """Decide against it."""
    return ProposalView.of(await service.reject(context.session, context.runtime, proposal_id))
