"""All SQL of verified questions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, Select, Text, and_, cast, delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from answerable.data.verified.schemas import VerifiedQuestionsRequest, VerifiedStatus
from answerable.data.verified.tables import VerifiedQuestionChangeRow, VerifiedQuestionRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_Row = VerifiedQuestionRow


async def fingerprint(session: Session) -> tuple[int, int]:
    """How many accepted questions there are, and a number that changes whenever one of them does."""
    each = func.hashtextextended(func.concat(cast(_Row.id, Text), ":", cast(_Row.edition, Integer)), 0)
    statement = select(func.count(), func.coalesce(func.bit_xor(each), 0)).where(_Row.status == "accepted")
    count, mixed = (await session.execute(statement)).one()
    return count, mixed


async def usable(session: Session) -> Sequence[_Row]:
    """The accepted questions whose queries compile, oldest first."""
    statement = select(_Row).where(_Row.status == "accepted", _Row.problem.is_(None))
    return (await session.scalars(statement.order_by(_Row.created_at, _Row.id))).all()


async def same_words(session: Session, words: str) -> Sequence[_Row]:
    """Those of the same words, oldest first."""
    same = (func.md5(_Row.words) == func.md5(words), _Row.words == words)
    return (await session.scalars(select(_Row).where(*same).order_by(_Row.created_at, _Row.id))).all()


async def lock_confirmed(session: Session, answer_id: str, words: str | None) -> Sequence[_Row]:
    """What the session's principal confirmed of an answer, or of another one to the same words, and no editor
    has decided on: held until the transaction ends."""
    same = _Row.answer_id == answer_id
    if words is not None:
        same = or_(same, and_(func.md5(_Row.words) == func.md5(words), _Row.words == words))
    mine = (_Row.status == "proposed", _Row.proposed_by == session.principal.user_id)
    statement = select(_Row).where(same, _Row.answer_id.is_not(None), *mine).order_by(_Row.id)
    return (await session.scalars(statement.with_for_update())).all()


async def count(session: Session) -> int:
    """How many the workspace has, of whatever status."""
    return (await session.scalar(select(func.count()).select_from(_Row))) or 0


async def any_accepted(session: Session) -> bool:
    """Whether the workspace has an accepted one."""
    return await session.scalar(select(_Row.id).where(_Row.status == "accepted").limit(1)) is not None


async def lock_accepted(session: Session) -> Sequence[_Row]:
    """All accepted ones, held until the transaction ends."""
    statement = select(_Row).where(_Row.status == "accepted").order_by(_Row.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def find(session: Session, verified_id: str) -> _Row | None:
    """One of them."""
    return await session.scalar(select(_Row).where(_Row.id == verified_id))


async def lock(session: Session, verified_id: str) -> _Row | None:
    """One of them, held until the transaction ends."""
    statement = select(_Row).where(_Row.id == verified_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def store(session: Session, row: _Row) -> bool:
    """Write a new or changed row. False when the workspace has accepted these words already; then the
    change is undone."""
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as error:
        if "uq_verified_questions_words" not in str(error.orig):
            raise
        return False
    await session.refresh(row)
    return True


async def remove(session: Session, row: _Row) -> None:
    """Delete it."""
    await session.execute(delete(_Row).where(_Row.id == row.id))


async def remove_over(session: Session, dataset_id: str) -> None:
    """Delete those whose queries read a dataset."""
    await session.execute(delete(_Row).where(_Row.dataset_ids.contains([dataset_id])))


async def page(session: Session, request: VerifiedQuestionsRequest, *, only_of: str | None) -> Sequence[_Row]:
    """Newest first, one more than the page holds; with `only_of` the accepted ones and that person's own."""
    statement = with_status(select(_Row), request.status)
    if only_of is not None:
        statement = statement.where(or_(_Row.status == "accepted", _Row.proposed_by == only_of))
    return (await session.scalars(after_cursor(statement, request, _Row.created_at, _Row.id))).all()


async def page_of(session: Session, request: PageRequest, status: str | None) -> Sequence[_Row]:
    """Those of a status as it is kept, newest first, one more than the page holds."""
    statement = select(_Row) if status is None else select(_Row).where(_Row.status == status)
    return (await session.scalars(after_cursor(statement, request, _Row.created_at, _Row.id))).all()


def with_status(
    statement: Select[VerifiedQuestionRow], status: VerifiedStatus | None
) -> Select[VerifiedQuestionRow]:
    """The statement for rows of a status alone: a stale one is an accepted one with a problem."""
    match status:
        case None:
            return statement
        case VerifiedStatus.STALE:
            return statement.where(_Row.status == "accepted", _Row.problem.is_not(None))
        case VerifiedStatus.ACCEPTED:
            return statement.where(_Row.status == "accepted", _Row.problem.is_(None))
        case _:
            return statement.where(_Row.status == status.value)


async def note(session: Session, verified_id: str, action: str) -> None:
    """Write down what the session's principal did."""
    by = session.principal.user_id
    session.add(
        VerifiedQuestionChangeRow(
            workspace_id=session.workspace_id, verified_id=verified_id, action=action, changed_by=by
        )
    )
    await session.flush()


async def changes(
    session: Session, verified_id: str, request: PageRequest
) -> Sequence[VerifiedQuestionChangeRow]:
    """What was done to one, newest first, one more than the page holds."""
    own = VerifiedQuestionChangeRow
    statement = select(own).where(own.verified_id == verified_id)
    return (await session.scalars(after_cursor(statement, request, own.created_at, own.id))).all()
