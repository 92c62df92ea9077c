"""Put a document into the index, and take it out.

The costly half, `prepare_document`, runs before the transaction; `store_document` replaces what the index
held of the document in the caller's transaction, so that searches see the old passages or the new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import TextEncoder
from answerable.knowledge.indexing import repository
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.preparation import PreparedPassage, Progress, prepare


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document that is ready to be stored."""

    document: IndexedDocument
    passages: tuple[PreparedPassage, ...]


async def prepare_document(
    runtime: Runtime,
    workspace_id: str,
    document: IndexedDocument,
    passages: Sequence[Passage],
    progress: Progress | None = None,
) -> PreparedDocument:
    """Embed and weigh a document's passages, off the event loop and outside any transaction.

    `progress(done, total)` is awaited after each batch of passages.
    """
    encoder = runtime.get(TextEncoder)
    return PreparedDocument(document, tuple(await prepare(encoder, workspace_id, passages, progress)))


async def store_document(session: Session, prepared: PreparedDocument) -> None:
    """Replace the document's passages in the index. Doing it twice leaves them once."""
    document = prepared.document
    await repository.lock_document(session, document.id)
    await repository.delete_chunks(session, document.id)
    await repository.put_document(session, document, len(prepared.passages))
    await repository.insert_chunks(session, document.id, prepared.passages)


async def add_missing_vectors(runtime: Runtime, workspace_id: str, most: int) -> int:
    """Embed at most `most` of the workspace's passages that were indexed while there was no encoder.

    Returns how many got their vectors: fewer than `most` when none are left, 0 without an encoder.
    """
    principal = Principal.system(workspace_id)
    async with runtime.database.begin(principal) as session:
        found = await repository.passages_without_vector(session, most)
    prepared = await prepare(runtime.get(TextEncoder), workspace_id, list(found.values()))
    by_row = {row_id: row for row_id, row in zip(found, prepared, strict=True) if row.embedding is not None}
    if by_row:
        async with runtime.database.begin(principal) as session:
            await repository.set_vectors(session, by_row)
    return len(by_row)


async def delete_document(session: Session, document_id: str) -> None:
    """Take a document out of the index; nothing happens when it is not there."""
    await repository.lock_document(session, document_id)
    await repository.delete_chunks(session, document_id)
    await repository.delete_document(session, document_id)


async def describe_document(session: Session, document: IndexedDocument) -> None:
    """Show and find the document by what is now known of it; nothing happens when it is not indexed."""
    await repository.describe_document(session, document)


async def without_facts(session: Session, most: int) -> Sequence[str]:
    """The ids of at most that many documents that filters do not know yet: a former version indexed them."""
    return await repository.without_facts(session, most)


async def move_document(session: Session, document_id: str, source_id: str) -> None:
    """Find the document under another source; nothing happens when it is not indexed."""
    await repository.move_document(session, document_id, source_id)
