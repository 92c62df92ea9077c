"""A passage that may answer a query, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.knowledge.indexing.passage import SentenceSketch
from answerable.knowledge.retrieval.stages import Stages


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk out of the index. `cosine` is its vector's with the query's (0 without vectors), `bm25` its
    BM25 score as a share of the query's whole weight, `dated` when its document was changed, in seconds since
    1970."""

    chunk_id: str
    document_id: str
    title: str
    ordinal: int
    start: int
    end: int
    page: int | None
    heading_path: tuple[str, ...]
    table_header: str | None
    section: tuple[int, int] | None
    text: str
    sketch: SentenceSketch
    cosine: float
    bm25: float
    dated: float = 0.0


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A candidate in its place: `score` runs from about 0 to 1 and is higher for a better match.
    `stages` says how it came there, where that was asked for."""

    candidate: Candidate
    score: float
    stages: Stages | None = None
