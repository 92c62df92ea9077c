"""All SQL of feedback and proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from answerable.chat.asking.tables import RunRow
from answerable.chat.feedback.schemas import ProposalsRequest
from answerable.chat.feedback.tables import FeedbackRow, ProposalRow
from answerable.kit.db import Session
from answerable.kit.ids import new_id
from answerable.kit.paging import after_cursor


async def answered_run(session: Session, answer_id: str) -> RunRow | None:
    """The caller's own run that gave an answer."""
    statement = select(RunRow).where(
        RunRow.answer_id == answer_id,
        RunRow.asked_by == session.principal.user_id,
        RunRow.status == "finished",
    )
    return await session.scalar(statement)


async def put(session: Session, run_id: str, rating: str, comment: str | None, now: datetime) -> FeedbackRow:
    """What the caller says of a run's answer, in the place of what they said before."""
    changed = {"rating": rating, "comment": comment, "updated_at": now}
    row = insert(FeedbackRow).values(
        id=new_id("fb"),
        workspace_id=session.workspace_id,
        owner_id=session.principal.user_id,
        run_id=run_id,
        **changed,
    )
    statement = row.on_conflict_do_update(index_elements=[FeedbackRow.run_id], set_=changed)
    found = await session.scalars(
        statement.returning(FeedbackRow), execution_options={"populate_existing": True}
    )
    return found.one()


async def add_proposal(session: Session, row: ProposalRow) -> None:
    """Store a new proposal."""
    session.add(row)
    await session.flush()


async def lock_proposal(session: Session, proposal_id: str) -> ProposalRow | None:
    """A proposal of the workspace, held until the transaction ends."""
    statement = select(ProposalRow).where(ProposalRow.id == proposal_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def page(session: Session, request: ProposalsRequest) -> Sequence[ProposalRow]:
    """The workspace's proposals, newest first, one more than the page holds."""
    statement = select(ProposalRow)
    if request.status is not None:
        statement = statement.where(ProposalRow.status == request.status.value)
    statement = after_cursor(statement, request, ProposalRow.created_at, ProposalRow.id)
    return (await session.scalars(statement)).all()
