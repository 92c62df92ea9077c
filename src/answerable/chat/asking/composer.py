"""Puts what the sides found into the shape of an answer: text with numbered evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from answerable.chat.asking.abstaining import PlainReason, RefusedReason, WordsReason, abstention
from answerable.chat.asking.abstaining import Reason as Why
from answerable.chat.asking.answer import (
    AskBack,
    AskBackOption,
    Calibration,
    CarriedOver,
    CatalogueEvidence,
    Evidence,
    IntentReport,
    NearPassage,
    QueryEvidence,
    QuoteEvidence,
    Route,
    Status,
    VerifiedBy,
)
from answerable.chat.asking.patch import difference
from answerable.chat.asking.remainder import Remainder
from answerable.chat.asking.warnings import (
    ApartTold,
    CutTold,
    NothingTold,
    Warning,
    WordsTold,
    assumption,
    of_search,
    warning,
)
from answerable.data.answering.outcome import (
    Catalogue,
    Choice,
    Computed,
    DataOutcome,
    Declined,
    Explained,
    Refused,
)
from answerable.data.engines.rows import plain_rows
from answerable.data.engines.service import ExecutedQuery
from answerable.data.explanations.schemas import report
from answerable.data.questions.outcome import Reason
from answerable.knowledge.answering.service import DocumentAnswer

# Above this part of known words a question was meant for the tables, and its left-over words are named.
_ABOUT_THE_TABLES = 0.5
_MOST_SUGGESTIONS = 5
# Below it a quote is more often beside the question than right.
LIKELY = 0.5
RULES = "rules"
"""The stage that answers without a model."""


@dataclass
class Draft:
    """An answer without its identity."""

    text: str
    status: Status
    route: Route
    intent: IntentReport
    confidence: float
    calibration: Calibration | None = None
    evidence: list[Evidence] = field(default_factory=list)
    chart: dict[str, JsonValue] | None = None
    reasons: list[Why] = field(default_factory=list)
    ask_back: AskBack | None = None
    carried_over: CarriedOver | None = None
    suggestions: list[str] = field(default_factory=list)
    nearest: list[NearPassage] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    stage: str = RULES


def from_data(outcome: Computed | Explained | Catalogue | Choice | Refused) -> Draft:
    """The draft of a question that the tables could read."""
    match outcome:
        case Computed():
            return _computed(outcome)
        case Explained():
            return _explained(outcome)
        case Catalogue():
            return _catalogue(outcome)
        case Choice():
            return _choice(outcome)
        case Refused():
            return _refused(outcome)


def from_documents(found: DocumentAnswer) -> Draft:
    """The draft of a question that documents answer: their sentences, word for word."""
    evidence: list[Evidence] = [
        QuoteEvidence(
            n=number,
            document_id=quote.document_id,
            title=quote.title,
            page=quote.page,
            heading_path=list(quote.heading_path),
            quote=quote.text,
            start=quote.start,
            end=quote.end,
            score=round(quote.score, 4),
        )
        for number, quote in enumerate(found.quotes, 1)
    ]
    text = " ".join(f"“{' '.join(item.text.split())}” [{n}]" for n, item in enumerate(found.quotes, 1))
    return Draft(
        text=text,
        status=Status.ANSWERED,
        route=Route.DOCUMENTS,
        intent=IntentReport(kind="quote", confidence=round(found.confidence, 4)),
        confidence=found.confidence,
        evidence=evidence,
        warnings=[
            *(of_search(note) for note in found.notes),
            *_unsure(found),
            *_at_odds(found),
        ],
    )


def _at_odds(found: DocumentAnswer) -> list[Warning]:
    if not found.disagree:
        return []
    return [warning(NothingTold(code="sources_disagree"))]


def _unsure(found: DocumentAnswer) -> list[Warning]:
    if found.confidence >= LIKELY:
        return []
    return [warning(NothingTold(code="unsure"))]


def abstain(
    data: DataOutcome | None, documents: DocumentAnswer | None, remainder: Remainder | None = None
) -> Draft:
    """No answer, but what stood in the way and what can be answered instead: `remainder` is what the tables
    can read of the question."""
    if isinstance(data, Refused):
        return _refused(data)
    score = data.score if isinstance(data, Declined) else 0.0
    reasons: list[Why] = [_why_no_table(data, remainder)] if isinstance(data, Declined) else []
    suggestions = [remainder.question] if remainder is not None else []
    if documents is not None:
        reasons.append(PlainReason(code="no_document"))
    reasons = reasons or [PlainReason(code="nothing_in_scope")]
    return Draft(
        text=abstention(reasons),
        reasons=reasons,
        status=Status.ABSTAINED,
        route=Route.DATA if score >= _ABOUT_THE_TABLES else Route.DOCUMENTS,
        intent=IntentReport(kind="other", confidence=round(1 - score, 4)),
        confidence=0.0,
        suggestions=_distinct([*suggestions, *data.suggestions]) if isinstance(data, Declined) else [],
        nearest=_nearest(documents),
        warnings=_left_over(data) + _not_expressible(remainder),
    )


def _why_no_table(declined: Declined, remainder: Remainder | None) -> Why:
    if declined.reason is Reason.NO_DATA:
        return PlainReason(code="no_table")
    if declined.score < _ABOUT_THE_TABLES:
        return PlainReason(code="other_subject")
    if declined.left_over:
        return WordsReason(code="unknown_words", words=declined.left_over)
    if remainder is not None:
        return WordsReason(code="phrase_apart", words=(remainder.dropped,))
    if declined.reason is Reason.NOT_EXPRESSIBLE:
        return PlainReason(code="known_words_apart")
    return PlainReason(code="too_many_readings")


def _nearest(documents: DocumentAnswer | None) -> list[NearPassage]:
    return [
        NearPassage(
            document_id=near.document_id,
            chunk_id=near.chunk_id,
            title=near.title,
            page=near.page,
            heading_path=list(near.heading_path),
            text=near.text,
            start=near.start,
            end=near.end,
            score=round(near.score, 4),
        )
        for near in (documents.nearest if documents is not None else ())
    ]


def join(parts: Sequence[str], drafts: Sequence[Draft]) -> Draft:
    """One draft from the drafts of a question's parts, evidence numbered through."""
    joined = Draft(
        text="",
        status=Status.ANSWERED,
        route=Route.BOTH if len({draft.route for draft in drafts}) > 1 else drafts[0].route,
        intent=drafts[0].intent,
        confidence=min(draft.confidence for draft in drafts),
    )
    texts = []
    for part, draft in zip(parts, drafts, strict=True):
        offset = len(joined.evidence)
        text = draft.text
        for item in reversed(draft.evidence):
            text = text.replace(f"[{item.n}]", f"[{item.n + offset}]")
        joined.evidence += [item.model_copy(update={"n": item.n + offset}) for item in draft.evidence]
        if draft.status is not Status.ANSWERED:
            joined.status = Status.PARTIAL
            joined.warnings.append(warning(WordsTold(code="part_unanswered", words=part)))
        joined.chart = joined.chart or draft.chart
        joined.warnings += draft.warnings
        joined.suggestions += draft.suggestions
        joined.nearest += draft.nearest
        joined.stage = draft.stage if draft.stage != RULES else joined.stage
        texts.append(text)
    joined.text = " ".join(texts)
    if joined.status is Status.PARTIAL:
        joined.confidence = max(draft.confidence for draft in drafts)
    joined.suggestions = _distinct(joined.suggestions)
    return joined


