"""The rules of registering: who may, and what a fresh person starts with."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.identity.access import AnonymousContext
from answerable.identity.errors import EmailTaken, RegistrationClosed
from answerable.identity.invitations import service as invitations
from answerable.identity.passwords import Passwords
from answerable.identity.sessions import service as sessions
from answerable.identity.sessions.schemas import Registration
from answerable.identity.sessions.tokens import TokenPair
from answerable.identity.tables import UserRow, WorkspaceRow
from answerable.identity.throttle.service import admit_registration
from answerable.identity.users import repository as users
from answerable.identity.workspaces import service as workspaces
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What registering made."""

    user: UserRow
    workspace: WorkspaceRow
    tokens: TokenPair


async def register(caller: AnonymousContext, wanted: Registration) -> NewPerson:
    """A person with a workspace of their own, or in the one that invited them; the first person owns
    the server. Raises InvalidInput, RegistrationClosed, EmailTaken, InvitationRefused, TooManyRequests."""
    runtime = caller.runtime
    passwords = runtime.get(Passwords)
    passwords.check(wanted.password)
    if wanted.invitation_token is not None and wanted.workspace_name is not None:
        raise InvalidInput(
            "An invitation leads into its own workspace. Leave 'workspace_name' out.",
            errors=[FieldError("workspace_name", "not with an invitation")],
        )
    async with runtime.database.begin(Principal.anonymous()) as session:
        await admit_registration(session, caller.client_address, runtime.settings.auth, runtime.clock.now())
        if not await _may_register(runtime, session, wanted):
            raise RegistrationClosed
        if await users.find_by_email(session, wanted.email) is not None:
            raise EmailTaken
    password_hash = await passwords.hash(wanted.password)
    user_id = ids.new_id("usr")
    async with runtime.database.begin(Principal(user_id=user_id)) as session:
        return await _add(runtime, session, wanted, user_id, password_hash)


async def _may_register(runtime: Runtime, session: Session, wanted: Registration) -> bool:
    if runtime.settings.auth.registration == "open" or wanted.invitation_token is not None:
        return True  # the invitation is checked where it is accepted
    return not await users.server_has_owner(session)


async def _add(
    runtime: Runtime, session: Session, wanted: Registration, user_id: str, password_hash: str
) -> NewPerson:
    name = wanted.name or wanted.email.partition("@")[0]
    user = await users.add(
        session, user_id=user_id, email=wanted.email, name=name, password_hash=password_hash
    )
    if user is None:
        raise EmailTaken
    first = await users.claim_server(session, user_id)
    # Asked again: of two first people who register at once, one is first.
    if not first and not await _may_register(runtime, session, wanted):
        raise RegistrationClosed
    tokens = await sessions.open_session(runtime, session, user_id)
    if wanted.invitation_token is not None:
        workspace, _ = await invitations.accept(runtime, session, user, wanted.invitation_token)
    else:
        workspace = await workspaces.create(session, user_id, wanted.workspace_name or f"{name}'s workspace")
    return NewPerson(user, workspace, tokens)
