"""`/documents/{id}/notes`: what is shown with a document's quotes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.knowledge.notes import service
from answerable.knowledge.notes.schemas import NewNote, NoteView

router = Router(prefix="/documents/{document_id}/notes", tags=["documents"])

Proposer = Annotated[RequestContext, requires(Scope.FEEDBACK_WRITE)]
Reader = Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
Writer = Annotated[RequestContext, requires(Scope.DOCUMENTS_WRITE)]


@router.post("", status_code=201)
async def propose_note(context: Proposer, document_id: str, body: NewNote) -> NoteView:
    """Propose a note. It is shown once an editor has accepted it among the proposals."""
    remark = service.Remark(body.text, comment=body.comment)
    return NoteView.of(await service.propose(context.session, document_id, remark))


@router.get("")
async def list_notes(
    context: Reader, document_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[NoteView]:
    """A document's notes, newest first: all for an editor, else the accepted ones and one's own."""
    rows = await service.list_notes(context.session, document_id, wanted)
    return make_page(rows, wanted, NoteView.of, lambda row: (row.created_at, row.id))


@router.delete("/{note_id}", status_code=204)
async def delete_note(context: Writer, document_id: str, note_id: str) -> None:
    """Delete a note."""
    await service.delete(context.session, document_id, note_id)
