"""`/proposals`: what people want changed, and what becomes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.chat.proposals import service
from answerable.chat.proposals.schemas import ProposalsRequest, ProposalView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, make_page

router = Router(prefix="/proposals", tags=["proposals"])

Editor = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.get("")
async def list_proposals(context: Editor, page: Annotated[ProposalsRequest, Query()]) -> Page[ProposalView]:
    """What people proposed, newest first: synonyms, verified questions, notes on documents."""
    views = await service.list_proposals(context.session, page)
    return make_page(views, page, lambda view: view, lambda view: (view.created_at, view.id))


@router.post("/{proposal_id}/accept")
async def accept_proposal(proposal_id: str, context: Editor) -> ProposalView:
    """Do what is proposed."""
    return await service.accept(context.session, context.runtime, proposal_id)


@router.post("/{proposal_id}/reject")
async def reject_proposal(proposal_id: str, context: Editor) -> ProposalView:
    """Decide against it."""
    return await service.reject(context.session, context.runtime, proposal_id)


@router.post("/{proposal_id}/reopen")
async def reopen_proposal(proposal_id: str, context: Editor) -> ProposalView:
    """Take the decision back, with what it changed."""
    return await service.reopen(context.session, context.runtime, proposal_id)
