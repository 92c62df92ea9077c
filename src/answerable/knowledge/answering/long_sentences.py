"""What is quoted of a sentence that is too long to be quoted whole.

Such a sentence is cut at a clause when its passage is indexed, so a quote of one part may lack what the part
beside it says, and begins or ends in the middle. The clauses next to it are quoted too, as many as there is
room for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from answerable.knowledge.answering.evidence import QUOTE_LIMIT, STOP, Excerpt
from answerable.knowledge.retrieval import RankedPassage

_CLAUSE_END = re.compile(r"(?:[;:,](?=\s)|[，；：、])\s*")


def with_clauses(excerpts: Sequence[Excerpt], passages: Sequence[RankedPassage]) -> list[Excerpt]:
    """The same excerpts; one that begins or ends within a sentence reaches further into it, by whole clauses,
    over no other excerpt and to QUOTE_LIMIT characters at most."""
    reaching = list(excerpts)
    for place, excerpt in enumerate(excerpts):
        others = [other for other in reaching if other.best is not excerpt.best]
        others = [other for other in others if other.passage == excerpt.passage]
        candidate = passages[excerpt.passage].candidate
        spans = [(start, end) for start, end in candidate.sketch.spans.tolist()]
        begun = replace(excerpt, start=_earlier_start(candidate.text, spans, excerpt, others))
        reaching[place] = replace(begun, end=_later_end(candidate.text, spans, begun, others))
    return reaching


def _earlier_start(
    text: str, spans: Sequence[tuple[int, int]], excerpt: Excerpt, others: Sequence[Excerpt]
) -> int:
    before = [span for span in spans if span[1] <= excerpt.start]
    if not before or not _runs_on(text, before[-1], excerpt.start):
        return excerpt.start
    taken = [other.end for other in others if other.end <= excerpt.start]
    first = max([before[-1][0], excerpt.end - QUOTE_LIMIT, *taken])
    starts = [found.end() for found in _CLAUSE_END.finditer(text, first, excerpt.start)]
    return before[-1][0] if first == before[-1][0] else min(starts, default=excerpt.start)


def _later_end(
    text: str, spans: Sequence[tuple[int, int]], excerpt: Excerpt, others: Sequence[Excerpt]
) -> int:
    after = [span for span in spans if span[0] >= excerpt.end]
    if not after or not _runs_on(text, (excerpt.start, excerpt.end), after[0][0]):
        return excerpt.end
    taken = [other.start for other in others if other.start >= excerpt.end]
    last = min([after[0][1], excerpt.start + QUOTE_LIMIT, *taken])
    ends = [found.start() + 1 for found in _CLAUSE_END.finditer(text, after[0][0], last)]
    return last if last == after[0][1] else max(ends, default=excerpt.end)


def _runs_on(text: str, span: tuple[int, int], following: int) -> bool:
    """Whether what follows is of the same sentence: neither a stop nor the end of a line parts them."""
    return not STOP.search(text[slice(*span)]) and "\n" not in text[span[1] : following]
