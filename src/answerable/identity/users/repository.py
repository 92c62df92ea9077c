"""The SQL of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from answerable.identity.emails import email_digest
from answerable.identity.tables import ServerOwnerRow, UserRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor


async def find(session: Session, user_id: str) -> UserRow | None:
    """The person, if the session may see them."""
    return (await session.scalars(select(UserRow).where(UserRow.id == user_id))).one_or_none()


async def find_locked(session: Session, user_id: str) -> UserRow | None:
    """The session's own person, who stays as they are until the transaction ends."""
    statement = select(UserRow).where(UserRow.id == user_id).with_for_update(key_share=True)
    return (await session.scalars(statement)).one_or_none()


async def find_by_email(session: Session, email: str) -> UserRow | None:
    """The person of a canonical address. Opens the wall's window for just this address."""
    await session.execute(text(f"SET LOCAL answerable.sign_in_email = '{email_digest(email).hex()}'"))
    return await find_visible_by_email(session, email)


async def find_visible_by_email(session: Session, email: str) -> UserRow | None:
    """The person of a canonical address, if the session may see them anyway."""
    return (await session.scalars(select(UserRow).where(UserRow.email == email))).one_or_none()


async def add(session: Session, *, user_id: str, email: str, name: str, password_hash: str) -> UserRow | None:
    """Add the session's own person; None when the address is taken."""
    statement = (
        insert(UserRow)
        .values(id=user_id, email=email, name=name, password_hash=password_hash)
        .on_conflict_do_nothing()
        .returning(UserRow)
    )
    return (await session.scalars(statement)).one_or_none()


async def claim_server(session: Session, user_id: str) -> bool:
    """Make the person the server's owner if it has none; whether it had none."""
    statement = (
        insert(ServerOwnerRow)
        .values(user_id=user_id)
        .on_conflict_do_nothing()
        .returning(ServerOwnerRow.user_id)
    )
    return (await session.execute(statement)).first() is not None


async def server_has_owner(session: Session) -> bool:
    """Whether anybody has registered yet."""
    return (await session.execute(select(ServerOwnerRow.user_id))).first() is not None


async def page_of_all(session: Session, page: PageRequest) -> Sequence[UserRow]:
    """Everybody on the server, newest first, as far as the session may see them."""
    statement = after_cursor(select(UserRow), page, UserRow.created_at, UserRow.id)
    return (await session.scalars(statement)).all()


async def set_name(session: Session, user_id: str, name: str) -> None:
    """Rename a person."""
    await session.execute(update(UserRow).where(UserRow.id == user_id).values(name=name))


async def set_password(session: Session, user_id: str, *, old_hash: str, new_hash: str) -> bool:
    """Replace a password hash; False when it is not the old one any more."""
    statement = (
        update(UserRow)
        .where(UserRow.id == user_id, UserRow.password_hash == old_hash)
        .values(password_hash=new_hash)
        .returning(UserRow.id)
    )
    return (await session.execute(statement)).first() is not None


async def set_disabled(session: Session, user_id: str, moment: datetime | None) -> bool:
    """Disable (since that moment) or enable (None) a person; False when there is none."""
    statement = update(UserRow).where(UserRow.id == user_id).values(disabled_at=moment).returning(UserRow.id)
    return (await session.execute(statement)).first() is not None
