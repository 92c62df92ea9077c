"""From phrases to the readings of a question, and which of them survive.

A reading is a sequence of phrases that covers every word of the question, each once. Sequences are
found by dynamic programming over word positions (k-best Viterbi), each is unified into a frame,
and each frame composed into queries. A query's cost is that of its cheapest reading; those within
`MARGIN` of the best one are its rivals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from answerable.data.questions.chart import Item
from answerable.data.questions.compose import Draft, drafts
from answerable.data.questions.context import Context
from answerable.data.questions.frame import Frame, gather
from answerable.data.questions.meanings import Be, Develop, How, Listing, Metadata
from answerable.data.questions.per_thing import averages_totals
from answerable.data.questions.tokens import Token

MARGIN = 0.3
_BEAM = 40
_SKIP = 0.1
_COMMA = 0.02
_PHRASE = 1.0
_SMALL_PHRASE = 0.12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A query with the cost of its cheapest reading and the phrases of that reading."""

    draft: Draft | None
    metadata: Metadata | None
    cost: float
    clauses: tuple[Item, ...]


def covers(
    items: Iterable[Item], tokens: list[Token], clauses: frozenset[str], fillers: frozenset[str]
) -> list[tuple[float, tuple[Item, ...]]]:
    """The cheapest sequences of phrases that cover all tokens, cheapest first."""
    starting: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        if item.category in clauses:
            starting[item.start].append(item)
    best: list[list[tuple[float, tuple[Item, ...]]]] = [[] for _ in range(len(tokens) + 1)]
    best[len(tokens)] = [(0.0, ())]
    for at in range(len(tokens) - 1, -1, -1):
        found: list[tuple[float, tuple[Item, ...]]] = []
        if tokens[at].norm in fillers:
            skip = _COMMA if tokens[at].norm == "," else _SKIP
            found += [(cost + skip, rest) for cost, rest in best[at + 1]]
        for item in starting[at]:
            own = item.cost + (_SMALL_PHRASE if _is_small(item) else _PHRASE)
            found += [(cost + own, (item, *rest)) for cost, rest in best[item.end]]
        found.sort(key=_by_cost)
        best[at] = found[:_BEAM]
    return best[0]


def _by_cost(sequence: tuple[float, tuple[Item, ...]]) -> float:
    return sequence[0]


def _is_small(item: Item) -> bool:
    value = item.value
    return (
        isinstance(value, Be | How | Develop)
        or (isinstance(value, Listing) and value.verb)
        or item.category == "Compare"
    )


def candidates(
    context: Context, sequences: list[tuple[float, tuple[Item, ...]]], tokens: list[Token]
) -> list[Candidate]:
    """The queries that the sequences mean, cheapest first, each once."""
    found: dict[str, Candidate] = {}
    limit = float("inf")
    for cost, clauses in sequences:
        if cost > limit:
            break
        frame = gather(clauses, tokens)
        if frame is None or averages_totals(context, frame, tokens):
            continue
        for key, draft in _queries(context, frame):
            if key not in found:
                found[key] = Candidate(draft, frame.metadata, cost, clauses)
                limit = min(limit, cost + MARGIN)
    return list(found.values())


def _queries(context: Context, frame: Frame) -> list[tuple[str, Draft | None]]:
    if frame.metadata is not None:
        return [(f"metadata {frame.metadata.kind} {frame.metadata.dataset}", None)]
    return [(draft.query.canonical_hash, draft) for draft in drafts(context, frame)]
