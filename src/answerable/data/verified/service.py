"""The rules of verified questions: proposed by whoever asks, decided by editors, each decision reversible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from answerable.data.engines.service import versions_read
from answerable.data.engines.snapshot import take_snapshot
from answerable.data.insights.service import read_seen
from answerable.data.questions.wording import describe
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.service import current_model, reach_into
from answerable.data.verified import repository
from answerable.data.verified.book import VerifiedQuestion
from answerable.data.verified.checking import check
from answerable.data.verified.errors import AlreadyVerified, NotDecided, TooManyVerified, WrongStatus
from answerable.data.verified.schemas import (
    NewVerifiedQuestion,
    VerifiedQuestionChange,
    VerifiedQuestionsRequest,
)
from answerable.data.verified.tables import VerifiedQuestionChangeRow, VerifiedQuestionRow
from answerable.data.verified.wording import words_of
from answerable.identity.scopes import Scope
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.paging import MOST_AT_ONCE, PageRequest, encode_cursor
from answerable.kit.runtime import Runtime

MOST = 1_000
RECALIBRATE = "confidence.recalibrate"
"""The job that learns from decisions on answers that people confirmed."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A question with the query that someone says answers it, counted from `as_of`; `answer_id` where it is
    an answer that was confirmed."""

    question: str
    query: SemanticQuery
    as_of: datetime
    answer_id: str | None = None
    comment: str | None = None


async def propose(session: Session, confirmed: Confirmed) -> VerifiedQuestionRow:
    """A verified question that waits for an editor: a new one, unless the caller proposed it before or it
    is accepted. Raises InvalidQuery for a query that does not fit the
    model, DatasetNotReady, TooManyVerified, and InvalidInput for a question without words."""
    data = await take_snapshot(session)
    read = versions_read(data, confirmed.query)
    known = await repository.same_words(session, _words(confirmed.question))
    for row in known:  # said twice, it is one proposal
        mine = row.status == "proposed" and row.proposed_by == session.principal.user_id
        kept = SemanticQuery.model_validate(row.query).canonical_hash
        if (mine or row.status == "accepted") and kept == confirmed.query.canonical_hash:
            return row
    if await repository.count(session) >= MOST:
        raise TooManyVerified(f"{MOST:,} are kept. Delete rejected or stale ones first.")
    row = VerifiedQuestionRow(
        workspace_id=session.workspace_id,
        question=confirmed.question.strip(),
        words=_words(confirmed.question),
        meaning=describe(confirmed.query, data.model),
        query=confirmed.query.model_dump(mode="json", exclude_none=True),
        as_of=confirmed.as_of,
        model_revision=data.revision,
        data_versions=read,
        dataset_ids=sorted(read),
        answer_id=confirmed.answer_id,
        comment=confirmed.comment,
        status="proposed",
        proposed_by=session.principal.user_id,
    )
    await repository.store(session, row)
    await repository.note(session, row.id, "proposed")
    return row


async def withdraw(session: Session, answer_id: str, question: str | None, query: SemanticQuery) -> None:
    """Take back the caller's confirmations, which nobody has decided on, that the question of an answer means
    its query."""
    words = words_of(question) if question is not None else None
    for row in await repository.lock_confirmed(session, answer_id, words):
        if SemanticQuery.model_validate(row.query).canonical_hash == query.canonical_hash:
            await repository.remove(session, row)
            await repository.note(session, row.id, "withdrawn")


async def propose_new(session: Session, runtime: Runtime, new: NewVerifiedQuestion) -> VerifiedQuestionRow:
    """The same for what came over HTTP. Raises NotFound for an insight that there is not as well."""
    question, query = new.question, new.query
    as_of = new.as_of or runtime.clock.now()
    if new.insight_id is not None:
        insight = await read_seen(session, new.insight_id)
        question, query = question or insight.question, SemanticQuery.model_validate(insight.query)
        as_of = new.as_of or insight.created_at
    if question is None or query is None:
        raise InvalidInput(
            "The insight has no question of its own. Give the question that its query answers.",
            errors=[FieldError("question", "is missing")],
            reason="question_missing",
        )
    return await propose(session, Confirmed(question, query, as_of, comment=new.comment))


async def read(session: Session, verified_id: str) -> VerifiedQuestionRow:
    """One of them. NotFound, also for another member's that no editor accepted, unless the caller edits."""
    row = await repository.find(session, verified_id)
    mine = row is not None and row.proposed_by == session.principal.user_id
    if row is None or not (mine or row.status == "accepted" or _edits(session)):
        raise NotFound
    if not await readable(session, [row]):
        raise NotFound
    return row


async def readable(session: Session, rows: Sequence[VerifiedQuestionRow]) -> list[VerifiedQuestionRow]:
    """Those whose queries name nothing that is hidden from the session's principal."""
    seen = await reach_into(session)
    if not seen.hidden:
        return list(rows)
    names = [dataset.name for dataset in seen.model.datasets]
    return [row for row in rows if VerifiedQuestion.of(row).fits(seen.model, names)]


