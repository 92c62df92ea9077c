"""Taking feedback, and making proposals of what it corrects or confirms."""

from __future__ import annotations

from answerable.chat.asking.answer import Answer, QueryEvidence, QuoteEvidence, Route, Status
from answerable.chat.confidence.service import enqueue_recalibration
from answerable.chat.feedback import repository
from answerable.chat.feedback.repository import Given
from answerable.chat.feedback.schemas import FeedbackIn, FeedbackView, MeantQuery, Remark
from answerable.chat.proposals import synonyms
from answerable.chat.proposals.schemas import Synonym
from answerable.data.verified import service as verified
from answerable.data.verified.service import Confirmed
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.runtime import Runtime
from answerable.knowledge.notes import service as notes

_ITS_OWN = MeantQuery(kind="verified_question")


class NotConfirmable(InvalidInput):
    code, title = "not_confirmable", "The answer is no single query that a question could mean"


async def give(session: Session, runtime: Runtime, wanted: FeedbackIn) -> FeedbackView:
    """Keep what a person says of an answer of theirs; what it confirms or corrects becomes a proposal. Raises
    NotFound for any other answer, NotConfirmable, InvalidInput for a correction of what there is not, and as
    `verified.propose`."""
    run = await repository.answered_run(session, wanted.answer_id)
    if run is None:
        raise NotFound
    answer = Answer.model_validate(run.answer)
    correction = _ITS_OWN if wanted.confirm else wanted.correction
    given = Given(wanted.rating, wanted.comment, _is_other(answer, correction))
    row = await repository.put(session, run.id, given, runtime.clock.now())
    await enqueue_recalibration(session)
    own = _query_of(answer)
    if wanted.rating == "down" and own is not None:  # what was confirmed before is not meant any more
        await verified.withdraw(session, answer.id, _spoken(answer), own.query)
    match correction:
        case None:
            proposal_id = None
        case Synonym():
            made = await synonyms.propose(session, correction, run.question, wanted.comment)
            proposal_id = made.id
        case Remark():
            proposal_id = await _noted(session, answer, correction, wanted.comment)
        case MeantQuery():
            proposal_id = await _meant(session, answer, correction, wanted.comment)
    return FeedbackView.of(row, run.answer_id, proposal_id)


async def _noted(session: Session, answer: Answer, remark: Remark, comment: str | None) -> str:
    quoted = {item.document_id for item in answer.evidence if isinstance(item, QuoteEvidence)}
    if remark.document_id not in quoted | {near.document_id for near in answer.nearest}:
        raise InvalidInput(
            "The answer names no such document. Write the note on one that it quotes or shows as near.",
            errors=[FieldError("correction.document_id", "is not among the answer's documents")],
            reason="document_not_quoted",
        )
    wanted = notes.Remark(remark.text, question=answer.question, comment=comment)
    return (await notes.propose(session, remark.document_id, wanted)).id


async def _meant(session: Session, answer: Answer, meant: MeantQuery, comment: str | None) -> str | None:
    """The verified question that is proposed; None where the answer is one's already."""
    own = _query_of(answer)
    if meant.query is None and own is None:
        raise NotConfirmable(
            "Only an answer that one query gave can be confirmed. Give the query that the question means.",
            errors=[FieldError("correction.query", "is missing, and the answer has not exactly one")],
        )
    if meant.query is None and own is not None and own.verified is not None:
        return None
    query = meant.query if meant.query is not None or own is None else own.query
    if query is None:
        return None
    question = meant.question or _words_of(answer)
    wanted = Confirmed(question, query, answer.as_of, answer_id=answer.id, comment=comment)
    return (await verified.propose(session, wanted)).id


def _words_of(answer: Answer) -> str:
    """The question in words that stand alone."""
    words = _spoken(answer)
    if words is None:
        raise NotConfirmable(
            "The question changed the query of the turn before; its words alone do not say what. Give the "
            "whole question.",
            errors=[FieldError("correction.question", "is missing")],
        )
    return words


def _spoken(answer: Answer) -> str | None:
    """The same; None where there are none."""
    carried = answer.carried_over
    if carried is None:
        return answer.question
    return None if carried.kind == "query" else carried.question


def _query_of(answer: Answer) -> QueryEvidence | None:
    """The evidence of an answer that is one query's result."""
    if answer.status is not Status.ANSWERED or answer.route is not Route.DATA or len(answer.evidence) != 1:
        return None
    only = answer.evidence[0]
    return only if isinstance(only, QueryEvidence) else None


def _is_other(answer: Answer, correction: Synonym | MeantQuery | Remark | None) -> bool:
    """Whether the correction gives another query than the answer's for its question."""
    own = _query_of(answer)
    if not isinstance(correction, MeantQuery) or correction.query is None or own is None:
        return False
    return own.query.canonical_hash != correction.query.canonical_hash
