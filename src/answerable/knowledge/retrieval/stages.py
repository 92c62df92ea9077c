"""How a passage fared in each stage of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageScore:
    """A score, and the place among the search's candidates that it gives, from 1."""

    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Stages:
    """A passage's score in each stage, None where the search went without that stage.

    `dense` is the cosine of its vector with the query's, `lexical` its BM25 score as a share of the
    query's whole weight, `fused` their weighted sum, which chooses the candidates, `sentences` the second
    look, which orders them, and `reranked` the cross-encoder's, which orders them anew.
    """

    dense: StageScore | None
    lexical: StageScore | None
    fused: StageScore
    sentences: StageScore
    reranked: StageScore | None = None


def placed(scores: Sequence[float]) -> list[StageScore]:
    """Scores with their ranks, in the order given; equal scores have equal ranks."""
    ordered = sorted(scores, reverse=True)
    first: dict[float, int] = {}
    for position, score in enumerate(ordered, start=1):
        first.setdefault(score, position)
    return [StageScore(score, first[score]) for score in scores]
