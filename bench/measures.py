"""Measures of a ranking: means over queries, each 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def recall(order: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """The share of the relevant documents among the first `depth`."""
    return len(set(order[:depth]) & relevant.keys()) / len(relevant)


def reciprocal_rank(order: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """1 over the place of the first relevant document among the first `depth`; 0 without one."""
    return next((1 / place for place, found in enumerate(order[:depth], 1) if found in relevant), 0.0)


def ndcg(order: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain with linear gains, as trec_eval and BEIR count it (Järvelin &
    Kekäläinen 2002): the grades of the first `depth`, each over log2(1 + place), over the best that any order
    could have."""
    best = sorted(relevant.values(), reverse=True)
    return _gain([relevant.get(found, 0) for found in order[:depth]]) / _gain(best[:depth])


def _gain(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(1 + place) for place, grade in enumerate(grades, 1))
