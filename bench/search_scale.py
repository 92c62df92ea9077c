"""Search over many chunks: latency, recall of the approximate search against the exact, writes meanwhile,
size and memory.

Chunks are synthetic: words by Zipf's law with topics, vectors clustered by the same topics. A question's
text is embedded for real, so that its time counts; the vector searched with is the synthetic one.
Other questions are asked first, as `after_start`, so that PostgreSQL has read what it has room for.
`--keep FOLDER` fills a database once and measures it again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import psycopg
from sqlalchemy import text

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import answer_from_documents
from answerable.knowledge.embedding import QueryVector, TextEncoder, load_encoder
from answerable.knowledge.indexing import generations
from answerable.knowledge.indexing.preparation import dense_vector, sparse_vector
from answerable.knowledge.retrieval import Scope, SearchMode, repository, search
from answerable.knowledge.retrieval.nearby import nearby
from answerable.knowledge.retrieval.query import QueryTerms, WeightedQuery
from answerable.knowledge.retrieval.repository import Pool, Reach
from answerable.knowledge.retrieval.service import narrowed
from bench.index_writes import writes_during
from bench.knowledge_bed import fresh_cluster, kept_cluster, member, process
from bench.search_load import Bed, Probe, fill, found, probes, source_id

BUDGETS = {
    100_000: {"search_p50_ms": 15.0, "answer_p50_ms": 40.0, "recall_at_10": 0.95},
    1_000_000: {"search_p50_ms": 40.0, "recall_at_10": 0.95},
}
_SIZES = (
    "SELECT relname, pg_relation_size(oid) / 1000000, pg_table_size(oid) / 1000000 FROM pg_class"
    " WHERE relname IN ('chunks', 'chunk_vectors_1', 'ix_chunk_vectors_1_embedding', 'ix_chunks_terms')"
)


class ProbeEncoder(TextEncoder):
    """Embeds a question's text and answers with the synthetic vector that belongs to it."""

    def __init__(self, inner: TextEncoder, asked: Sequence[Probe]) -> None:
        self._inner = inner
        self._vectors = {probe.question: probe.vector for probe in asked}

    async def encode_query(self, query: str) -> QueryVector | None:
        """The stand-in, after the time that the real one takes."""
        await self._inner.encode([query])
        return self._vectors[query]

    def close(self) -> None:
        """Close the real encoder."""
        self._inner.close()


@dataclass(frozen=True, slots=True)
class Way:
    """One way of searching: in which workspace, among what, by what."""

    name: str
    workspace_id: str
    probes: Sequence[Probe]
    mode: SearchMode = SearchMode.HYBRID
    scope: Scope | None = None


def ways(bed: Bed, asked: Sequence[Probe], small: Sequence[Probe]) -> Iterator[Way]:
    """The ways that are timed."""
    one_source = Scope(source_ids=(source_id(7),))
    yield Way("search", bed.workspace_id, asked)
    yield Way("dense", bed.workspace_id, asked, SearchMode.DENSE)
    yield Way("lexical", bed.workspace_id, asked, SearchMode.LEXICAL)
    yield Way("source_of_1_percent", bed.workspace_id, asked, scope=one_source)
    yield Way("tenant_of_1_percent", bed.small_workspace_id, small)


async def latencies(runtime: Runtime, way: Way) -> dict[str, float]:
    """Percentiles of a search, with its transaction and the embedding of the question, and the processor
    time that one took, which says something on a busy machine too."""
    taken, before = [], cpu_seconds()
    for probe in way.probes:
        started = time.perf_counter()
        async with runtime.database.begin(member(way.workspace_id)) as session:
            await search(session, runtime, probe.question, mode=way.mode, scope=way.scope)
        taken.append((time.perf_counter() - started) * 1000)
    spent = (cpu_seconds() - before) / len(way.probes) * 1000
    return {**percentiles(way.name, taken), f"{way.name}_cpu_ms": round(spent, 2)}


def cpu_seconds() -> float:
    """Processor time of this process and of PostgreSQL's."""
    me = psutil.Process()
    spent = [me.cpu_times(), *(p.cpu_times() for p in me.children(recursive=True) if p.name() == "postgres")]
    return sum(each.user + each.system for each in spent)


