"""The SQL of sign-ins and their refresh tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from answerable.identity.tables import RefreshTokenRow, SessionRow, UserRow
from answerable.kit import ids
from answerable.kit.db import Session


@dataclass(frozen=True, slots=True)
class RefreshState:
    """A refresh token with what its sign-in and its person are now."""

    session_id: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    disabled_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether the token has not run out, its sign-in not ended and its person not been disabled."""
        return self.revoked_at is None and self.disabled_at is None and self.expires_at > now


async def open_session(session: Session, user_id: str, token_hash: bytes, expires_at: datetime) -> str:
    """Add a sign-in with its first refresh token; the sign-in's id."""
    session_id = ids.new_id("ses")
    session.add(SessionRow(id=session_id, user_id=user_id, expires_at=expires_at))
    await session.flush()
    session.add(
        RefreshTokenRow(token_hash=token_hash, session_id=session_id, user_id=user_id, expires_at=expires_at)
    )
    await session.flush()
    return session_id


async def owner_of_token(session: Session, token_hash: bytes) -> str | None:
    """The person of the token that the session's principal presented."""
    statement = select(RefreshTokenRow.user_id).where(RefreshTokenRow.token_hash == token_hash)
    return (await session.scalars(statement)).one_or_none()


async def lock_family(session: Session, token_hash: bytes) -> RefreshState | None:
    """The token's state, with its whole sign-in locked until the transaction ends: of two requests
    with one token, the second sees what the first did. The session must act as the token's person."""
    family = select(RefreshTokenRow.session_id).where(RefreshTokenRow.token_hash == token_hash)
    locked = select(SessionRow.id).where(SessionRow.id.in_(family)).with_for_update(key_share=True)
    await session.execute(locked)
    row = (
        await session.execute(
            select(
                RefreshTokenRow.session_id,
                RefreshTokenRow.expires_at,
                RefreshTokenRow.used_at,
                SessionRow.revoked_at,
                UserRow.disabled_at,
            )
            .join(SessionRow, SessionRow.id == RefreshTokenRow.session_id)
            .join(UserRow, UserRow.id == RefreshTokenRow.user_id)
            .where(RefreshTokenRow.token_hash == token_hash)
        )
    ).first()
    return None if row is None else RefreshState(*row)


async def rotate(
    session: Session, user_id: str, *, used: bytes, successor: bytes, now: datetime, expires_at: datetime
) -> None:
    """Mark a token as used, add its successor, and let the sign-in last as long as that."""
    session_id = (
        await session.execute(
            update(RefreshTokenRow)
            .where(RefreshTokenRow.token_hash == used)
            .values(used_at=now)
            .returning(RefreshTokenRow.session_id)
        )
    ).scalar_one()
    session.add(
        RefreshTokenRow(token_hash=successor, session_id=session_id, user_id=user_id, expires_at=expires_at)
    )
    await session.execute(update(SessionRow).where(SessionRow.id == session_id).values(expires_at=expires_at))
    await session.flush()


async def revoke(session: Session, session_id: str, now: datetime) -> None:
    """End a sign-in: all its access and refresh tokens."""
    await session.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )


async def revoke_all(session: Session, user_id: str, now: datetime, *, but: str | None = None) -> None:
    """End all sign-ins of a person, but one if it is named."""
    statement = update(SessionRow).where(SessionRow.user_id == user_id, SessionRow.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(SessionRow.id != but)
    await session.execute(statement.values(revoked_at=now))


async def remove_expired(session: Session, user_id: str, now: datetime) -> None:
    """Remove a person's sign-ins that have run out, with their tokens."""
    await session.execute(
        delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.expires_at <= now)
    )
