"""What a search gives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import SearchMode, WeightedQuery


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, best first; `mode` is how it looked, which is lexical without an encoder.
    `warnings` are sentences for people about what was asked for and could not be done."""

    query: WeightedQuery
    passages: tuple[RankedPassage, ...]
    mode: SearchMode
    warnings: tuple[str, ...] = ()

    def at_least(self, score: float) -> Found:
        """The same without the passages that score lower."""
        return replace(self, passages=tuple(item for item in self.passages if item.score >= score))
