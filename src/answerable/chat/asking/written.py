"""What a model wrote, in the shape of an answer: sentences with numbered evidence, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.chat.asking import composer
from answerable.chat.asking.answer import (
    IntentReport,
    QuoteEvidence,
    Route,
    Status,
)
from answerable.chat.asking.composer import Draft
from answerable.chat.asking.events import WRITTEN
from answerable.chat.asking.live import Live, LiveSentence
from answerable.chat.asking.warnings import AwayTold, NothingTold, RemovedTold, Warning, of_search, warning
from answerable.knowledge.answering.evidence import QUOTE_LIMIT
from answerable.knowledge.answering.service import DocumentAnswer
from answerable.knowledge.answering.writing.checking import SupportedSentence
from answerable.knowledge.answering.writing.passages import SourcePassage
from answerable.knowledge.answering.writing.service import Ending, WrittenAnswer
from answerable.knowledge.answering.writing.support import Span

_SHOWN = 3

BROKEN_OFF = warning(NothingTold(code="broken_off"))
STOPPED = warning(NothingTold(code="stopped"))


def draft_of(
    written: WrittenAnswer, documents: DocumentAnswer, passages: Sequence[SourcePassage], *, quoted: bool
) -> Draft:
    """The draft of what a model wrote. Where none answered, that of the documents alone when they may be
    `quoted`, else the nearest passages as they stand."""
    match written.ending:
        case Ending.WRITTEN:
            return _written(written, documents)
        case Ending.AWAY:
            return _away(written, documents, passages, quoted=quoted)
        case _:
            draft = composer.abstain(None, documents)
            draft.stage = written.stage
            draft.warnings += _removed(written)
            return draft


class Composition:
    """Sentences with the numbers of what they cite, one after the other."""

    def __init__(self) -> None:
        self.text = ""
        self.evidence: list[QuoteEvidence] = []
        self._numbers: dict[tuple[str, int, int], int] = {}

    def add(self, sentence: SupportedSentence) -> tuple[list[QuoteEvidence], str]:
        """What one more sentence brings: new evidence, and more of the text."""
        before = len(self.evidence)
        marks = [self._number(span, sentence) for span in sentence.spans]
        more = " " if self.text else ""
        more += sentence.text + " " + "".join(f"[{number}]" for number in dict.fromkeys(marks))
        self.text += more
        return self.evidence[before:], more

    def _number(self, span: Span, sentence: SupportedSentence) -> int:
        """The number of the evidence that a span is, which may be there already."""
        quote = _evidence(span, len(self.evidence) + 1, sentence.score)
        place = (quote.document_id, quote.start, quote.end)
        if place not in self._numbers:
            self._numbers[place] = quote.n
            self.evidence.append(quote)
        return self._numbers[place]


class Teller:
    """Shows sentences to a reader in the words of the answer that they will be."""

    def __init__(self, live: Live, stage: str) -> None:
        self._live = live
        self._stage = stage
        self._composition = Composition()

    async def show(self, sentence: SupportedSentence) -> None:
        """One more sentence."""
        evidence, text = self._composition.add(sentence)
        await self._live.show(LiveSentence(evidence, text, sentence.score, self._stage))


def _written(written: WrittenAnswer, documents: DocumentAnswer) -> Draft:
    checked = written.checked
    composition = Composition()
    for sentence in checked.kept:
        composition.add(sentence)
    confidence = min(sentence.score for sentence in checked.kept)
    warnings = [of_search(note) for note in documents.notes] + _removed(written)
    partial = bool(checked.removed or checked.malformed)
    return Draft(
        text=composition.text,
        status=Status.PARTIAL if partial else Status.ANSWERED,
        route=Route.DOCUMENTS,
        intent=IntentReport(kind=WRITTEN, confidence=round(confidence, 4)),
        confidence=confidence,
        evidence=list(composition.evidence),
        warnings=warnings,
        stage=written.stage,
    )


def _evidence(span: Span, number: int, score: float) -> QuoteEvidence:
    passage = span.passage
    return QuoteEvidence(
        n=number,
        document_id=passage.document_id,
        title=passage.title,
        page=passage.page,
        heading_path=list(passage.heading_path),
        quote=span.text,
        start=passage.start + span.start,
        end=passage.start + span.end,
        score=round(max(0.0, min(1.0, score)), 4),
    )


def _away(
    written: WrittenAnswer, documents: DocumentAnswer, passages: Sequence[SourcePassage], *, quoted: bool
) -> Draft:
    away = warning(AwayTold(code="models_away", why=written.why_away))
    if quoted:
        draft = composer.from_documents(documents)
        draft.warnings.append(away)
        return draft
    shown = [_evidence(_opening(passage), n, passage.score) for n, passage in enumerate(passages[:_SHOWN], 1)]
    marks = ", ".join(f"“{' '.join(quote.title.split())}” [{quote.n}]" for quote in shown)
    return Draft(
        text=f"I could not put an answer together. The nearest passages are in {marks}.",
        status=Status.PARTIAL,
        route=Route.DOCUMENTS,
        intent=IntentReport(kind="quote", confidence=round(documents.confidence, 4)),
        confidence=documents.confidence,
        evidence=list(shown),
        warnings=[*(of_search(note) for note in documents.notes), away],
    )


def _opening(passage: SourcePassage) -> Span:
    """The first sentence of a passage that is no heading of it, at most as long as a quote."""
    for start, end in passage.spans:
        text = passage.text[start:end]
        if text.lstrip("# ") not in passage.heading_path:
            return Span(passage, start, end)
    start, end = passage.spans[0] if passage.spans else (0, min(QUOTE_LIMIT, len(passage.text)))
    return Span(passage, start, end)


def _removed(written: WrittenAnswer) -> list[Warning]:
    checked = written.checked
    if written.broken_off:
        return [BROKEN_OFF]
    count = len(checked.removed) + checked.malformed
    if not count:
        return []
    doubts = tuple(dict.fromkeys(removed.doubt for removed in checked.removed))
    return [warning(RemovedTold(code="unsupported_removed", count=count, doubts=doubts))]
