"""`/verified-questions`: questions whose meaning a person has confirmed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.data.verified import service
from answerable.data.verified.schemas import (
    NewVerifiedQuestion,
    VerifiedQuestionChange,
    VerifiedQuestionEvent,
    VerifiedQuestionsRequest,
    VerifiedQuestionView,
)
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/verified-questions", tags=["verified questions"])

Proposer = Annotated[RequestContext, requires(Scope.FEEDBACK_WRITE)]
Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Editor = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("", status_code=201)
async def propose_verified_question(context: Proposer, body: NewVerifiedQuestion) -> VerifiedQuestionView:
    """Propose that a query answers a question. It answers once an editor has accepted it."""
    return VerifiedQuestionView.of(await service.propose_new(context.session, context.runtime, body))


@router.get("")
async def list_verified_questions(
    context: Reader, wanted: Annotated[VerifiedQuestionsRequest, Query()]
) -> Page[VerifiedQuestionView]:
    """Verified questions, newest first: all for an editor, else those that are accepted and one's own."""
    rows = await service.list_verified(context.session, wanted)
    page = make_page(rows, wanted, lambda row: row, lambda row: (row.created_at, row.id))
    seen = await service.readable(context.session, page.items)
    return Page(items=[VerifiedQuestionView.of(row) for row in seen], next_cursor=page.next_cursor)


@router.get("/{verified_id}")
async def read_verified_question(context: Reader, verified_id: str) -> VerifiedQuestionView:
    """One verified question."""
    return VerifiedQuestionView.of(await service.read(context.session, verified_id))


@router.patch("/{verified_id}")
async def change_verified_question(
    context: Editor, verified_id: str, body: VerifiedQuestionChange
) -> VerifiedQuestionView:
    """Give it other words or another query."""
    return VerifiedQuestionView.of(await service.change(context.session, context.runtime, verified_id, body))


@router.post("/{verified_id}/accept")
async def accept_verified_question(context: Editor, verified_id: str) -> VerifiedQuestionView:
    """Let it answer from now on."""
    return VerifiedQuestionView.of(await service.accept(context.session, context.runtime, verified_id))


@router.post("/{verified_id}/reject")
async def reject_verified_question(context: Editor, verified_id: str) -> VerifiedQuestionView:
    """Decide against it."""
    return VerifiedQuestionView.of(await service.reject(context.session, context.runtime, verified_id))


@router.post("/{verified_id}/reopen")
async def reopen_verified_question(context: Editor, verified_id: str) -> VerifiedQuestionView:
    """Take the decision back: it waits again, and does not answer."""
    return VerifiedQuestionView.of(await service.reopen(context.session, verified_id))


@router.delete("/{verified_id}", status_code=204)
async def delete_verified_question(context: Editor, verified_id: str) -> None:
    """Delete it."""
    await service.delete(context.session, verified_id)


@router.get("/{verified_id}/changes")
async def list_verified_question_changes(
    context: Editor, verified_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[VerifiedQuestionEvent]:
    """Who did what to it and when, newest first; also once it is deleted."""
    rows = await service.changes(context.session, verified_id, wanted)
    return make_page(rows, wanted, VerifiedQuestionEvent.of, lambda row: (row.created_at, row.id))
