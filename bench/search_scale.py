"""Search and answers over many chunks: latency, and recall of the approximate search against the exact.

Chunks are synthetic: words by Zipf's law with topics, vectors clustered by the same topics. A question's
text is embedded for real, so that its time counts; the vector searched with is the synthetic one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
from sqlalchemy import text

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import answer_from_documents
from answerable.knowledge.embedding import QueryVector, TextEncoder, load_encoder
from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.indexing.preparation import dense_vector, sparse_vector
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.term_ids import TermIds
from answerable.knowledge.lexical.words import words
from answerable.knowledge.retrieval import SearchMode, repository, search
from answerable.knowledge.retrieval.query import QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process
from bench.natural_text import NaturalText

BUDGETS = {"search_p50_ms": 15.0, "answer_p50_ms": 40.0, "recall_at_10": 0.95}
_WORDS = 110
_SENTENCES = 4
_DIMENSIONS = 384
_PER_DOCUMENT = 20
_QUERY_WORDS = 7
_COLUMNS = (
    "public_id, workspace_id, document_id, ordinal, start_offset, end_offset, token_count, heading_path,"
    " text, terms, weights, embedding, sentences"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A question: its text, and the vector that stands for it."""

    question: str
    vector: QueryVector


class ProbeEncoder(TextEncoder):
    """Embeds a question's text and answers with the synthetic vector that belongs to it."""

    def __init__(self, inner: TextEncoder, probes: list[Probe]) -> None:
        self._inner = inner
        self._vectors = {probe.question: probe.vector for probe in probes}

    async def encode_query(self, query: str) -> QueryVector | None:
        """The stand-in, after the time that the real one takes."""
        await self._inner.encode([query])
        return self._vectors[query]

    def close(self) -> None:
        """Close the real encoder."""
        self._inner.close()


class Corpus:
    """The synthetic chunks of a workspace."""

    def __init__(self, workspace_id: str, size: int) -> None:
        self.size = size
        self._workspace = ids.decode("ws", workspace_id)
        self._text = NaturalText(seed=11)
        self._random = np.random.default_rng(12)
        self._centres = self._random.normal(size=(400, _DIMENSIONS)).astype(np.float32)
        self._term_ids = TermIds(workspace_id)
        self._terms: dict[int, int] = {}
        self.vectors = np.empty((size, _DIMENSIONS), dtype=np.float32)
        self.probes: list[Probe] = []

    def rows(self, probes: int) -> Iterator[tuple[object, ...]]:
        """The rows for COPY; notes probes about some of them on the way."""
        every = max(1, self.size // probes)
        document = uuid.uuid4()
        for number in range(self.size):
            if number % _PER_DOCUMENT == 0:
                document = uuid.uuid4()
            topic = self._text.topic()
            drawn = self._text.word_numbers(topic, _WORDS)
            vector = self._near(self._centres[topic], 1.1)
            self.vectors[number] = vector
            if number % every == every // 2:
                question = self._text.query(drawn, _QUERY_WORDS)
                self.probes.append(Probe(question, self._near(vector, 0.05)))
            yield self._row(number, document, self._text.text(drawn), drawn, vector)

    def _near(self, vector: np.ndarray, spread: float) -> QueryVector:
        moved = vector + spread * self._random.normal(size=_DIMENSIONS).astype(np.float32)
        near: QueryVector = (moved / np.linalg.norm(moved)).astype(np.float32)
        return near

    def _row(
        self, number: int, document: uuid.UUID, content: str, drawn: np.ndarray, vector: QueryVector
    ) -> tuple[object, ...]:
        terms = np.array([self._term(int(word)) for word in drawn], dtype=np.int32)
        weights = text_weights(terms.tolist())
        cuts = np.linspace(0, len(content), _SENTENCES + 1).astype(np.int32)
        noise = self._random.normal(size=(_SENTENCES, _DIMENSIONS)).astype(np.float32)
        sketch = SentenceSketch(
            spans=np.stack([cuts[:-1], cuts[1:]], axis=1),
            word_counts=np.array([len(part) for part in np.array_split(terms, _SENTENCES)], dtype=np.int32),
            words=terms,
            vectors=vector + 0.03 * noise,
        )
        return (
            uuid.uuid4(), self._workspace, document, number % _PER_DOCUMENT, 0, len(content), _WORDS, [],
            content, sorted(weights), sparse_vector(weights), dense_vector(vector), sketch.pack(),
        )  # fmt: skip

    def _term(self, word: int) -> int:
        if word not in self._terms:
            self._terms[word] = self._term_ids(words(self._text.text(np.array([word])))[0])
        return self._terms[word]


def load(admin_url: str, corpus: Corpus, workspace_id: str, probes: int) -> dict[str, float]:
    """Bulk-load the chunks, then build the indexes and the statistics; returns the seconds."""
    started = time.perf_counter()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        definitions = admin.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE indexname IN ('ix_chunks_terms', 'ix_chunks_embedding', 'uq_chunks_public_id')"
        ).fetchall()
        for name, _ in definitions:
            admin.execute(f"DROP INDEX {name}")
        with admin.cursor() as cursor, cursor.copy(f"COPY chunks ({_COLUMNS}) FROM STDIN") as copy:
            for row in corpus.rows(probes):
                copy.write_row(row)
        copied = time.perf_counter()
        admin.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in definitions:
            admin.execute(definition)
        indexed = time.perf_counter()
        workspace = ids.decode("ws", workspace_id)
        admin.execute(
            "INSERT INTO indexed_documents (document_id, workspace_id, title, chunk_count)"
            " SELECT document_id, workspace_id, 'generated', count(*) FROM chunks GROUP BY 1, 2"
        )
        admin.execute(
            "INSERT INTO lexical_terms (workspace_id, term, chunks)"
            " SELECT %s, u.term, count(*) FROM chunks c, unnest(c.terms || 0) AS u(term) GROUP BY 2",
            [workspace],
        )
        admin.execute("VACUUM ANALYZE chunks, lexical_terms, indexed_documents")
    return {"load_s": round(copied - started, 1), "build_indexes_s": round(indexed - copied, 1)}


