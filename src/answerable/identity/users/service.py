"""The rules of people: their profile, their password, and who is let in at all."""

from __future__ import annotations

from dataclasses import replace

from answerable.identity.access import PersonContext, RequestContext
from answerable.identity.errors import WrongCredentials
from answerable.identity.passwords import Passwords
from answerable.identity.sessions import repository as sessions
from answerable.identity.tables import UserRow
from answerable.identity.throttle.service import Attempt, admit, forgive
from answerable.identity.users import repository
from answerable.identity.users.schemas import UserOut
from answerable.kit.errors import Conflict, NotFound
from answerable.kit.paging import Page, PageRequest, make_page


async def own(context: RequestContext) -> UserRow:
    """The caller."""
    return await _found(context, context.principal.user_id or "")


async def rename(context: RequestContext, name: str) -> UserRow:
    """The caller, under a new name."""
    await repository.set_name(context.session, context.principal.user_id or "", name)
    return await own(context)


async def change_password(context: PersonContext, client_address: str, current: str, new: str) -> None:
    """Replace the caller's password and end their other sign-ins.

    Guesses at the current password count as attempts to sign in. Raises WrongCredentials,
    InvalidInput, TooManyRequests. No connection is held while hashes are computed.
    """
    runtime, user_id = context.runtime, context.principal.user_id or ""
    passwords, now = runtime.get(Passwords), runtime.clock.now()
    passwords.check(new, field="new_password")
    async with runtime.database.begin(context.principal) as session:
        user = await repository.find(session, user_id)
        if user is None:
            raise NotFound
        attempt = Attempt(user.email, client_address)
        await admit(session, attempt, runtime.settings.auth, now)
    if not await passwords.verify(user.password_hash, current):
        raise WrongCredentials
    new_hash = await passwords.hash(new)
    async with runtime.database.begin(context.principal) as session:
        if not await repository.set_password(
            session, user_id, old_hash=user.password_hash, new_hash=new_hash
        ):
            raise WrongCredentials
        await sessions.revoke_all(session, user_id, now, but=context.principal.session_id)
        await forgive(session, attempt)


async def page_of_people(context: RequestContext, page: PageRequest) -> Page[UserOut]:
    """Everybody on the server."""
    rows = await repository.page_of_all(context.session, page)
    return make_page(rows, page, UserOut.of, lambda row: (row.created_at, row.id))


async def person(context: RequestContext, user_id: str) -> UserRow:
    """Anybody on the server. Raises NotFound."""
    return await _found(context, user_id)


async def set_disabled(context: RequestContext, user_id: str, *, disabled: bool) -> UserRow:
    """Shut a person out, or let them in again. Their sign-ins end for good; their API keys work again
    once they are let in. Raises NotFound, and Conflict for the server's owner themselves."""
    if user_id == context.principal.user_id:
        raise Conflict("The owner of the server cannot be disabled.")
    now = context.runtime.clock.now()
    user = await _found(context, user_id)
    if disabled != (user.disabled_at is not None):
        await repository.set_disabled(context.session, user_id, now if disabled else None)
        await context.session.refresh(user)
        # Sign-ins stand behind a wall of their person's own: go through it as that person and back.
        await context.session.act_as(replace(context.principal, user_id=user_id))
        await sessions.revoke_all(context.session, user_id, now)
        await context.session.act_as(context.principal)
    return user


async def _found(context: RequestContext, user_id: str) -> UserRow:
    user = await repository.find(context.session, user_id)
    if user is None:
        raise NotFound
    return user
