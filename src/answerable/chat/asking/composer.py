"""Puts what the sides found into the shape of an answer: text with numbered evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

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
    Warning,
)
from answerable.chat.asking.patch import difference
from answerable.chat.asking.remainder import Remainder
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
            *(Warning(code="search", detail=note) for note in found.notes),
            *_unsure(found),
            *_at_odds(found),
        ],
    )


def _at_odds(found: DocumentAnswer) -> list[Warning]:
    if not found.disagree:
        return []
    detail = "The documents give different values for this. The newer one is quoted first: check which holds."
    return [Warning(code="sources_disagree", detail=detail)]


def _unsure(found: DocumentAnswer) -> list[Warning]:
    if found.confidence >= LIKELY:
        return []
    return [
        Warning(code="unsure", detail="The quoted passage may not answer this: read it before you use it.")
    ]


def abstain(
    data: DataOutcome | None, documents: DocumentAnswer | None, remainder: Remainder | None = None
) -> Draft:
    """No answer, but what stood in the way and what can be answered instead: `remainder` is what the tables
    can read of the question."""
    if isinstance(data, Refused):
        return _refused(data)
    score = data.score if isinstance(data, Declined) else 0.0
    reasons = [_why_no_table(data, remainder)] if isinstance(data, Declined) else []
    suggestions = [remainder.question] if remainder is not None else []
    if documents is not None:
        reasons.append("no document says it clearly enough to quote")
    text = "I cannot answer this with evidence: " + ", and ".join(reasons or ["nothing was in scope"]) + "."
    return Draft(
        text=text,
        status=Status.ABSTAINED,
        route=Route.DATA if score >= _ABOUT_THE_TABLES else Route.DOCUMENTS,
        intent=IntentReport(kind="other", confidence=round(1 - score, 4)),
        confidence=0.0,
        suggestions=_distinct([*suggestions, *data.suggestions]) if isinstance(data, Declined) else [],
        nearest=_nearest(documents),
        warnings=_left_over(data) + _not_expressible(remainder),
    )


def _why_no_table(declined: Declined, remainder: Remainder | None) -> str:
    if declined.reason is Reason.NO_DATA:
        return "there is no table to look in"
    if declined.score < _ABOUT_THE_TABLES:
        return "the tables are about something else"
    if declined.left_over:
        return "the tables have no meaning for " + ", ".join(f"“{word}”" for word in declined.left_over)
    if remainder is not None:
        return f"the tables know each word of it, but cannot put “{remainder.dropped}” together with the rest"
    if declined.reason is Reason.NOT_EXPRESSIBLE:
        return "the tables know each word of it, but not how to put them together"
    return "it can be read in too many ways"


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
            joined.warnings.append(Warning(code="part_unanswered", detail=f"Not answered: “{part}”."))
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
    warnings = [Warning(code="assumption", detail=note) for note in outcome.notes]
    if result.truncated:
        warnings.append(
            Warning(code="truncated", detail=f"Only the first {result.row_count:,} rows are shown.")
        )
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
        warnings=[Warning(code="assumption", detail=note) for note in outcome.notes],
    )


def _catalogue(outcome: Catalogue) -> Draft:
    return Draft(
        text=f"{outcome.text} [1]",
        status=Status.ANSWERED,
        route=Route.DATA,
        intent=IntentReport(kind="metadata", confidence=outcome.confidence),
        confidence=outcome.confidence,
        evidence=[
            CatalogueEvidence(n=1, model_revision=outcome.model_revision, datasets=list(outcome.datasets))
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
        ask_back=AskBack(question=outcome.question, options=options),
        suggestions=list(outcome.suggestions),
    )


def _refused(outcome: Refused) -> Draft:
    return Draft(
        text=f"I read this as: {outcome.words}. It was not computed: {outcome.error.detail}",
        status=Status.ABSTAINED,
        route=Route.DATA,
        intent=IntentReport(kind=outcome.intent, confidence=1.0),
        confidence=0.0,
        warnings=[Warning(code=outcome.error.code, detail=outcome.error.detail)],
    )


def _left_over(data: DataOutcome | None) -> list[Warning]:
    if not isinstance(data, Declined) or not data.left_over:
        return []
    return [
        Warning(code="left_over_word", detail=f"“{word}” means nothing to the tables.")
        for word in data.left_over
    ]


def _not_expressible(remainder: Remainder | None) -> list[Warning]:
    if remainder is None:
        return []
    detail = f"“{remainder.dropped}” cannot be put together with “{remainder.question}”."
    return [Warning(code="not_expressible", detail=detail)]


def _distinct(items: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(items))[:_MOST_SUGGESTIONS]