async def list_verified(session: Session, request: VerifiedQuestionsRequest) -> Sequence[VerifiedQuestionRow]:
    """Newest first, one more than the page holds: all for an editor, else those accepted and one's own."""
    only_of = None if _edits(session) else session.principal.user_id
    return await repository.page(session, request, only_of=only_of)


async def list_decided(
    session: Session, request: PageRequest, status: str | None
) -> Sequence[VerifiedQuestionRow]:
    """Every member's, for editors: newest first, one more than the page holds, without those that name what
    is hidden from the session's principal. Stale ones are accepted."""
    found: list[VerifiedQuestionRow] = []
    wanted = request
    while True:
        rows = await repository.page_of(session, wanted, status)
        found += await readable(session, rows)
        if len(rows) <= wanted.limit or len(found) > request.limit:
            return found[: request.limit + 1]
        # Rows were left out: the page is filled from those behind it.
        wanted = PageRequest(limit=MOST_AT_ONCE, cursor=encode_cursor(rows[-1].created_at, rows[-1].id))


async def accept(session: Session, runtime: Runtime, verified_id: str) -> VerifiedQuestionRow:
    """From now on it answers. NotFound, WrongStatus, AlreadyVerified, and InvalidQuery when its query does
    not fit the model any more."""
    row = await _in_status(session, verified_id, "proposed")
    await _fit(session, row)
    await _decide(session, runtime, row, "accepted")
    return row


async def reject(session: Session, runtime: Runtime, verified_id: str) -> VerifiedQuestionRow:
    """Decide against it. NotFound, WrongStatus."""
    row = await _in_status(session, verified_id, "proposed")
    await _decide(session, runtime, row, "rejected")
    return row


async def reopen(session: Session, verified_id: str) -> VerifiedQuestionRow:
    """Take the decision back: it waits again and does not answer. NotFound, NotDecided."""
    row = await _locked(session, verified_id)
    if row.status == "proposed":
        raise NotDecided("It waits for a decision. Accept or reject it.")
    row.status, row.decided_by, row.decided_at = "proposed", None, None
    await _save(session, row, "reopened")
    return row


async def change(
    session: Session, runtime: Runtime, verified_id: str, wanted: VerifiedQuestionChange
) -> VerifiedQuestionRow:
    """Other words or another query. NotFound, InvalidQuery, AlreadyVerified."""
    row = await _locked(session, verified_id)
    if wanted.question is not None:
        row.question, row.words = wanted.question.strip(), _words(wanted.question)
    if wanted.query is not None:
        row.query = wanted.query.model_dump(mode="json", exclude_none=True)
        row.as_of = wanted.as_of or runtime.clock.now()
    await _fit(session, row)
    await _save(session, row, "changed")
    return row


async def delete(session: Session, verified_id: str) -> None:
    """Delete it; that it was there and who deleted it stays in the log. NotFound."""
    row = await _locked(session, verified_id)
    await repository.remove(session, row)
    await repository.note(session, verified_id, "deleted")


async def changes(
    session: Session, verified_id: str, request: PageRequest
) -> Sequence[VerifiedQuestionChangeRow]:
    """What was done to one, newest first, also when it is deleted. NotFound for what never was, and for
    what names something hidden."""
    found = await repository.changes(session, verified_id, request)
    row = await repository.find(session, verified_id)
    if (row is None and not found) or (row is not None and not await readable(session, [row])):
        raise NotFound
    return found


def _words(question: str) -> str:
    words = words_of(question)
    if not words:
        raise InvalidInput(
            "The question has no words to know it by. Write it as it is asked.",
            errors=[FieldError("question", "has no words")],
            reason="question_without_words",
        )
    return words


async def _fit(session: Session, row: VerifiedQuestionRow) -> None:
    """Hold the row against today's model and data, which it is then confirmed on."""
    data = await take_snapshot(session)
    query = SemanticQuery.model_validate(row.query)
    read = versions_read(data, query)
    row.meaning = describe(query, data.model)
    row.model_revision, row.data_versions, row.dataset_ids = data.revision, read, sorted(read)
    await check(row, await current_model(session))


async def _decide(session: Session, runtime: Runtime, row: VerifiedQuestionRow, status: str) -> None:
    row.status, row.decided_by = status, session.principal.user_id
    row.decided_at = runtime.clock.now()
    await _save(session, row, status)


async def _save(session: Session, row: VerifiedQuestionRow, action: str) -> None:
    row.edition += 1
    if not await repository.store(session, row):
        raise AlreadyVerified(
            "Another verified question has these words. Change or delete that one, or change these words."
        )
    await repository.note(session, row.id, action)
    if row.answer_id is not None:
        await enqueue(session, RECALIBRATE, subject=Subject("workspace", session.workspace_id))


async def _locked(session: Session, verified_id: str) -> VerifiedQuestionRow:
    row = await repository.lock(session, verified_id)
    if row is None or not await readable(session, [row]):
        raise NotFound
    return row


async def _in_status(session: Session, verified_id: str, status: str) -> VerifiedQuestionRow:
    row = await _locked(session, verified_id)
    if row.status != status:
        raise WrongStatus(f"It was {row.status} before. Reopen it to decide anew.")
    return row


def _edits(session: Session) -> bool:
    return Scope.DATA_WRITE in session.principal.scopes
