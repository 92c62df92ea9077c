"""The rules of notes on documents: anybody who reads a document proposes, editors decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answerable.identity.scopes import Scope
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents.service import read as read_document
from answerable.knowledge.documents.tables import DocumentRow
from answerable.knowledge.notes import repository
from answerable.knowledge.notes.tables import DocumentNoteRow

MOST = 100


class TooManyNotes(Conflict):
    code, title = "too_many_notes", "The document has as many notes as it may"


class NoteDecided(Conflict):
    code, title = "already_decided", "The note is not open any more"


class NoteOpen(Conflict):
    code, title = "not_decided", "There is no decision to take back"


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody wants to be shown with a document's quotes, and what made them write it."""

    text: str
    question: str | None = None
    comment: str | None = None


async def propose(session: Session, document_id: str, remark: Remark) -> DocumentNoteRow:
    """A new note that waits for an editor. NotFound for a document that there is not, TooManyNotes."""
    document = await read_document(session, document_id)
    if await repository.count(session, document.id) >= MOST:
        raise TooManyNotes(f"{MOST} are kept on one document. Delete rejected ones first.")
    row = DocumentNoteRow(
        workspace_id=session.workspace_id,
        document_id=document.id,
        text=remark.text.strip(),
        question=remark.question,
        comment=remark.comment,
        proposed_by=session.principal.user_id,
    )
    await repository.add(session, row)
    return row


async def list_notes(session: Session, document_id: str, request: PageRequest) -> Sequence[DocumentNoteRow]:
    """A document's notes, newest first, one more than the page holds: all for an editor, else the accepted
    ones and one's own. NotFound."""
    document = await read_document(session, document_id)
    only_of = None if Scope.DOCUMENTS_WRITE in session.principal.scopes else session.principal.user_id
    return await repository.of_document(session, document.id, request, only_of=only_of)


async def decide(session: Session, runtime: Runtime, note_id: str, status: str) -> DocumentNoteRow:
    """Accept or reject a note. NotFound, NoteDecided."""
    row = await _locked(session, note_id)
    if row.status != "open":
        raise NoteDecided(f"It was {row.status} before. Reopen it to decide anew.")
    row.status, row.decided_by, row.decided_at = status, session.principal.user_id, runtime.clock.now()
    return row


async def reopen(session: Session, note_id: str) -> DocumentNoteRow:
    """Take the decision back: it is not shown and waits again. NotFound, NoteOpen."""
    row = await _locked(session, note_id)
    if row.status == "open":
        raise NoteOpen("It waits for a decision. Accept or reject it.")
    row.status, row.decided_by, row.decided_at = "open", None, None
    return row


async def delete(session: Session, document_id: str, note_id: str) -> None:
    """Delete a note. NotFound."""
    if not await repository.remove(session, document_id, note_id):
        raise NotFound


async def document_of(session: Session, row: DocumentNoteRow) -> DocumentRow:
    """The document that a note is on."""
    return await read_document(session, row.document_id)


async def accepted_notes(
    session: Session, document_ids: Collection[str]
) -> dict[str, Sequence[DocumentNoteRow]]:
    """The accepted notes on some documents, oldest first, by document."""
    found: dict[str, list[DocumentNoteRow]] = {}
    for row in await repository.accepted(session, document_ids) if document_ids else ():
        found.setdefault(row.document_id, []).append(row)
    return dict(found)


async def _locked(session: Session, note_id: str) -> DocumentNoteRow:
    row = await repository.lock(session, note_id)
    if row is None:
        raise NotFound
    return row
