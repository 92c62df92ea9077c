"""Documents too long to be prepared as a whole: their passages are staged batch by batch, each in a
transaction of its own, then moved into the index in one.

What was staged before a worker died is not made again. The document's passages of before, if it had any,
answer until the new ones are all there. Cutting and weighing, embedding, and writing go on at the same time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from answerable.jobs import JobContext
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.knowledge.embedding import Encoders
from answerable.knowledge.indexing import generations, repository, staged_rows
from answerable.knowledge.indexing.ahead import one_ahead
from answerable.knowledge.indexing.errors import StaleVectors
from answerable.knowledge.indexing.passage import IndexedDocument, Passage
from answerable.knowledge.indexing.preparation import BATCH, prepared_batches
from answerable.knowledge.stores.outbox import note_changes

_MOVED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StagedDocument:
    """A document whose passages, `count` of them, are all staged, with vectors of these generations (where
    their encoders are here)."""

    document: IndexedDocument
    count: int
    generations: frozenset[int]


class _Stage:
    """The passages of one document on their way into the stage."""

    def __init__(self, job: JobContext, document_id: str, passages: Iterator[Passage], length: int) -> None:
        self._job = job
        self._document_id = document_id
        self._passages = passages
        self._length = length
        self.count = 0

    async def missing(self, generations: Collection[int]) -> AsyncGenerator[list[Passage], None]:
        """The batches that are not there yet."""
        async with self._job.begin() as session:
            known = await staged_rows.count(session, self._document_id)
        while batch := await asyncio.to_thread(lambda: list(islice(self._passages, BATCH))):
            self.count = batch[-1].ordinal + 1
            if batch[0].ordinal < known and await self._is_there(batch, generations):
                await self.report(batch[-1])
                continue
            yield batch

    async def _is_there(self, batch: list[Passage], generations: Collection[int]) -> bool:
        async with self._job.begin() as session:
            return await staged_rows.are_there(session, self._document_id, batch, generations)

    async def report(self, last: Passage) -> None:
        """Say how far it is. Raises JobCancelled."""
        await self._job.progress(last.end, self._length, "characters")


async def stage_document(
    job: JobContext, document: IndexedDocument, passages: Iterator[Passage], length: int
) -> StagedDocument:
    """Embed and weigh a long document's passages and stage them, for the encoder that the workspace is
    searched by, and the one that is being built. `length` is that of the text, for the job's progress. Raises
    EncoderAway."""
    async with job.begin() as session:
        wanted = (await generations.of_workspace(session)).all
    encoders = {each.number: job.runtime.get(Encoders).of(each.spec) for each in wanted}
    stage = _Stage(job, document.id, passages, length)
    made = prepared_batches(encoders, job.principal.workspace_id or "", stage.missing(encoders))
    async with aclosing(one_ahead(made)) as batches:
        async for batch in batches:
            async with job.begin() as session:
                await staged_rows.put(session, document, batch)
            await job.advanced()
            await stage.report(batch[-1].passage)
    return StagedDocument(document, stage.count, frozenset(encoders))


async def move_staged(session: Session, staged: StagedDocument) -> None:
    """Put the passages into the index in place of the document's own, in the caller's transaction. It takes
    minutes and holds nothing that others wait for; `settle_staged` ends it."""
    await session.set_local([repository.PATIENCE])
    await staged_rows.give(session, staged.document)
    await staged_rows.clear_index(session, staged.document.id)
    for first in range(0, staged.count, _MOVED_AT_ONCE):
        last = min(first + _MOVED_AT_ONCE, staged.count) - 1
        await staged_rows.move(session, staged.document.id, first, last)


async def settle_staged(session: Session, staged: StagedDocument) -> None:
    """Let the document that was moved be found. Raises StaleVectors when the encoder that the workspace is
    searched by is none that it was prepared for."""
    document = staged.document
    await repository.lock_document(session, document.id)
    if (await generations.held(session)).active.number not in staged.generations:
        raise StaleVectors
    await repository.put_document(session, document, staged.count)
    await staged_rows.move_terms(session, document.id)
    await note_changes(session, [ids.decode("doc", document.id) or ids.NIL])
    await staged_rows.drop(session, document.id)


async def drop_staged(session: Session, document_id: str) -> None:
    """Forget what is staged of a document that is not to be indexed."""
    await staged_rows.drop(session, document_id)
