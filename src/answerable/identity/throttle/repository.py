"""The SQL of the throttle's counters."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from answerable.identity.tables import SignInAttemptsRow
from answerable.kit.db import Session


async def count(session: Session, subject: bytes, window: timedelta, now: datetime) -> tuple[int, datetime]:
    """One attempt more; the attempts of the window that is running, and when it ends."""
    over = SignInAttemptsRow.window_ends_at <= now
    counted = await session.execute(
        insert(SignInAttemptsRow)
        .values(subject=subject, attempts=1, window_ends_at=now + window)
        .on_conflict_do_update(
            index_elements=[SignInAttemptsRow.subject],
            set_={
                "attempts": case((over, 1), else_=SignInAttemptsRow.attempts + 1),
                "window_ends_at": case((over, now + window), else_=SignInAttemptsRow.window_ends_at),
            },
        )
        .returning(SignInAttemptsRow.attempts, SignInAttemptsRow.window_ends_at)
    )
    attempts, ends_at = counted.one()
    return attempts, ends_at


async def forget(session: Session, subject: bytes) -> None:
    """Remove a counter."""
    await session.execute(delete(SignInAttemptsRow).where(SignInAttemptsRow.subject == subject))


async def give_back(session: Session, subject: bytes) -> None:
    """One attempt less."""
    await session.execute(
        update(SignInAttemptsRow)
        .where(SignInAttemptsRow.subject == subject, SignInAttemptsRow.attempts > 0)
        .values(attempts=SignInAttemptsRow.attempts - 1)
    )


async def sweep(session: Session, now: datetime, most: int) -> None:
    """Remove a few counters whose window is over, waiting for nobody."""
    over = (
        select(SignInAttemptsRow.subject)
        .where(SignInAttemptsRow.window_ends_at <= now)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(SignInAttemptsRow).where(SignInAttemptsRow.subject.in_(over)))
