"""Stage 0 over documents: quote the best sentences, or abstain and say what lies nearest."""

from __future__ import annotations

from dataclasses import dataclass, field

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.confidence import LINE, confidence
from answerable.knowledge.answering.doubts import doubts
from answerable.knowledge.answering.evidence import Excerpt, choose_excerpts, score_sentences
from answerable.knowledge.answering.expectation import Expectation
from answerable.knowledge.retrieval import Found, RankedPassage, Scope, SearchMode, search, search_reranked

_PASSAGES = 8
_QUOTES = 3
_MARGIN = 2.0
"""How far a further quote's score may lie below the first one's: e^2 times less likely to be the best."""
_NEAREST = 3


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
    """A passage that is near the question without answering it."""

    document_id: str
    chunk_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """One to three quotes, the best first, or none and the nearest passages. `notes` are sentences for the
    reader about how was looked, `passages` all that was found."""

    quotes: tuple[Quote, ...]
    nearest: tuple[NearPassage, ...]
    confidence: float
    notes: tuple[str, ...] = ()
    passages: tuple[RankedPassage, ...] = ()

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
    """The answer that the workspace's documents have to a question."""
    look = looking or Looking()
    find = search_reranked if look.rerank else search
    found = await find(session, runtime, question, limit=look.passages, mode=look.mode, scope=look.scope)
    return answer_from_passages(question, found.at_least(look.threshold), look.least_confidence)


def answer_from_passages(question: str, found: Found, least_confidence: float = LINE) -> DocumentAnswer:
    """The answer that the passages have which a search for the question found."""
    notes = ("Searched by words alone: there is no embedding model.",) if _is_degraded(found) else ()
    expectation = Expectation(question)
    sentences = score_sentences(expectation, found.query, found.passages)
    excerpts = choose_excerpts(sentences, _QUOTES, _MARGIN)
    sure = _confidence(excerpts[0], expectation, found) if excerpts else 0.0
    if not excerpts or sure < least_confidence:
        return DocumentAnswer((), _nearest(found), sure, notes, found.passages)
    quotes = [_quote(found, excerpt, _confidence(excerpt, expectation, found)) for excerpt in excerpts]
    distinct = {quote.text: quote for quote in reversed(quotes)}
    return DocumentAnswer(
        tuple(quote for quote in quotes if distinct[quote.text] is quote),
        _nearest(found),
        sure,
        notes,
        found.passages,
    )


def _is_degraded(found: Found) -> bool:
    return found.mode is SearchMode.LEXICAL and bool(found.passages)


def _confidence(excerpt: Excerpt, expectation: Expectation, found: Found) -> float:
    against = doubts(expectation, found.query, found.passages[excerpt.passage], excerpt)
    return confidence(excerpt.best.score, against, found.mode)


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
            heading_path=passage.candidate.heading_path,
            text=passage.candidate.text,
            score=passage.score,
        )
        for passage in found.passages[:_NEAREST]
    )
