"""The rules of signing in, staying signed in and signing out.

Nothing here holds a connection while a password is hashed: a burst of sign-ins must not starve the
requests of those who are in. So these functions open their own short transactions.
"""

from __future__ import annotations

from datetime import timedelta

from answerable.identity import repository as access
from answerable.identity.access import AnonymousContext, RequestContext
from answerable.identity.emails import canonical_email
from answerable.identity.errors import RefreshTokenRefused, WrongCredentials
from answerable.identity.members import repository as members
from answerable.identity.passwords import Passwords
from answerable.identity.secrets_format import SecretKind, new_secret, secret_hash, well_formed
from answerable.identity.sessions import repository
from answerable.identity.sessions.schemas import Me
from answerable.identity.sessions.tokens import TokenPair, refresh_expiry, successor_of, token_pair
from answerable.identity.throttle.service import Attempt, admit, forgive
from answerable.identity.users import repository as users
from answerable.identity.users.schemas import UserOut
from answerable.identity.workspaces.schemas import MembershipOut, WorkspaceOut
from answerable.kit.db import Session
from answerable.kit.errors import Unauthenticated
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def sign_in(caller: AnonymousContext, email: str, password: str) -> TokenPair:
    """Tokens for a person. Raises TooManyRequests, and WrongCredentials alike for an unknown address, a
    wrong password and a disabled person, each after the same work."""
    runtime = caller.runtime
    passwords, now = runtime.get(Passwords), runtime.clock.now()
    address = canonical_email(email)
    attempt = Attempt(address or email, caller.client_address)
    async with runtime.database.begin(Principal.anonymous()) as session:
        await admit(session, attempt, runtime.settings.auth, now)
        user = None if address is None else await users.find_by_email(session, address)
    fits = await passwords.verify(None if user is None else user.password_hash, password)
    if user is None or not fits or user.disabled_at is not None:
        raise WrongCredentials
    new_hash = await passwords.hash(password) if passwords.outdated(user.password_hash) else None
    async with runtime.database.begin(Principal(user_id=user.id)) as session:
        # The password may have been changed while the hash was computed.
        present = await users.find_locked(session, user.id)
        if present is None or present.password_hash != user.password_hash or present.disabled_at is not None:
            raise WrongCredentials
        if new_hash is not None:
            await users.set_password(session, user.id, old_hash=user.password_hash, new_hash=new_hash)
        await repository.remove_expired(session, user.id, now)
        await forgive(session, attempt)
        return await open_session(runtime, session, user.id)


async def open_session(runtime: Runtime, session: Session, user_id: str) -> TokenPair:
    """A fresh sign-in of the session's own person, with its first tokens."""
    now = runtime.clock.now()
    token = new_secret(SecretKind.REFRESH_TOKEN)
    session_id = await repository.open_session(
        session, user_id, secret_hash(token), refresh_expiry(runtime, now)
    )
    return token_pair(runtime, user_id=user_id, session_id=session_id, refresh_token=token, now=now)


async def refresh(runtime: Runtime, token: str) -> TokenPair:
    """The next pair. A used token gives its successor again for a few seconds; after that its use
    revokes the whole sign-in, which stays revoked. Raises RefreshTokenRefused."""
    if not well_formed(SecretKind.REFRESH_TOKEN, token):
        raise RefreshTokenRefused
    digest = secret_hash(token)
    async with runtime.database.begin(Principal(key_hash=digest)) as session:
        user_id = await repository.owner_of_token(session, digest)
        pair = None if user_id is None else await _exchange(runtime, session, user_id, token)
    # After the transaction: a revocation must stay although the caller gets an error.
    if pair is None:
        raise RefreshTokenRefused
    return pair


async def _exchange(runtime: Runtime, session: Session, user_id: str, token: str) -> TokenPair | None:
    now, digest = runtime.clock.now(), secret_hash(token)
    await session.act_as(Principal(user_id=user_id))
    state = await repository.lock_family(session, digest)
    if state is None or not state.stands(now):
        return None
    successor = successor_of(runtime, token)
    if state.used_at is None:
        await repository.rotate(
            session,
            user_id,
            used=digest,
            successor=secret_hash(successor),
            now=now,
            expires_at=refresh_expiry(runtime, now),
        )
    elif now - state.used_at > timedelta(seconds=runtime.settings.auth.refresh_reuse_seconds):
        await repository.revoke(session, state.session_id, now)
        return None
    return token_pair(runtime, user_id=user_id, session_id=state.session_id, refresh_token=successor, now=now)


async def sign_out(runtime: Runtime, token: str) -> None:
    """End the sign-in of a refresh token. One that is unknown has nothing to end (RFC 7009)."""
    if not well_formed(SecretKind.REFRESH_TOKEN, token):
        return
    digest = secret_hash(token)
    async with runtime.database.begin(Principal(key_hash=digest)) as session:
        user_id = await repository.owner_of_token(session, digest)
        if user_id is None:
            return
        await session.act_as(Principal(user_id=user_id))
        state = await repository.lock_family(session, digest)
        if state is not None:
            await repository.revoke(session, state.session_id, runtime.clock.now())


async def me(context: RequestContext) -> Me:
    """Who calls. An API key sees its own workspace alone."""
    principal = context.principal
    user = await users.find(context.session, principal.user_id or "")
    if user is None:
        raise Unauthenticated
    only = principal.workspace_id if principal.key_id is not None else None
    memberships = await members.memberships_of(context.session, user.id, workspace_id=only)
    return Me(
        user=UserOut.of(user),
        memberships=[
            MembershipOut(workspace=WorkspaceOut.of(workspace), role=membership.role)
            for membership, workspace in memberships
        ],
        server_owner=await access.is_server_owner(context.session, user.id),
    )
