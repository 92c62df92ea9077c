"""Documents put straight into the index, for tests of what reads it."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document, store_document

OIL = (
    "The 1973 oil crisis began in October 1973. The price of oil rose from three dollars to twelve dollars. "
    "Speed limits were lowered to save fuel."
)
OXYGEN = (
    "Oxygen is a chemical element with the symbol O. It was discovered by Carl Wilhelm Scheele in Uppsala. "
    "Liquid oxygen boils at minus 183 degrees Celsius."
)
RETURNS = (
    "Goods may be returned within thirty days of delivery. Refunds are paid to the card that was used. "
    "Grinders with a broken seal cannot be returned."
)


def passages(*texts: str, heading_path: tuple[str, ...] = ()) -> list[Passage]:
    """Passages of a document whose text is the given ones, parted by a blank line."""
    made: list[Passage] = []
    start = 0
    for ordinal, text in enumerate(texts):
        made.append(Passage(ordinal, start, start + len(text), text, page=1, heading_path=heading_path))
        start += len(text) + 2
    return made


async def put(
    runtime: Runtime,
    workspace_id: str,
    *texts: str,
    title: str = "A document",
    document_id: str | None = None,
    source_id: str | None = None,
) -> str:
    """Index a document of these passages; returns its id."""
    document = IndexedDocument(document_id or ids.new_id("doc"), title, source_id)
    await put_passages(runtime, workspace_id, document, passages(*texts))
    return document.id


async def put_passages(
    runtime: Runtime, workspace_id: str, document: IndexedDocument, found: Sequence[Passage]
) -> None:
    """Index a document of these passages."""
    prepared = await prepare_document(runtime, workspace_id, document, found)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await store_document(session, prepared)
