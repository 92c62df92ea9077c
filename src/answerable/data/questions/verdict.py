"""The outcome from the surviving candidates: accept one, ask between rivals, or decline."""

from __future__ import annotations

from answerable.data.questions.context import Context
from answerable.data.questions.describe import EACH, SHARE, TABLE, differing_slot, meaning, option_labels
from answerable.data.questions.meanings import Measures
from answerable.data.questions.notes import NameNoted, Note, WordNoted
from answerable.data.questions.outcome import (
    Ambiguous,
    Intent,
    MetadataRequest,
    Option,
    Outcome,
    Parsed,
    Reading,
    Reason,
    Unparsed,
)
from answerable.data.questions.readings import MARGIN, Candidate
from answerable.data.questions.tokens import Token
from answerable.data.semantics.model import Status

_MOST_OPTIONS = 3
_LOOSE = 0.4


def decide(
    found: list[tuple[Candidate, Context]], question: str, tokens: list[Token], corrected: tuple[str, ...]
) -> Outcome:
    """Parsed when one query is clearly the cheapest; Ambiguous for two or three that differ in one slot."""
    best = min(candidate.cost for candidate, _ in found)
    rivals = [(c, context) for c, context in found if c.cost <= best + MARGIN]
    first, context = rivals[0] if len(rivals) == 1 else min(rivals, key=lambda pair: pair[0].cost)
    if first.metadata is not None:
        return _metadata(first, question, tokens)
    assert first.draft is not None
    if len(rivals) == 1:
        return _parsed(first, context, question, tokens, corrected)
    queries = [c.draft.query for c, _ in rivals if c.draft is not None]
    if len(queries) != len(rivals) or len(rivals) > _MOST_OPTIONS:
        return Unparsed((), (), 1.0, Reason.TOO_MANY_READINGS)
    slot = differing_slot(queries)
    if slot is None:
        return Unparsed((), (), 1.0, Reason.TOO_MANY_READINGS)
    labels = option_labels(list(zip(queries, (own for _, own in rivals), strict=True)), slot)
    options = tuple(Option(label, query) for label, query in zip(labels, queries, strict=True))
    asked = {
        TABLE: "Which table do you mean?",
        "measure": "Which number do you mean?",
        "time": "Which time do you mean?",
        "filter": "Which of these do you mean?",
        SHARE: "A share of what?",
        EACH: "Which average do you mean?",
    }
    return Ambiguous(
        asked.get(slot, "Which of these do you mean?"),
        options,
        first.draft.intent,
        slot,
        _trace(first, question, tokens),
    )


def _metadata(candidate: Candidate, question: str, tokens: list[Token]) -> Parsed:
    assert candidate.metadata is not None
    kind = "fields" if candidate.metadata.kind == "fields" else "datasets"
    request = (
        MetadataRequest("fields", candidate.metadata.dataset)
        if kind == "fields"
        else MetadataRequest("datasets")
    )
    return Parsed(None, Intent.METADATA, 0.97, _trace(candidate, question, tokens), metadata=request)


def _parsed(
    candidate: Candidate, context: Context, question: str, tokens: list[Token], corrected: tuple[str, ...]
) -> Parsed:
    draft = candidate.draft
    assert draft is not None
    notes = [
        *draft.notes,
        *_loose_names(candidate, context, question, tokens),
        *(WordNoted(code="misspelt_word", word=word) for word in corrected),
    ]
    return Parsed(
        draft.query,
        draft.intent,
        _confidence(candidate, context, len(corrected)),
        _trace(candidate, question, tokens),
        tuple(notes),
    )


def _loose_names(candidate: Candidate, context: Context, question: str, tokens: list[Token]) -> list[Note]:
    """Measures that were named by a word of their own sort only: revenue, where there is an amount."""
    notes: list[Note] = []
    for clause in candidate.clauses:
        if (
            isinstance(clause.value, Measures)
            and clause.cost >= _LOOSE
            and clause.value.parts[0].field is None
        ):
            words = question[tokens[clause.start].start : tokens[clause.end - 1].end]
            if clause.value.parts[0].metric is not None:
                metric = context.metric(clause.value.parts[0].metric)
                known = metric.label if metric is not None else meaning(clause.value).removeprefix("measure ")
                notes.append(NameNoted(code="name_read_as", words=words, meaning=known))
    return notes


def _confidence(candidate: Candidate, context: Context, corrected: int) -> float:
    """Starts near one; falls with corrections, assumptions, loose matches and inferred metrics."""
    assert candidate.draft is not None
    loose = sum(max(0.0, clause.cost) for clause in candidate.clauses)
    inferred = any(
        (metric := context.metric(measure.metric)) is not None and metric.status is Status.INFERRED
        for measure in candidate.draft.query.measures
        if measure.metric
    )
    score = (
        0.99 - 0.06 * corrected - 0.03 * len(candidate.draft.notes) - 0.05 * min(loose, 3.0) - 0.01 * inferred
    )
    return round(max(0.5, score), 3)


def _trace(candidate: Candidate, question: str, tokens: list[Token]) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    for clause in candidate.clauses:
        start, end = tokens[clause.start].start, tokens[clause.end - 1].end
        readings.append(Reading(question[start:end], start, end, meaning(clause.value)))
    return tuple(readings)
