"""Stage 0 over documents: quote the best sentences, or abstain and say what lies nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.confidence import LINE, confidence
from answerable.knowledge.answering.disagreement import Statement, disagree
from answerable.knowledge.answering.doubts import doubts
from answerable.knowledge.answering.evidence import Excerpt, choose_excerpts, score_sentences
from answerable.knowledge.answering.expectation import Expectation
from answerable.knowledge.answering.long_sentences import with_clauses
from answerable.knowledge.answering.notes import HinderedNote, PlainSearchNote, ReadAsNote, SearchNote
from answerable.knowledge.retrieval import Found, RankedPassage, Scope, SearchMode, search, search_reranked
from answerable.knowledge.retrieval.ranking import headed
from answerable.knowledge.retrieval.slips import surfaces

_PASSAGES = 8
_QUOTES = 3
_MARGIN = 6.0
"""How far a further quote's score may lie below the first one's, in log-odds of being the best."""
_NEAREST = 3
_NEWER_SECONDS = 86_400.0
"""By which a document is newer than another: those that came in together say nothing by their order."""
_SEAM = re.compile(
    r",?\s+and\s+(?=(?:what|how|who|whom|whose|when|where|which|why)\b)|[?;]\s+(?=\w)", re.IGNORECASE
)
_MOST_PARTS = 3
_SHORTEST_PART = 3
"""Words of a part that can be asked alone."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim sentences: `document_text[start:end] == text`, at most 320 characters. `score` is how sure
    it is, 0 to 1, that the quote answers the question; `page` is where its passage begins."""

    document_id: str
    chunk_id: str
    title: str
    page: int | None
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class NearPassage:
    """A passage that is near the question without answering it: `document_text[start:end] == text`."""

    document_id: str
    chunk_id: str
    title: str
    page: int | None
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """One to three quotes, the best first, or none and the nearest passages. `notes` tell the
    reader how was looked, `passages` all that was found; `disagree` is whether two of the quotes give
    different values for what is asked: then the newer document's stands first."""

    quotes: tuple[Quote, ...]
    nearest: tuple[NearPassage, ...]
    confidence: float
    notes: tuple[SearchNote, ...] = ()
    passages: tuple[RankedPassage, ...] = ()
    disagree: bool = False

    @property
    def abstained(self) -> bool:
        """Whether nothing was sure enough to quote."""
        return not self.quotes


@dataclass(frozen=True, slots=True)
class Looking:
    """Where and how to look for an answer, and how sure it must be: at most `passages` that score
    `threshold` or more are read, and nothing is quoted below `least_confidence`. With `rerank` the reranker
    orders them."""

    scope: Scope = field(default_factory=Scope)
    mode: SearchMode = SearchMode.HYBRID
    passages: int = _PASSAGES
    threshold: float = 0.0
    least_confidence: float = LINE
    rerank: bool = False


async def answer_from_documents(
    session: Session, runtime: Runtime, question: str, looking: Looking | None = None
) -> DocumentAnswer:
    """The answer that the workspace's documents have to a question.

    A question of two parts is answered part by part where more than one part has an answer: each has its own
    passages, and its own kind of thing that it asks for.
    """
    look = looking or Looking()
    parts = _parts(question)
    if len(parts) > 1:
        answers = [await _one_answer(session, runtime, part, look) for part in parts]
        if sum(not answer.abstained for answer in answers) > 1:
            return _joined(answers)
    return await _one_answer(session, runtime, question, look)


async def _one_answer(session: Session, runtime: Runtime, question: str, look: Looking) -> DocumentAnswer:
    find = search_reranked if look.rerank else search
    found = await find(session, runtime, question, limit=look.passages, mode=look.mode, scope=look.scope)
    return answer_from_passages(question, found.at_least(look.threshold), look.least_confidence)


def _parts(question: str) -> list[str]:
    """The questions that stand one after the other in one sentence; the sentence alone when they are none."""
    parts = [part.strip() for part in _SEAM.split(question)]
    whole = all(len(part.split()) >= _SHORTEST_PART for part in parts)
    return parts if whole and len(parts) <= _MOST_PARTS else [question]


def _joined(answers: Sequence[DocumentAnswer]) -> DocumentAnswer:
    """One answer from those of the parts: the best quotes of each in turn, none twice, and no surer than the
    part that it is least sure of. A part without an answer is said."""
    rounds = zip_longest(*(answer.quotes for answer in answers))
    quotes = {
        (quote.document_id, quote.start): quote for turn in rounds for quote in turn if quote is not None
    }
    passages = {passage.candidate.chunk_id: passage for answer in answers for passage in answer.passages}
    notes: list[SearchNote] = [note for answer in answers for note in answer.notes]
    if any(answer.abstained for answer in answers):
        notes.append(PlainSearchNote(code="part_without_answer"))
    return DocumentAnswer(
        tuple(quotes.values())[:_QUOTES],
        tuple(near for answer in answers for near in answer.nearest[:1]),
        min(answer.confidence for answer in answers if not answer.abstained),
        tuple(dict.fromkeys(notes)),
        tuple(passages.values()),
        disagree=any(answer.disagree for answer in answers),
    )


