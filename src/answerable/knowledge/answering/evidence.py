"""The best verbatim sentences for a question, out of the passages that search found.

Each sentence is scored by a sum of signs; the weights are a softmax regression (the sentences with an
accepted answer are to win over the others of the ten best passages) on half of SQuAD's articles.
`bench/retrieval.py` measures them on a file of that shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.answering.expectation import Expectation, Expected
from answerable.knowledge.retrieval import Candidate, RankedPassage, SearchMode
from answerable.knowledge.retrieval.query import WeightedQuery
from answerable.knowledge.retrieval.ranking import headed
from answerable.knowledge.retrieval.signs import sentence_signs

Numbers = NDArray[np.float32]

QUOTE_LIMIT = 320
"""Characters of a quote at most."""

_NEW_WORDS = 3
"""Words besides the question's that a sentence needs to tell anything: what repeats the question best is
rarely its answer."""

WEIGHTS = {
    "passage": 12.9,  # the passage's score
    "cosine": 10.1,  # the sentence's vector with the question's
    "overlap": 7.8,  # share of the question's content that the sentence has
    "before": 5.5,  # share that it lacks and the sentence before it or a heading has
    "after": 1.9,  # share that it lacks and the sentence after it has
    "pairs": 2.5,  # share of the question's neighbouring words that are neighbours here
    "is_question": -8.0,
    # something of the kind that the question asks for
    Expected.FREQUENCY: 1.2,
    Expected.DURATION: 2.1,
    Expected.NUMBER: 1.5,
    Expected.DATE: 2.8,
    Expected.PERSON: 1.7,
    Expected.PLACE: 1.8,
    Expected.REASON: 1.3,
}
WEIGHTS_BY_WORDS = {
    "passage": 9.7,
    "cosine": 0.0,
    "overlap": 8.5,
    "before": 5.7,
    "after": 1.2,
    "pairs": 1.4,
    "is_question": -8.0,
    Expected.FREQUENCY: 1.7,
    Expected.DURATION: 1.7,
    Expected.NUMBER: 1.7,
    Expected.DATE: 3.2,
    Expected.PERSON: 0.9,
    Expected.PLACE: 2.0,
    Expected.REASON: 2.6,
}
"""The same where passages were found by words alone, whose scores are spread more widely."""
_BY_MODE = {
    mode: np.array(
        list((WEIGHTS_BY_WORDS if mode is SearchMode.LEXICAL else WEIGHTS).values()), dtype=np.float32
    )
    for mode in SearchMode
}
_ABOVE = 1.0
"""What a word of the heading counts for sentences that do not follow it at once."""
STOP = re.compile(r"[.!?…؟۔।。！？｡][)\]\"'”’»」』）]*\Z")
"""How a sentence ends."""
_ASKS = ("?", "？", "؟")
_ITEM = re.compile(r"[-*•‣▪●◦–—|+>]|\d{1,3}[.)]\s|[a-z][)]\s")
_NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
_NEW_PART = 6.0
"""What the part of a question that no excerpt has yet adds to a sentence that has it, for all of it."""
_SAME = 0.8
"""Share of the words of the shorter of two sentences from which on they say the same."""
_KINDS = tuple(kind for kind in Expected if kind is not Expected.ANYTHING)


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a passage; `start` and `end` are relative to the passage. One that does not `tell`
    anything by itself is not quoted alone, and a heading is not quoted at all. Sentences of one `block` stand
    in one paragraph, list item or table row. `nameless` is the share of the question's names that the passage
    and the headings above it lack; `words` are its term ids, `numbers` its numbers as they stand there, and
    `asked_shares` the question's content terms that it has, with their part of the question's weight."""

    passage: int
    start: int
    end: int
    signs: Numbers
    score: float
    tells: bool
    is_heading: bool
    block: int
    nameless: float
    words: frozenset[int]
    numbers: frozenset[str]
    asked_shares: tuple[tuple[int, float], ...]

    @property
    def asked(self) -> frozenset[int]:
        """The question's content terms that the sentence has."""
        return frozenset(term for term, _ in self.asked_shares)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Neighbouring sentences of one passage, together at most QUOTE_LIMIT characters, around `best`."""

    passage: int
    start: int
    end: int
    best: ScoredSentence


def score_sentences(
    expectation: Expectation,
    query: WeightedQuery,
    passages: Sequence[RankedPassage],
    mode: SearchMode,
    weights: Numbers | None = None,
) -> list[ScoredSentence]:
    """All sentences of the passages in their order, scored by the weights of the mode that found them or by
    others of as many signs."""
    weights = _BY_MODE[mode] if weights is None else weights
    scored: list[ScoredSentence] = []
    for number, passage in enumerate(passages):
        headings = _headings(passage)
        signs = _signs(query, passage, expectation, headings)
        scores = signs @ weights
        tells = _new_words(query, passage) | _gives(expectation, signs)
        blocks = _blocks(passage)
        nameless = _nameless(query, passage.candidate)
        found = _words_by_sentence(passage)
        asked = dict(zip(query.content.tolist(), query.shares.tolist(), strict=True))
        scored.extend(
            ScoredSentence(
                passage=number,
                start=int(start),
                end=int(end),
                signs=signs[row],
                score=float(scores[row]),
                tells=bool(tells[row]),
                is_heading=bool(headings[row]),
                block=blocks[row],
                nameless=nameless,
                words=frozenset(found[row]),
                numbers=frozenset(_NUMBER.findall(passage.candidate.text[start:end])),
                asked_shares=tuple((term, asked[term]) for term in set(found[row]) & asked.keys()),
            )
            for row, (start, end) in enumerate(passage.candidate.sketch.spans)
        )
    return scored


def choose_excerpts(sentences: Sequence[ScoredSentence], wanted: int, margin: float) -> list[Excerpt]:
    """Excerpts that most likely hold the answer, `wanted` at most, best first, none over another and none
    that says what another says already.

    Scores are the log-odds of a softmax, so an excerpt is as likely as its sentences together: two good ones
    beside each other are better than the best one beside nothing. What a sentence has of the question that
    the excerpts before lack counts again, so that a question of two parts is answered from two places. No
    excerpt's best sentence scores more than `margin` below the first one's.
    """
    quotable = [item for item in sentences if not item.is_heading]
    open_ones = [item for item in quotable if item.tells]
    taken: list[Excerpt] = []
    said: frozenset[int] = frozenset()
    while open_ones and len(taken) < wanted:
        beyond = _NEW_PART if taken else 0.0
        scores = {
            (item.passage, item.start): item.score + beyond * _share_beyond(item, said)
            for item in quotable
            if not any(_is_in(item, excerpt) for excerpt in taken)
        }
        excerpt = _likeliest(quotable, scores, {(item.passage, item.start) for item in open_ones})
        best = scores[(excerpt.passage, excerpt.best.start)]
        if taken and best < taken[0].best.score - margin:
            break
        taken.append(excerpt)
        inside = [item for item in quotable if _is_in(item, excerpt)]
        said = said.union(*(item.asked for item in inside))
        open_ones = [item for item in open_ones if not _is_in(item, excerpt) and not _repeats(item, inside)]
    return taken


def _likeliest(
    quotable: Sequence[ScoredSentence],
    scores: Mapping[tuple[int, int], float],
    open_ones: Container[tuple[int, int]],
) -> Excerpt:
    """The run of neighbouring sentences of one block whose likelihoods sum up to most: as many as the limit
    allows, or one. Sentences are known by passage and start; `scores` are of those that may be in it, and one
    of the open ones, which may be quoted for themselves, must be."""
    highest = max(scores.values())
    likelihood = {place: math.exp(score - highest) for place, score in scores.items()}
    chosen: Excerpt | None = None
    most = -1.0
    for run in _runs(quotable, scores):
        telling = [item for item in run if (item.passage, item.start) in open_ones]
        total = sum(likelihood[item.passage, item.start] for item in run)
        if telling and total > most:
            best = max(telling, key=lambda item: scores[item.passage, item.start])
            chosen, most = Excerpt(best.passage, run[0].start, run[-1].end, best), total
    if chosen is None:
        raise ValueError("no sentence may be quoted")
    return chosen


def _runs(
    quotable: Sequence[ScoredSentence], free: Container[tuple[int, int]]
) -> Iterator[Sequence[ScoredSentence]]:
    """All runs of neighbouring free sentences of one block that the limit allows."""
    for first, start in enumerate(quotable):
        for last in range(first, len(quotable)):
            end = quotable[last]
            if (end.passage, end.block) != (start.passage, start.block):
                break
            if (end.passage, end.start) not in free:
                break
            if last > first and end.end - start.start > QUOTE_LIMIT:
                break
            yield quotable[first : last + 1]


def _share_beyond(sentence: ScoredSentence, said: frozenset[int]) -> float:
    return sum(share for term, share in sentence.asked_shares if term not in said)


def _is_in(sentence: ScoredSentence, excerpt: Excerpt) -> bool:
    return sentence.passage == excerpt.passage and excerpt.start <= sentence.start < excerpt.end


def _repeats(sentence: ScoredSentence, others: Sequence[ScoredSentence]) -> bool:
    """Whether one of the others has nearly all words of the sentence, or it all of theirs; another number
    is another statement."""
    for other in others:
        shared = len(sentence.words & other.words)
        fewer = min(len(sentence.words), len(other.words))
        if sentence.numbers == other.numbers and fewer and shared >= _SAME * fewer:
            return True
    return False


def _blocks(passage: RankedPassage) -> list[int]:
    """Each sentence's block: blank lines, items' marks and lines that are no sentences part them."""
    text = passage.candidate.text
    spans = passage.candidate.sketch.spans.tolist()
    stops = [STOP.search(text[start:end]) is not None for start, end in spans]
    blocks = [0] * len(spans)
    for row in range(1, len(spans)):
        gap = text[spans[row - 1][1] : spans[row][0]]
        is_prose = stops[row - 1] and stops[row] and not _ITEM.match(text, spans[row][0])
        blocks[row] = blocks[row - 1] + ("\n" in gap and (gap.count("\n") > 1 or not is_prose))
    return blocks


def _headings(passage: RankedPassage) -> NDArray[np.bool_]:
    """Which sentences are the passage's headings."""
    candidate = passage.candidate
    texts = [candidate.text[start:end] for start, end in candidate.sketch.spans.tolist()]
    return np.array([text in candidate.heading_path for text in texts], dtype=np.bool_)


