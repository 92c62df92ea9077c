"""All SQL of notes on documents."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, or_, select

from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.knowledge.documents.tables import DocumentRow
from answerable.knowledge.notes.tables import DocumentNoteRow

_Row = DocumentNoteRow


async def add(session: Session, row: _Row) -> None:
    """Store a new note."""
    session.add(row)
    await session.flush()
    await session.refresh(row)


async def count(session: Session, document_id: str) -> int:
    """How many notes a document has, of whatever status."""
    statement = select(func.count()).select_from(_Row).where(_Row.document_id == document_id)
    return (await session.scalar(statement)) or 0


async def lock(session: Session, note_id: str) -> _Row | None:
    """A note, held until the transaction ends."""
    statement = select(_Row).where(_Row.id == note_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def remove(session: Session, document_id: str, note_id: str) -> bool:
    """Delete a document's note. False when there is none."""
    gone = await session.execute(
        delete(_Row).where(_Row.id == note_id, _Row.document_id == document_id).returning(_Row.id)
    )
    return gone.first() is not None


async def of_document(
    session: Session, document_id: str, request: PageRequest, *, only_of: str | None
) -> Sequence[_Row]:
    """A document's notes, newest first, one more than the page holds; with `only_of` the accepted ones and
    that person's own."""
    statement = select(_Row).where(_Row.document_id == document_id)
    if only_of is not None:
        statement = statement.where(or_(_Row.status == "accepted", _Row.proposed_by == only_of))
    return (await session.scalars(after_cursor(statement, request, _Row.created_at, _Row.id))).all()


async def page(
    session: Session, request: PageRequest, status: str | None
) -> Sequence[tuple[DocumentNoteRow, str]]:
    """The workspace's notes with their documents' titles, newest first, one more than the page holds."""
    statement = select(_Row, DocumentRow.title).join(DocumentRow, DocumentRow.id == _Row.document_id)
    if status is not None:
        statement = statement.where(_Row.status == status)
    found = await session.execute(after_cursor(statement, request, _Row.created_at, _Row.id))
    return [(row[0], row[1]) for row in found]


async def accepted(session: Session, document_ids: Collection[str]) -> Sequence[_Row]:
    """The accepted notes on some documents, oldest first."""
    statement = select(_Row).where(_Row.document_id.in_(document_ids), _Row.status == "accepted")
    return (await session.scalars(statement.order_by(_Row.decided_at, _Row.id))).all()