def answer_from_passages(question: str, found: Found, least_confidence: float = LINE) -> DocumentAnswer:
    """The answer that the passages have which a search for the question found."""
    notes = _notes(found)
    expectation = Expectation(question)
    sentences = score_sentences(expectation, found.query, found.passages, found.mode)
    excerpts = with_clauses(choose_excerpts(sentences, _QUOTES, _MARGIN), found.passages)
    sure = _confidence(excerpts[0], expectation, found) if excerpts else 0.0
    if not excerpts or sure < least_confidence:
        return DocumentAnswer((), _nearest(found), sure, notes, found.passages)
    at_odds = _at_odds(question, excerpts, found)
    if at_odds is not None and abs(_dated(at_odds[0], found) - _dated(at_odds[1], found)) >= _NEWER_SECONDS:
        # Of two that contradict each other, the newer document speaks first.
        excerpts = sorted(excerpts, key=lambda item: (item not in at_odds, -_dated(item, found)))
    return DocumentAnswer(
        tuple(_quote(found, excerpt, _confidence(excerpt, expectation, found)) for excerpt in excerpts),
        _nearest(found),
        sure,
        notes,
        found.passages,
        disagree=at_odds is not None,
    )


def _notes(found: Found) -> tuple[SearchNote, ...]:
    """How was looked, where that is not as usual."""
    notes: list[SearchNote] = [PlainSearchNote(code="by_words_alone")] if _is_degraded(found) else []
    notes += [HinderedNote(code="search_hindered", sentence=warning) for warning in found.warnings]
    if found.query.read_as:
        there: dict[str, str] = {}
        for passage in found.passages:
            there = surfaces(passage.candidate.text) | there
        notes += [
            ReadAsNote(code="word_read_as", word=asked, meant=there[read].lower())
            for asked, read in found.query.read_as.items()
            if read in there
        ]
    return tuple(notes)


def _at_odds(question: str, excerpts: Sequence[Excerpt], found: Found) -> tuple[Excerpt, Excerpt] | None:
    """The first excerpt and the next one that gives another value for what is asked."""
    first, *others = excerpts
    stated = _statement(first, found)
    for other in others:
        if disagree(question, stated, _statement(other, found)):
            return first, other
    return None


def _statement(excerpt: Excerpt, found: Found) -> Statement:
    candidate = found.passages[excerpt.passage].candidate
    asked = {term: share for term, share in excerpt.best.asked_shares}
    above = headed(found.query, candidate)
    covered = sum(
        share
        for term, share, over in zip(
            found.query.content.tolist(), found.query.shares.tolist(), above.tolist(), strict=True
        )
        if term in asked or over
    )
    return Statement(candidate.document_id, candidate.text[excerpt.best.start : excerpt.best.end], covered)


def _dated(excerpt: Excerpt, found: Found) -> float:
    return found.passages[excerpt.passage].candidate.dated


def _is_degraded(found: Found) -> bool:
    return found.mode is SearchMode.LEXICAL and found.query.vector is None and bool(found.passages)


def _confidence(excerpt: Excerpt, expectation: Expectation, found: Found) -> float:
    passage = found.passages[excerpt.passage]
    against = doubts(expectation, found.query, passage, excerpt)
    return confidence(excerpt.best.score, passage.score, against, found.mode)


def _quote(found: Found, excerpt: Excerpt, score: float) -> Quote:
    candidate = found.passages[excerpt.passage].candidate
    return Quote(
        document_id=candidate.document_id,
        chunk_id=candidate.chunk_id,
        title=candidate.title,
        page=candidate.page,
        heading_path=candidate.heading_path,
        text=candidate.text[excerpt.start : excerpt.end],
        start=candidate.start + excerpt.start,
        end=candidate.start + excerpt.end,
        score=score,
    )


def _nearest(found: Found) -> tuple[NearPassage, ...]:
    return tuple(
        NearPassage(
            document_id=passage.candidate.document_id,
            chunk_id=passage.candidate.chunk_id,
            title=passage.candidate.title,
            page=passage.candidate.page,
            heading_path=passage.candidate.heading_path,
            text=passage.candidate.text,
            start=passage.candidate.start,
            end=passage.candidate.end,
            score=passage.score,
        )
        for passage in found.passages[:_NEAREST]
    )
