"""From passages to rows: words, weights, sentences and vectors. No database here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import numpy as np

from answerable.knowledge.embedding import TextEncoder, Vectors
from answerable.knowledge.indexing.ahead import one_ahead
from answerable.knowledge.indexing.passage import Passage, SentenceSketch, pack_vectors
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.sentences import sentences
from answerable.knowledge.lexical.term_ids import DIMENSIONS, TermIds
from answerable.knowledge.lexical.words import words

BATCH = 64
_MOST_TERMS = 500
"""Distinct terms that one chunk is found by; keeps a row of odd text (a word list) within a page."""

Progress = Callable[[int, int], Awaitable[None]]
_Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """A passage's vector in the text form that pgvector reads, and its sentences' packed."""

    embedding: str
    sentences: bytes


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage with all that search needs; `vectors` by the generation of the encoder that made them."""

    passage: Passage
    terms: list[int]
    weights: str
    sentences: bytes
    vectors: Mapping[int, PassageVectors] = field(default_factory=dict)


async def prepare(
    encoders: Mapping[int, TextEncoder],
    workspace_id: str,
    passages: Sequence[Passage],
    progress: Progress | None = None,
) -> list[PreparedPassage]:
    """Compute what is stored of a few passages; `progress(done, total)` is awaited after each batch. Raises
    EncoderAway."""
    prepared: list[PreparedPassage] = []
    async with aclosing(prepared_batches(encoders, workspace_id, _in_batches(passages))) as batches:
        async for batch in batches:
            prepared += batch
            if progress is not None:
                await progress(len(prepared), len(passages))
    return prepared


async def prepared_batches(
    encoders: Mapping[int, TextEncoder],
    workspace_id: str,
    batches: AsyncGenerator[list[Passage], None],
) -> AsyncGenerator[list[PreparedPassage], None]:
    """Compute what is stored, batch by batch and off the event loop; the next batch is weighed while one is
    embedded. `encoders` are by generation; without one of them the passages are prepared for lexical search
    alone. Raises EncoderAway."""
    async with aclosing(one_ahead(_weighed(TermIds(workspace_id), batches))) as weighed:
        async for rows, spans in weighed:
            batch = [row.passage for row in rows]
            vectors = [await _embed(encoder, batch, spans) for encoder in encoders.values()]
            yield [
                replace(
                    row,
                    vectors={n: made[place] for n, made in zip(encoders, vectors, strict=True) if made},
                )
                for place, row in enumerate(rows)
            ]


async def _in_batches(passages: Sequence[Passage]) -> AsyncGenerator[list[Passage], None]:
    for start in range(0, len(passages), BATCH):
        yield list(passages[start : start + BATCH])


async def _weighed(
    term_ids: TermIds, batches: AsyncGenerator[list[Passage], None]
) -> AsyncGenerator[tuple[list[PreparedPassage], list[_Spans]], None]:
    def of(batch: list[Passage]) -> tuple[list[PreparedPassage], list[_Spans]]:
        spans = [sentences(passage.text) for passage in batch]
        return weigh(term_ids, batch, spans), spans

    async with aclosing(batches):
        async for batch in batches:
            yield await asyncio.to_thread(of, batch)


async def embed(encoder: TextEncoder, passages: Sequence[Passage]) -> list[PassageVectors]:
    """The passages' vectors by one encoder; none of them without it. Raises EncoderAway."""
    return await _embed(encoder, passages, [sentences(passage.text) for passage in passages])


async def _embed(
    encoder: TextEncoder, passages: Sequence[Passage], spans: Sequence[list[tuple[int, int]]]
) -> list[PassageVectors]:
    prefixes = [passage.context for passage in passages]
    texts = [prefix + passage.text for prefix, passage in zip(prefixes, passages, strict=True)]
    shifted = [
        [(start + len(prefix), end + len(prefix)) for start, end in found]
        for prefix, found in zip(prefixes, spans, strict=True)
    ]
    encoded = await encoder.encode_spans(texts, shifted)
    return [] if encoded is None else await asyncio.to_thread(_packed, *encoded)


def _packed(vectors: Vectors, sentence_vectors: Sequence[Vectors]) -> list[PassageVectors]:
    pairs = zip(vectors, sentence_vectors, strict=True)
    return [PassageVectors(dense_vector(vector), pack_vectors(inner)) for vector, inner in pairs]


def weigh(
    term_ids: TermIds, passages: Sequence[Passage], spans: Sequence[list[tuple[int, int]]]
) -> list[PreparedPassage]:
    """The passages with what lexical search needs of them; `spans` are those of each one's sentences."""
    rows = []
    for number, passage in enumerate(passages):
        by_sentence = [term_ids.of(words(passage.text[start:end])) for start, end in spans[number]]
        above = [*passage.heading_path, *([passage.table_header] if passage.table_header else [])]
        in_headings = [term_ids.of(words(line)) for line in above]
        weights = text_weights(term for found in (*in_headings, *by_sentence) for term in found)
        if len(weights) > _MOST_TERMS:
            weights = dict(sorted(weights.items(), key=lambda item: -item[1])[:_MOST_TERMS])
        sketch = SentenceSketch(
            spans=np.array(spans[number], dtype=np.int32).reshape(-1, 2),
            word_counts=np.array([len(found) for found in by_sentence], dtype=np.int32),
            words=np.array([term for found in by_sentence for term in found], dtype=np.int32),
            vectors=np.zeros((len(spans[number]), 0), dtype=np.float32),
        )
        rows.append(PreparedPassage(passage, sorted(weights), sparse_vector(weights), sketch.pack()))
    return rows


def sparse_vector(weights: dict[int, float]) -> str:
    """pgvector's text form of a sparse vector: {index:value,…}/dimensions."""
    entries = ",".join(f"{term}:{weight:.5g}" for term, weight in sorted(weights.items()))
    return f"{{{entries}}}/{DIMENSIONS}"


def dense_vector(vector: Vectors) -> str:
    """pgvector's text form of a dense vector: [value,…], with the four digits that a halfvec keeps."""
    return "[" + ",".join([f"{value:.4g}" for value in vector.tolist()]) + "]"
