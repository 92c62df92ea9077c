"""Documents that go: one that a person deletes, many that a sync lets go together.

Rows are taken in one order by everybody, so that nobody waits in a circle: the workspace's turn (who changes
several documents, or what holds which), documents in the order of their bytes' digests, then the index, then
the marks of kept answers. Nobody waits for a job's row with any of these held: a job that ends at this very
moment finds its document gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DOCUMENTS, document_tag
from answerable.jobs import Subject, enqueue_many, stop_job
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.knowledge import indexing
from answerable.knowledge.documents import membership, repository

DISCARD = "documents.discard"


async def delete(session: Session, document_id: str) -> None:
    """Delete a document with its text, its passages and vectors and the kept answers that depend on it, and
    stop what still reads it; with a container go its members that nothing else holds.

    The files go by a job of the same transaction: once it has committed, and even if this process
    dies then. NotFound.
    """
    await repository.take_turns(session)
    if not await _delete(session, [document_id]):
        raise NotFound


async def drop(session: Session, document_ids: Sequence[str]) -> None:
    """Delete documents that nobody wants any more, in the workspace's turn that the transaction has."""
    if document_ids:
        await _delete(session, document_ids)


async def leave_conversation(session: Session) -> None:
    """Delete all documents of the conversation within which the session acts, likewise."""
    await repository.take_turns(session)
    await _delete(session, await repository.of_conversation(session))


async def let_go(session: Session, document_ids: Sequence[str]) -> None:
    """The same of many for who wants them no longer: those that a container holds stay there, as members."""
    await repository.take_turns(session)
    held = await repository.containers_of(session, document_ids)
    for document_id in sorted(held):
        await repository.change(session, document_id, {"is_member": True})
    await _delete(session, [each for each in document_ids if each not in held])
    await membership.settle(session, sorted(held))


async def leave_source(session: Session, source_id: str, most: int) -> bool:
    """Let at most that many documents of a source go; False when none is left. What a container of another
    source holds goes over to that."""
    await repository.take_turns(session)
    found = await repository.of_source(session, source_id, most)
    wanted = [document_id for document_id, is_member in found.items() if not is_member]
    if wanted:
        await let_go(session, wanted)
    elif found:  # no container of theirs is left here
        await membership.settle(session, list(found))
        await _delete(session, list(await repository.of_source(session, source_id, most)))
    return bool(found)


async def _delete(session: Session, document_ids: Sequence[str]) -> bool:
    """Whether any of the documents was there. The workspace's turn must be the transaction's."""
    rows = await repository.lock_going(session, await membership.family(session, document_ids))
    going = list(rows)
    if not going:
        return False
    for job_id in await repository.open_jobs_of(session, going):
        await stop_job(session, job_id)
    staying = [each for each in await repository.members_of(session, going) if each not in rows]
    await repository.remove_memberships(session, going)
    await membership.settle(session, staying)
    await indexing.delete_documents(session, going)
    await repository.remove(session, going)
    await forget(session, [*(document_tag(each) for each in going), DOCUMENTS])
    discarded: list[tuple[Subject, dict[str, JsonValue]]] = [
        (Subject("document", each), {"file_key": rows[each].file_key}) for each in going
    ]
    await enqueue_many(session, DISCARD, discarded)
    return True
