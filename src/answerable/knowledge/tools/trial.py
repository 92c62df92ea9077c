"""A tool tried on one question, every stage in sight."""

from __future__ import annotations

import time
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, answer_from_passages
from answerable.knowledge.retrieval import Found, RankedPassage, search, search_reranked
from answerable.knowledge.tools.chosen import looking_of
from answerable.knowledge.tools.configuration import ToolConfiguration, ToolKind


@dataclass(frozen=True, slots=True)
class Trial:
    """What a tool found, each passage with its stages; `kept` are those that the threshold leaves. `answer`
    is what stage 0 makes of them, for a RAG tool. Times are in milliseconds."""

    found: Found
    kept: tuple[RankedPassage, ...]
    answer: DocumentAnswer | None
    search_ms: float
    answer_ms: float


async def try_out(
    session: Session, runtime: Runtime, kind: ToolKind, configuration: ToolConfiguration, query: str
) -> Trial:
    """Search as the configuration says, and answer as a RAG tool would before any model writes."""
    looking = looking_of(configuration)
    started = time.perf_counter()
    look = search_reranked if looking.rerank else search
    found = await look(
        session,
        runtime,
        query,
        limit=looking.passages,
        mode=looking.mode,
        scope=looking.scope,
        explain=True,
    )
    between = time.perf_counter()
    kept = found.at_least(looking.threshold)
    answer = None
    if kind is ToolKind.RAG:
        answer = answer_from_passages(query, kept, looking.least_confidence)
    ended = time.perf_counter()
    return Trial(found, kept.passages, answer, (between - started) * 1000, (ended - between) * 1000)