def _computed(outcome: Computed) -> Draft:
    executed = outcome.executed
    result = executed.result
    evidence = _query_evidence(1, executed, outcome.dataset_id)
    if (known := outcome.verified) is not None:
        evidence.verified = VerifiedBy(id=known.id, question=known.question, accepted_at=known.accepted_at)
    warnings = [assumption(note) for note in outcome.notes]
    if result.truncated:
        warnings.append(warning(CutTold(code="truncated", rows=result.row_count)))
    return Draft(
        text=f"{executed.sentence} [1]",
        status=Status.ANSWERED,
        route=Route.DATA,
        intent=IntentReport(kind=outcome.intent, confidence=outcome.confidence),
        confidence=outcome.confidence,
        evidence=[evidence],
        chart=executed.chart,
        warnings=warnings,
    )


def _query_evidence(number: int, executed: ExecutedQuery, dataset_id: str) -> QueryEvidence:
    result = executed.result
    return QueryEvidence(
        n=number,
        dataset=executed.query.dataset,
        dataset_id=dataset_id,
        version=executed.data_versions[dataset_id],
        model_revision=executed.model_revision,
        query=executed.query,
        words=executed.words,
        sql=executed.sql,
        columns=result.columns,
        rows=plain_rows(result),
        row_count=result.row_count,
        truncated=result.truncated,
        sight=executed.sight,
    )