async def answer_latencies(runtime: Runtime, way: Way) -> dict[str, float]:
    """Percentiles of a stage-0 answer."""
    taken = []
    for probe in way.probes:
        started = time.perf_counter()
        async with runtime.database.begin(member(way.workspace_id)) as session:
            await answer_from_documents(session, runtime, probe.question)
        taken.append((time.perf_counter() - started) * 1000)
    return percentiles("answer", taken)


def percentiles(name: str, taken: Sequence[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds; the first tenth warms the caches."""
    warm = taken[len(taken) // 10 :]
    return {
        f"{name}_p50_ms": round(float(np.median(warm)), 2),
        f"{name}_p99_ms": round(float(np.quantile(warm, 0.99)), 2),
    }


@dataclass(frozen=True, slots=True)
class ExactBest:
    """The chunks above the tenth best, and those that score as it does: any of these are as good."""

    above: frozenset[str]
    tied: frozenset[str]
    count: int

    def share_of(self, found: set[str]) -> float:
        """The part of the best that was found."""
        tied = min(len(self.tied & found), self.count - len(self.above))
        return (len(self.above & found) + tied) / self.count


async def recall(runtime: Runtime, way: Way) -> dict[str, float]:
    """The part of the exact ten best, by vectors and by words, that the approximate ten best have."""
    scope = way.scope or Scope()
    shares: dict[SearchMode, list[float]] = {SearchMode.DENSE: [], SearchMode.LEXICAL: []}
    for probe in way.probes:
        for mode, parts in shares.items():
            async with runtime.database.begin(member(way.workspace_id)) as session:
                wanted = await exact_best(session, probe, mode, scope)
                if wanted.count:
                    parts.append(wanted.share_of(await best(session, runtime, probe, mode, scope)))
    return {
        f"{way.name}_{mode}_recall_at_10": round(float(np.mean(parts)), 4) for mode, parts in shares.items()
    }


async def weighted(session: Session, probe: Probe) -> WeightedQuery:
    """The question against the workspace's statistics."""
    terms = QueryTerms.of(probe.question, session.workspace_id)
    return WeightedQuery.of(terms, await repository.term_counts(session, terms), probe.vector)


async def best(session: Session, runtime: Runtime, probe: Probe, mode: SearchMode, scope: Scope) -> set[str]:
    """The ten best chunks that one way of looking brings, as search asks for them."""
    query = await weighted(session, probe)
    reach = await narrowed(session, Reach.of(scope, query.chunks), runtime.settings.search.exact_below)
    pool = Pool(40, 10, 1.0 if mode is SearchMode.DENSE else 0.0)
    await repository.settle_plans(session, pool, reach)
    rows: Sequence[int]
    if mode is SearchMode.DENSE:
        used = (await generations.of_workspace(session)).active
        rows = (await nearby(session, runtime, used, query, reach, pool)).rows
    else:
        rows = await repository.best_worded(session, query, reach, pool)
    near = await repository.score_candidates(session, query, mode, pool, rows)
    return {candidate.chunk_id for candidate in near}


async def exact_best(session: Session, probe: Probe, mode: SearchMode, scope: Scope) -> ExactBest:
    """The ten best chunks, by comparing all that may count: by words, those that have any. Synthetic chunks
    are of one length, so several often tie for the tenth place by words."""
    query = await weighted(session, probe)
    lexical = mode is SearchMode.LEXICAL
    weights = {term: query.idf[term] for term, _ in query.known}
    parameters: dict[str, object] = {
        "query": sparse_vector(weights) if lexical else dense_vector(probe.vector)
    }
    conditions = []
    if lexical:
        conditions.append("c.terms && CAST(:known AS int[])")
        parameters["known"] = list(weights)
    if scope.source_ids:
        of_source = (
            "SELECT document_id FROM indexed_documents WHERE source_id = ANY(CAST(:sources AS uuid[]))"
        )
        conditions.append(f"c.document_id IN ({of_source})")
        parameters["sources"] = [ids.decode("src", each) for each in scope.source_ids]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    near = "(v.embedding <=> CAST(:query AS halfvec)) + 0"
    order = "c.weights <#> CAST(:query AS sparsevec)" if lexical else near
    statement = text(
        f"SELECT c.public_id, {order} AS far FROM chunks c"
        f" JOIN chunk_vectors v ON v.generation = 1 AND v.chunk_id = c.id {where}"
        " ORDER BY far FETCH FIRST 10 ROWS WITH TIES"
    )
    rows = [(ids.encode("chk", row[0]), row[1]) for row in await session.execute(statement, parameters)]
    last = rows[-1][1] if rows else 0.0
    above = frozenset(chunk for chunk, far in rows if far < last)
    return ExactBest(above, frozenset(chunk for chunk, far in rows if far == last), min(10, len(rows)))


def sizes(admin_url: str) -> dict[str, int]:
    """Megabytes of the table (with what lies beside it) and of its indexes."""
    with psycopg.connect(admin_url) as admin:
        rows = {name: (own, whole) for name, own, whole in admin.execute(_SIZES).fetchall()}
    return {
        "chunks_mb": int(rows["chunks"][1]),
        "vectors_mb": int(rows["chunk_vectors_1"][1]),
        "vector_index_mb": int(rows["ix_chunk_vectors_1_embedding"][0]),
        "word_index_mb": int(rows["ix_chunks_terms"][0]),
    }


def memory_mb() -> int:
    """Proportional set size of PostgreSQL's processes, shared buffers included."""
    size = 0
    for process_of_ours in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # those that look after the tables come and go
            if process_of_ours.name() == "postgres":
                size += process_of_ours.memory_full_info().pss
    return int(size / 1e6)


@contextmanager
def cluster(keep: Path | None) -> Iterator[tuple[Path, str]]:
    """A PostgreSQL that goes afterwards, or one that stays."""
    if keep is None:
        with fresh_cluster() as (folder, admin_url):
            yield folder, admin_url
    else:
        with kept_cluster(keep) as admin_url:
            yield keep, admin_url


async def measure(
    runtime: Runtime, admin_url: str, bed: Bed, options: argparse.Namespace
) -> dict[str, object]:
    """All figures of a filled database."""
    asked = probes(admin_url, bed.workspace_id, options.probes)
    small = probes(admin_url, bed.small_workspace_id, max(20, options.probes // 4))
    others = probes(admin_url, bed.workspace_id, options.warm)
    inner = TextEncoder(lambda: load_encoder(runtime.settings.data_dir, threads=options.threads))
    runtime.provide(TextEncoder, lambda _: ProbeEncoder(inner, [*asked, *small, *others]))
    figures: dict[str, object] = {}
    figures |= await latencies(runtime, Way("after_start", bed.workspace_id, others))
    timed = list(ways(bed, asked, small))
    for way in timed:
        figures |= await latencies(runtime, way)
    figures |= await answer_latencies(runtime, timed[0])
    for way in timed:
        if way.mode is SearchMode.HYBRID:
            few = Way(way.name, way.workspace_id, way.probes[: options.compared], scope=way.scope)
            figures |= await recall(runtime, few)
    figures |= await writes_during(runtime, bed.workspace_id, asked, options.write_seconds)
    return figures | sizes(admin_url) | {"postgresql_pss_mb": memory_mb()}


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with cluster(options.keep) as (folder, admin_url):
        bed = found(admin_url) or fill(admin_url, options.chunks)
        async with process(folder, admin_url) as runtime:
            figures = await measure(runtime, admin_url, bed, options)
        return {"chunks": options.chunks, **bed.seconds, **figures, "budgets": BUDGETS.get(options.chunks)}


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--probes", type=int, default=300, help="questions whose time is taken")
    parser.add_argument("--warm", type=int, default=500, help="other questions, asked first")
    parser.add_argument("--compared", type=int, default=40, help="questions whose recall is taken")
    parser.add_argument("--threads", type=int, default=1, help="threads that embed a question")
    parser.add_argument("--write-seconds", type=float, default=10, help="how long is written meanwhile")
    parser.add_argument("--keep", type=Path, help="a folder whose database is filled once and stays")
    print(json.dumps({"search_scale": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
