"""The SQL of authentication: who a credential belongs to and what they may do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from answerable.identity.tables import ApiKeyRow, MembershipRow, ServerOwnerRow, SessionRow, UserRow
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.principal import Principal


@dataclass(frozen=True, slots=True)
class PersonAccess:
    """What stands behind an access token. Without a membership the last two are None."""

    disabled_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime
    workspace_id: str | None
    role: str | None


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """What stands behind an API key."""

    key_id: str
    user_id: str
    workspace_id: str
    scopes: frozenset[str]
    role: str
    disabled_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None


async def person_access(
    session: Session, *, user_id: str, session_id: str, workspace_id: str | None
) -> PersonAccess | None:
    """One query: the person, the sign-in and the membership in the workspace that is asked for, or
    in the one joined first. None without such a person or sign-in."""
    membership = MembershipRow.user_id == UserRow.id
    if workspace_id is not None:
        membership = and_(membership, MembershipRow.workspace_id == workspace_id)
    row = (
        await session.execute(
            select(
                UserRow.disabled_at,
                SessionRow.revoked_at,
                SessionRow.expires_at,
                MembershipRow.workspace_id,
                MembershipRow.role,
            )
            .select_from(UserRow)
            .join(SessionRow, and_(SessionRow.user_id == UserRow.id, SessionRow.id == session_id))
            .outerjoin(MembershipRow, membership)
            .where(UserRow.id == user_id)
            .order_by(MembershipRow.created_at, MembershipRow.workspace_id)
            .limit(1)
        )
    ).first()
    return None if row is None else PersonAccess(*row)


async def key_access(session: Session, *, key_hash: bytes) -> KeyAccess | None:
    """One query: the key of that hash with its maker's present role. None without key or membership."""
    return await _key_access(session, ApiKeyRow.key_hash == key_hash)


async def key_access_by_id(session: Session, *, key_id: str) -> KeyAccess | None:
    """The same for a key that was let in before, by its id."""
    return await _key_access(session, ApiKeyRow.id == key_id)


async def _key_access(session: Session, condition: ColumnElement[bool]) -> KeyAccess | None:
    row = (
        await session.execute(
            select(
                ApiKeyRow.id,
                ApiKeyRow.user_id,
                ApiKeyRow.workspace_id,
                ApiKeyRow.scopes,
                MembershipRow.role,
                UserRow.disabled_at,
                ApiKeyRow.revoked_at,
                ApiKeyRow.expires_at,
                ApiKeyRow.last_used_at,
            )
            .join(
                MembershipRow,
                and_(
                    MembershipRow.workspace_id == ApiKeyRow.workspace_id,
                    MembershipRow.user_id == ApiKeyRow.user_id,
                ),
            )
            .join(UserRow, UserRow.id == ApiKeyRow.user_id)
            .where(condition)
        )
    ).first()
    if row is None:
        return None
    return KeyAccess(row[0], row[1], row[2], frozenset(row[3]), *row[4:])


async def is_server_owner(session: Session, user_id: str) -> bool:
    """Whether the person owns the server."""
    found = await session.scalar(select(exists().where(ServerOwnerRow.user_id == user_id)))
    return bool(found)


async def has_conversation(session: Session, session_id: str) -> bool:
    """Whether a conversation is there that the session's person may see: one of their own."""
    found = await session.fetch(
        "SELECT 1 FROM chat_sessions WHERE id = %(id)s AND owner_id = %(owner)s",
        {
            "id": ids.decode("chat", session_id) or ids.NIL,
            "owner": ids.decode("usr", session.principal.user_id or "") or ids.NIL,
        },
    )
    return bool(found)


async def note_key_use(session: Session, principal: Principal, now: datetime, every: timedelta) -> None:
    """Write when the key was last used, unless somebody did so a moment ago."""
    await session.execute(
        update(ApiKeyRow)
        .where(
            ApiKeyRow.id == principal.key_id,
            or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at < now - every),
        )
        .values(last_used_at=now)
    )