def _explained(outcome: Explained) -> Draft:
    explanation = outcome.explanation
    text = " ".join(f"{sentence} [{number}]" for sentence, number in explanation.sentences)
    evidence = [
        _query_evidence(number, executed, outcome.dataset_id)
        for number, executed in enumerate(explanation.executed, 1)
    ]
    evidence[0].explanation = report(explanation)
    return Draft(
        text=text,
        status=Status.ANSWERED,
        route=Route.DATA,
        intent=IntentReport(kind=outcome.intent, confidence=outcome.confidence),
        confidence=outcome.confidence,
        evidence=[*evidence],
        chart=explanation.executed[-1].chart,
        warnings=[assumption(note) for note in outcome.notes],
    )


def _catalogue(outcome: Catalogue) -> Draft:
    return Draft(
        text=f"{outcome.text} [1]",
        status=Status.ANSWERED,
        route=Route.DATA,
        intent=IntentReport(kind="metadata", confidence=outcome.confidence),
        confidence=outcome.confidence,
        evidence=[
            CatalogueEvidence(
                n=1,
                model_revision=outcome.model_revision,
                datasets=list(outcome.datasets),
                fields={dataset: list(fields) for dataset, fields in outcome.fields.items()},
            )
        ],
    )


def _choice(outcome: Choice) -> Draft:
    first = outcome.options[0].query.model_dump(mode="json", exclude_none=True)
    options = [
        AskBackOption(
            label=option.label,
            query=option.query,
            patch=difference(first, option.query.model_dump(mode="json", exclude_none=True)),
        )
        for option in outcome.options
    ]
    return Draft(
        text=outcome.question,
        status=Status.ASK_BACK,
        route=Route.DATA,
        intent=IntentReport(kind=outcome.intent, confidence=1.0 / len(options)),
        confidence=0.0,
        ask_back=AskBack(question=outcome.question, about=outcome.about, options=options),
        suggestions=list(outcome.suggestions),
    )


def _refused(outcome: Refused) -> Draft:
    error = outcome.error
    words = outcome.words.rstrip(".")  # it stands within a sentence, here and in other languages
    reason = RefusedReason(code="not_computed", words=words, problem=error.code, detail=error.detail)
    return Draft(
        text=abstention([reason]),
        reasons=[reason],
        status=Status.ABSTAINED,
        route=Route.DATA,
        intent=IntentReport(kind=outcome.intent, confidence=1.0),
        confidence=0.0,
        warnings=[Warning(code=error.code, detail=error.detail)],
    )


def _left_over(data: DataOutcome | None) -> list[Warning]:
    if not isinstance(data, Declined) or not data.left_over:
        return []
    return [warning(WordsTold(code="left_over_word", words=word)) for word in data.left_over]


def _not_expressible(remainder: Remainder | None) -> list[Warning]:
    if remainder is None:
        return []
    return [warning(ApartTold(code="not_expressible", words=remainder.dropped, rest=remainder.question))]


def _distinct(items: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(items))[:_MOST_SUGGESTIONS]