def _signs(
    query: WeightedQuery, passage: RankedPassage, expectation: Expectation, headings: NDArray[np.bool_]
) -> Numbers:
    """One row a sentence, one column a sign."""
    candidate = passage.candidate
    compared = sentence_signs(query, [candidate.sketch])
    shares = query.shares
    texts = [candidate.text[start:end] for start, end in candidate.sketch.spans.tolist()]
    met = np.array([expectation.met_by(text) for text in texts], dtype=np.float32)
    present = compared.present | _said(query, expectation, met)
    none = np.zeros((1, present.shape[1]), dtype=np.bool_)
    before, after = np.vstack([none, present[:-1]]), np.vstack([present[1:], none])
    above = (present[headings].any(axis=0) | headed(query, candidate)) & ~before & ~present
    columns = [
        np.full(len(texts), passage.score),
        compared.cosine,
        present.astype(np.float32) @ shares,
        ((before & ~present) + _ABOVE * above).astype(np.float32) @ shares,
        (after & ~present).astype(np.float32) @ shares,
        _pairs(query, passage),
        np.array([text.endswith(_ASKS) for text in texts], dtype=np.float32),
        *(met if kind is expectation.kind else np.zeros_like(met) for kind in _KINDS),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _said(query: WeightedQuery, expectation: Expectation, met: Numbers) -> NDArray[np.bool_]:
    """Which sentences say a word that only tells the kind of the answer, by giving something of the kind."""
    only_kind = np.array([word in expectation.type_words for word in query.words], dtype=np.bool_)
    return (met[:, None] >= 1) & only_kind


def _nameless(query: WeightedQuery, candidate: Candidate) -> float:
    if not query.name_shares.any():
        return 0.0
    lacks = ~(np.isin(query.content, candidate.sketch.words) | headed(query, candidate))
    return float(query.name_shares[lacks].sum())


def _pairs(query: WeightedQuery, passage: RankedPassage) -> Numbers:
    """The share of the query's neighbouring words that are neighbours in each sentence too."""
    terms = list(query.idf)
    pairs = set(pairwise(terms))
    found = np.zeros(len(passage.candidate.sketch.spans), dtype=np.float32)
    if not pairs:
        return found
    for row, terms_here in enumerate(_words_by_sentence(passage)):
        known = [term if term in query.idf else 0 for term in terms_here]
        found[row] = len(pairs & set(pairwise(known))) / len(pairs)
    return found


def _new_words(query: WeightedQuery, passage: RankedPassage) -> NDArray[np.bool_]:
    new = [sum(term not in query.idf for term in found) for found in _words_by_sentence(passage)]
    return np.array(new, dtype=np.int32) >= _NEW_WORDS


def _gives(expectation: Expectation, signs: Numbers) -> NDArray[np.bool_]:
    """Which sentences give the amount, colour or address that is asked for: "It is green." tells enough."""
    if expectation.quantity is None:
        return np.zeros(len(signs), dtype=np.bool_)
    found: NDArray[np.bool_] = signs[:, -len(_KINDS) :].max(axis=1, initial=0) >= 1
    return found


def _words_by_sentence(passage: RankedPassage) -> list[list[int]]:
    sketch = passage.candidate.sketch
    found = sketch.words.tolist()
    ends = list(accumulate(sketch.word_counts.tolist(), initial=0))
    return [found[start:end] for start, end in pairwise(ends)]
