"""All SQL of feedback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from answerable.chat.asking.tables import RunRow
from answerable.chat.feedback.tables import FeedbackRow
from answerable.kit.db import Session
from answerable.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of an answer; `corrected` where they gave another query for its question."""

    rating: str
    comment: str | None
    corrected: bool


async def answered_run(session: Session, answer_id: str) -> RunRow | None:
    """The caller's own run that gave an answer."""
    statement = select(RunRow).where(
        RunRow.answer_id == answer_id,
        RunRow.asked_by == session.principal.user_id,
        RunRow.status == "finished",
    )
    return await session.scalar(statement)


async def put(session: Session, run_id: str, given: Given, now: datetime) -> FeedbackRow:
    """What the caller says of a run's answer, in the place of what they said before."""
    changed = {
        "rating": given.rating,
        "comment": given.comment,
        "corrected": given.corrected,
        "updated_at": now,
    }
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
