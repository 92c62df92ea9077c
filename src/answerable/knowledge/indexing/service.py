"""Put a document into the index, and take it out.

The costly half, `prepare_document`, runs before the transaction; `store_document` replaces what the index
held of the document in the caller's transaction, so that searches see the old passages or the new ones. What
is too long for one piece is prepared by `staging` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import Encoders
from answerable.knowledge.indexing import generations, repository
from answerable.knowledge.indexing.errors import StaleVectors
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.preparation import PreparedPassage, Progress, embed, prepare
from answerable.knowledge.indexing.staging import StagedDocument, settle_staged
from answerable.knowledge.indexing.tables import ChunkRow


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document that is ready to be stored, with vectors of these generations (where their encoders are
    here)."""

    document: IndexedDocument
    passages: tuple[PreparedPassage, ...]
    generations: frozenset[int]

    @property
    def count(self) -> int:
        """How many passages it has."""
        return len(self.passages)


async def prepare_document(
    runtime: Runtime,
    workspace_id: str,
    document: IndexedDocument,
    passages: Sequence[Passage],
    progress: Progress | None = None,
) -> PreparedDocument:
    """Embed and weigh a document's passages, off the event loop and outside any transaction: for the encoder
    that the workspace is searched by, and the one that is being built.

    `progress(done, total)` is awaited after each batch of passages. Raises EncoderAway.
    """
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        wanted = (await generations.of_workspace(session)).all
    encoders = {each.number: runtime.get(Encoders).of(each.spec) for each in wanted}
    prepared = await prepare(encoders, workspace_id, passages, progress)
    return PreparedDocument(document, tuple(prepared), frozenset(encoders))


async def store_document(session: Session, prepared: PreparedDocument | StagedDocument) -> None:
    """Replace the document's passages in the index; those of one that was staged must have been moved there.
    Doing it twice leaves them once. Raises StaleVectors when the encoder that the workspace is searched by is
    none that the document was prepared for."""
    if isinstance(prepared, StagedDocument):
        await settle_staged(session, prepared)
        return
    document = prepared.document
    await repository.lock_document(session, document.id)
    if (await generations.held(session)).active.number not in prepared.generations:
        raise StaleVectors
    await repository.delete_chunks(session, [document.id])
    await repository.put_document(session, document, len(prepared.passages))
    await repository.insert_chunks(session, document, prepared.passages)


async def add_missing_vectors(runtime: Runtime, workspace_id: str, most: int) -> int:
    """Embed at most `most` of the workspace's passages that were indexed while there was no encoder.

    Returns how many got their vectors: fewer than `most` when none are left, 0 without an encoder.
    Raises EncoderAway.
    """
    principal = Principal.system(workspace_id)
    async with runtime.database.begin(principal) as session:
        active = (await generations.of_workspace(session)).active
        found = await repository.passages_without_vector(session, active.number, most)
    made = await embed(runtime.get(Encoders).of(active.spec), list(found.values()))
    if made:
        async with runtime.database.begin(principal) as session:
            await repository.add_vectors(session, active.number, dict(zip(found, made, strict=True)))
    return len(made)


async def delete_documents(session: Session, document_ids: Sequence[str]) -> None:
    """Take documents out of the index; nothing happens to those that are not there."""
    await session.set_local([repository.PATIENCE])
    for document_id in sorted(document_ids):
        await repository.lock_document(session, document_id)
    await repository.delete_chunks(session, document_ids)
    await repository.delete_documents(session, document_ids)


async def chunks(session: Session, document_id: str, first: int, most: int) -> Sequence[ChunkRow]:
    """At most that many of a document's chunks in order, from an ordinal on."""
    return await repository.chunks(session, document_id, first, most)


async def describe_document(session: Session, document: IndexedDocument) -> None:
    """Show and find the document by what is now known of it; nothing happens when it is not indexed."""
    await repository.describe_document(session, document)


async def without_facts(session: Session, most: int) -> Sequence[str]:
    """The ids of at most that many documents that filters do not know yet: a former version indexed them."""
    return await repository.without_facts(session, most)


async def give_to_workspace(session: Session, document_ids: Sequence[str]) -> None:
    """Find documents of the conversation in the whole workspace."""
    for document_id in sorted(document_ids):
        await repository.lock_document(session, document_id)
    await repository.give_to_workspace(session, document_ids)


async def move_documents(session: Session, document_ids: Sequence[str], source_id: str) -> None:
    """Find the documents under another source; nothing happens to those that are not indexed."""
    await repository.move_documents(session, document_ids, source_id)
