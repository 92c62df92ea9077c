"""One list of what waits for an editor, and the decisions on it, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.chat.proposals import synonyms
from answerable.chat.proposals.schemas import ProposalsRequest, ProposalStatus, ProposalView
from answerable.data.verified import service as verified
from answerable.identity.scopes import Scope
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden
from answerable.kit.paging import PageRequest, decode_cursor, encode_cursor
from answerable.kit.runtime import Runtime
from answerable.knowledge.notes import repository as note_rows
from answerable.knowledge.notes import service as notes


async def list_proposals(session: Session, request: ProposalsRequest) -> Sequence[ProposalView]:
    """The workspace's proposals of every kind, newest first, one more than the page holds, without those that
    name what is hidden from the session's principal."""
    status = request.status
    words = await synonyms.list_readable(session, _from(request, "prop"), status)
    found = [ProposalView.of_synonym(row) for row in words]
    kept = None if status is None else "proposed" if status is ProposalStatus.OPEN else status.value
    questions = await verified.list_decided(session, _from(request, "vq"), kept)
    found += [ProposalView.of_verified(row) for row in questions]
    if _decides_on_notes(session):
        rows = await note_rows.page(session, _from(request, "note"), status.value if status else None)
        found += [ProposalView.of_note(row, title) for row, title in rows]
    found.sort(key=lambda view: (view.created_at, _tail(view.id)), reverse=True)
    return found[: request.limit + 1]


async def accept(session: Session, runtime: Runtime, proposal_id: str) -> ProposalView:
    """Do what is proposed. Raises NotFound, a Conflict where it is decided or cannot be done any more."""
    match _kind(proposal_id):
        case "vq":
            return ProposalView.of_verified(await verified.accept(session, runtime, proposal_id))
        case "note":
            return await _note(session, runtime, proposal_id, "accepted")
        case _:
            return ProposalView.of_synonym(await synonyms.accept(session, runtime, proposal_id))


async def reject(session: Session, runtime: Runtime, proposal_id: str) -> ProposalView:
    """Decide against it. Raises NotFound, and a Conflict where it is decided."""
    match _kind(proposal_id):
        case "vq":
            return ProposalView.of_verified(await verified.reject(session, runtime, proposal_id))
        case "note":
            return await _note(session, runtime, proposal_id, "rejected")
        case _:
            return ProposalView.of_synonym(await synonyms.reject(session, runtime, proposal_id))


async def reopen(session: Session, runtime: Runtime, proposal_id: str) -> ProposalView:
    """Take a decision back, with what it changed. Raises NotFound, and a Conflict where there is none."""
    match _kind(proposal_id):
        case "vq":
            return ProposalView.of_verified(await verified.reopen(session, proposal_id))
        case "note":
            return await _note(session, runtime, proposal_id, None)
        case _:
            return ProposalView.of_synonym(await synonyms.reopen(session, proposal_id))


async def _note(session: Session, runtime: Runtime, note_id: str, status: str | None) -> ProposalView:
    if not _decides_on_notes(session):
        raise Forbidden(
            f"This needs the scope '{Scope.DOCUMENTS_WRITE}'. Ask an administrator for a key that has it.",
            reason="needs_scope",
        )
    row = (
        await notes.reopen(session, note_id)
        if status is None
        else await notes.decide(session, runtime, note_id, status)
    )
    return ProposalView.of_note(row, (await notes.document_of(session, row)).title)


def _decides_on_notes(session: Session) -> bool:
    return Scope.DOCUMENTS_WRITE in session.principal.scopes


def _kind(proposal_id: str) -> str:
    return proposal_id.partition("_")[0]


def _tail(proposal_id: str) -> str:
    return proposal_id.partition("_")[2]


def _from(request: ProposalsRequest, prefix: str) -> PageRequest:
    """The page's place among the rows of one kind: ids of all kinds sort by their part behind the prefix."""
    if request.cursor is None:
        return PageRequest(limit=request.limit)
    moment, last = decode_cursor(request.cursor)
    place = ids.decode(_kind(last), last) or ids.NIL
    return PageRequest(limit=request.limit, cursor=encode_cursor(moment, ids.encode(prefix, place)))
