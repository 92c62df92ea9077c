"""The index of passages: what search and answers read.

prepared = await prepare_document(runtime, workspace_id, IndexedDocument(id, title), passages, progress)
async with job.complete() as session:
    await store_document(session, prepared)          # replaces; safe to repeat
...
await delete_documents(session, [document_id])       # in the transaction that deletes the document
"""

from answerable.knowledge.indexing.errors import StaleVectors
from answerable.knowledge.indexing.facts import DocumentFacts
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.renewal import renew_words, with_older_words
from answerable.knowledge.indexing.service import (
    PreparedDocument,
    add_missing_vectors,
    chunks,
    delete_documents,
    describe_document,
    give_to_workspace,
    move_documents,
    prepare_document,
    store_document,
    without_facts,
)
from answerable.knowledge.indexing.staging import StagedDocument, drop_staged, move_staged, stage_document
from answerable.knowledge.indexing.tables import ChunkRow

__all__ = [
    "ChunkRow",
    "DocumentFacts",
    "IndexedDocument",
    "Passage",
    "PreparedDocument",
    "StagedDocument",
    "StaleVectors",
    "add_missing_vectors",
    "chunks",
    "delete_documents",
    "describe_document",
    "drop_staged",
    "give_to_workspace",
    "move_documents",
    "move_staged",
    "prepare_document",
    "renew_words",
    "stage_document",
    "store_document",
    "with_older_words",
    "without_facts",
]
