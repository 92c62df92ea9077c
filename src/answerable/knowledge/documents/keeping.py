"""Documents of a conversation that the whole workspace is to have."""

from __future__ import annotations

from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DOCUMENTS
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.knowledge import indexing
from answerable.knowledge.documents import membership, removal, repository
from answerable.knowledge.documents.errors import AlreadyInWorkspace, DocumentNotReady
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus


async def own(session: Session, document_id: str) -> DocumentRow:
    """A document of the conversation within which the session acts. NotFound for any other, the workspace's
    too."""
    document = await repository.get(session, document_id)
    if document is None or document.session_id != session.principal.conversation_id:
        raise NotFound
    return document


async def keep(session: Session, document_id: str) -> DocumentRow:
    """Give a document of the conversation to the workspace, with the files that it holds; those that the
    workspace has already are its from there. NotFound, DocumentNotReady, AlreadyInWorkspace."""
    await repository.take_turns(session)
    document = await own(session, document_id)
    if document.status != DocumentStatus.READY:
        raise DocumentNotReady(f"The document is {document.status}. Keep it once it has been read.")
    if await repository.in_workspace(session, [document.sha256]):
        raise AlreadyInWorkspace(
            "The workspace has a document of the same bytes already. Remove this copy, or leave it here."
        )
    rows = await repository.lock_going(session, await membership.held_by(session, document_id))
    known = await repository.in_workspace(session, [row.sha256 for row in rows.values()])
    copies = [each for each, row in rows.items() if row.sha256 in known]
    kept = [each for each in rows if each not in copies]
    # What nobody wants for itself and no other container holds has no use beside the workspace's.
    useless = set(copies).intersection(await membership.family(session, [document_id]))
    await repository.change(session, document_id, {"is_member": False, "root_id": None, "depth": 0})
    await repository.give_to_workspace(session, kept)
    for copy in copies:
        await repository.hold_instead(session, kept, copy, known[rows[copy].sha256])
    await indexing.give_to_workspace(session, kept)
    await membership.settle(session, [document_id])
    await removal.drop(session, sorted(useless))
    await forget(session, [DOCUMENTS])
    await session.refresh(document)
    return document
