"""All SQL of proposed synonyms."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from answerable.chat.proposals.schemas import ProposalStatus
from answerable.chat.proposals.tables import ProposalRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def add(session: Session, row: ProposalRow) -> None:
    """Store a new proposal."""
    session.add(row)
    await session.flush()


async def waiting(session: Session, question: str, change: dict[str, object]) -> ProposalRow | None:
    """The open proposal of that change that the session's principal made of the question."""
    statement = select(ProposalRow).where(
        ProposalRow.status == ProposalStatus.OPEN.value,
        ProposalRow.question == question,
        ProposalRow.change == change,
        ProposalRow.proposed_by == session.principal.user_id,
    )
    return await session.scalar(statement.order_by(ProposalRow.created_at).limit(1))


async def lock(session: Session, proposal_id: str) -> ProposalRow | None:
    """A proposal of the workspace, held until the transaction ends."""
    statement = select(ProposalRow).where(ProposalRow.id == proposal_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def page(
    session: Session, request: PageRequest, status: ProposalStatus | None
) -> Sequence[ProposalRow]:
    """The workspace's proposed synonyms, newest first, one more than the page holds."""
    statement = select(ProposalRow)
    if status is not None:
        statement = statement.where(ProposalRow.status == status.value)
    statement = after_cursor(statement, request, ProposalRow.created_at, ProposalRow.id)
    return (await session.scalars(statement)).all()