async def latencies(runtime: Runtime, workspace_id: str, probes: list[Probe]) -> dict[str, float]:
    """Percentiles of search and of answers, with the transaction and the embedding of the question."""
    searches, answers = [], []
    for number, probe in enumerate(probes):
        started = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            await search(session, runtime, probe.question)
        between = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            await answer_from_documents(session, runtime, probe.question)
        if number >= len(probes) // 10:  # the first ones warm the caches
            searches.append((between - started) * 1000)
            answers.append((time.perf_counter() - between) * 1000)
    return {
        "search_p50_ms": round(float(np.median(searches)), 2),
        "search_p99_ms": round(float(np.quantile(searches, 0.99)), 2),
        "answer_p50_ms": round(float(np.median(answers)), 2),
        "answer_p99_ms": round(float(np.quantile(answers, 0.99)), 2),
    }


async def recall(runtime: Runtime, workspace_id: str, probes: list[Probe]) -> dict[str, float]:
    """The part of the exact ten best that the approximate search finds, by vectors and by words."""
    shares: dict[SearchMode, list[float]] = {SearchMode.DENSE: [], SearchMode.LEXICAL: []}
    for probe in probes:
        async with runtime.database.begin(member(workspace_id)) as session:
            terms = QueryTerms.of(probe.question, workspace_id)
            query = WeightedQuery.of(terms, await repository.term_counts(session, terms), probe.vector)
            for mode, found in shares.items():
                part = 1.0 if mode is SearchMode.DENSE else 0.0
                pool, reach = Pool(40, 10, part), Reach(query.chunks)
                await repository.settle_plans(session, pool, reach)
                look = repository.nearest if mode is SearchMode.DENSE else repository.best_worded
                rows = await look(session, query, reach, pool)
                near = await repository.score_candidates(session, query, mode, pool, rows)
                wanted = await exact_best(session, query, mode)
                found.append(len(wanted & {candidate.chunk_id for candidate in near}) / len(wanted))
    return {f"{mode}_recall_at_10": round(float(np.mean(found)), 4) for mode, found in shares.items()}


async def exact_best(session: Session, query: WeightedQuery, mode: SearchMode) -> set[str]:
    """The ten best chunks, by comparing all."""
    order = {
        SearchMode.DENSE: "(embedding <=> CAST(:query AS halfvec)) + 0",
        SearchMode.LEXICAL: "weights <#> CAST(:query AS sparsevec)",
    }[mode]
    value = (
        sparse_vector({term: query.idf[term] for term, _ in query.known})
        if mode is SearchMode.LEXICAL or query.vector is None
        else dense_vector(query.vector)
    )
    statement = text(f"SELECT public_id FROM chunks ORDER BY {order} LIMIT 10")
    return {ids.encode("chk", row[0]) for row in await session.execute(statement, {"query": value})}


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with fresh_cluster() as (folder, admin_url):
        workspace_id = new_workspace(admin_url)
        corpus = Corpus(workspace_id, options.chunks)
        seconds = load(admin_url, corpus, workspace_id, options.probes)
        async with process(folder, admin_url) as runtime:
            inner = TextEncoder(lambda: load_encoder(folder, threads=options.threads))
            probes = corpus.probes
            runtime.provide(TextEncoder, lambda _: ProbeEncoder(inner, probes))
            return {
                "chunks": options.chunks,
                **seconds,
                **await latencies(runtime, workspace_id, probes),
                **await recall(runtime, workspace_id, probes[: options.compared]),
                "budgets": BUDGETS,
            }


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--probes", type=int, default=300, help="questions whose time is taken")
    parser.add_argument("--compared", type=int, default=40, help="questions whose recall is taken")
    parser.add_argument("--threads", type=int, default=1, help="threads that embed a question")
    print(json.dumps({"search_scale": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
