"""Documents whose words a former version found, indexed anew by the words of this one, in the background.

Nothing is missing meanwhile: queries look for the former words too, as long as any document has them, and a
chunk's old words give way to its new ones in one transaction. Vectors stay as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import repository
from answerable.knowledge.indexing.passage import Passage, SentenceSketch
from answerable.knowledge.indexing.preparation import PreparedPassage, weigh
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import VERSION

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in the index, by the id of its row, with its sketch as it is kept."""

    row: int
    passage: Passage
    sketch: bytes


async def with_older_words(session: Session, most: int) -> Sequence[str]:
    """The ids of at most that many documents whose words a former version found."""
    return await repository.with_words_before(session, VERSION, most)


async def renew_words(runtime: Runtime, workspace_id: str, document_id: str) -> None:
    """Index a document by the words of this version, some chunks at once, unless it was indexed or deleted
    meanwhile. One that breaks off is begun anew, which changes nothing of what was done."""
    principal = Principal.system(workspace_id)
    after, goes_on = 0, True
    while goes_on:
        async with runtime.database.begin(principal) as session:
            found = await repository.stored_passages(session, document_id, after, _AT_ONCE)
        stored = [StoredPassage(row, passage, sketch) for row, passage, sketch in found]
        weighed = await asyncio.to_thread(_weighed, workspace_id, stored)
        async with runtime.database.begin(principal) as session:
            await repository.lock_document(session, document_id)
            if document_id not in await repository.with_words_before(session, VERSION, 1, of=document_id):
                return  # whoever indexed it meanwhile used this version, or comes again
            if weighed:
                await repository.replace_words(session, weighed)
            goes_on = len(found) == _AT_ONCE
            if not goes_on:
                await repository.note_words(session, document_id, VERSION)
        after = max(weighed, default=after)


def _weighed(workspace_id: str, stored: Sequence[StoredPassage]) -> dict[int, PreparedPassage]:
    # Sentences stay as they were cut: their vectors are kept in that order.
    spans = [[(int(a), int(b)) for a, b in SentenceSketch.unpack(each.sketch).spans] for each in stored]
    made = weigh(TermIds(workspace_id), [each.passage for each in stored], spans)
    return {each.row: row for each, row in zip(stored, made, strict=True)}
