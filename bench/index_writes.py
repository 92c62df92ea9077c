"""Documents put into the index and taken out of it, alone and while others search."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import numpy as np

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.knowledge.indexing import (
    IndexedDocument,
    Passage,
    PreparedDocument,
    delete_documents,
    store_document,
)
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.indexing.preparation import (
    PassageVectors,
    PreparedPassage,
    dense_vector,
    sparse_vector,
)
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import search
from bench.knowledge_bed import member
from bench.natural_text import NaturalText
from bench.search_load import Probe
from bench.synthetic_chunks import DIMENSION, PER_DOCUMENT, WORDS

_NO_SENTENCES = SentenceSketch(
    np.zeros((0, 2), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros((0, 0), np.float32)
).pack()


class Writer:
    """Makes documents of twenty chunks whose preparation costs nothing while the clock runs."""

    def __init__(self, runtime: Runtime, workspace_id: str, prepared: int = 200) -> None:
        self._runtime = runtime
        self._workspace_id = workspace_id
        text = NaturalText(seed=21)
        random = np.random.default_rng(22)
        number = TermIds(workspace_id)
        self._passages = []
        for ordinal in range(prepared):
            content = text.passage(WORDS)
            weights = text_weights(number.of(words(content)))
            vector = random.standard_normal(DIMENSION, dtype=np.float32)
            passage = Passage(ordinal % PER_DOCUMENT, 0, len(content), content, token_count=WORDS)
            vector_text = dense_vector(vector / np.linalg.norm(vector))
            weights_text = sparse_vector(weights)
            self._passages.append(
                PreparedPassage(
                    passage,
                    sorted(weights),
                    weights_text,
                    _NO_SENTENCES,
                    {1: PassageVectors(vector_text, b"")},
                )
            )
        self.written: list[str] = []

    async def write(self) -> None:
        """Index one document."""
        document = IndexedDocument(ids.new_id("doc"), "written")
        start = len(self.written) * PER_DOCUMENT % len(self._passages)
        passages = tuple(self._passages[start : start + PER_DOCUMENT])
        prepared = PreparedDocument(document, passages, frozenset({1}))
        async with self._runtime.database.begin(member(self._workspace_id)) as session:
            await store_document(session, prepared)
        self.written.append(document.id)

    async def delete(self) -> None:
        """Take the latest document out."""
        async with self._runtime.database.begin(member(self._workspace_id)) as session:
            await delete_documents(session, [self.written.pop()])


async def rate(act: Writer, seconds: float, *, deleting: bool) -> float:
    """Chunks written, or deleted, a second."""
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < seconds and (act.written or not deleting):
        await (act.delete() if deleting else act.write())
        done += 1
    return round(done * PER_DOCUMENT / (time.perf_counter() - started), 1)


async def writes_during(
    runtime: Runtime, workspace_id: str, probes: Sequence[Probe], seconds: float
) -> dict[str, float]:
    """Rates of writing and deleting alone and during searches, and the searches' latency meanwhile."""
    writer = Writer(runtime, workspace_id)
    figures = {
        "insert_chunks_per_s": await rate(writer, seconds, deleting=False),
        "delete_chunks_per_s": await rate(writer, seconds, deleting=True),
    }
    for deleting, name in ((False, "insert"), (True, "delete")):
        taken: list[float] = []
        searching = asyncio.create_task(_search_for_ever(runtime, workspace_id, probes, taken))
        figures[f"{name}_chunks_per_s_during_searches"] = await rate(writer, seconds, deleting=deleting)
        searching.cancel()
        await asyncio.gather(searching, return_exceptions=True)
        if taken:
            figures[f"search_p50_ms_during_{name}s"] = round(float(np.median(taken)), 2)
            figures[f"search_p99_ms_during_{name}s"] = round(float(np.quantile(taken, 0.99)), 2)
    while writer.written:
        await writer.delete()
    return figures


async def _search_for_ever(
    runtime: Runtime, workspace_id: str, probes: Sequence[Probe], taken: list[float]
) -> None:
    while True:
        for probe in probes:
            started = time.perf_counter()
            async with runtime.database.begin(member(workspace_id)) as session:
                await search(session, runtime, probe.question)
            taken.append((time.perf_counter() - started) * 1000)
