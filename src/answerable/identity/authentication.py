"""From a request's credential to a principal, asking the database anew on each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.openapi.models import HTTPBearer as BearerModel
from fastapi.security.base import SecurityBase

from answerable.identity import repository
from answerable.identity.access_tokens import AccessTokens
from answerable.identity.browser.cookies import access_credential
from answerable.identity.scopes import effective_scopes
from answerable.identity.secrets_format import SecretKind, secret_hash, well_formed
from answerable.kit.db import Session
from answerable.kit.errors import NotFound, Unauthenticated
from answerable.kit.principal import Principal, Role
from answerable.kit.runtime import Runtime

KEY_USE_INTERVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Admission:
    """Who was let in. `note_key_use` says that the key's `last_used_at` lags behind by a minute or more."""

    principal: Principal
    note_key_use: bool = False


class BearerCredential(SecurityBase):
    """Reads a credential where it may stand: a single `Authorization: Bearer …` header, or, without any
    such header, the access token in a browser's cookie.

    No other header, no query parameter: those end up in logs and caches. An API key in no cookie.
    """

    def __init__(self) -> None:
        self.model = BearerModel(description="An access token from signing in, or an API key.")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> str | None:
        """The credential, or None when there is none or the header says something else. Raises
        CsrfHeaderMissing."""
        values = request.headers.getlist("authorization")
        if not values:
            return access_credential(request)
        if len(values) != 1:
            return None
        scheme, _, credential = values[0].partition(" ")
        return credential.strip() if scheme.lower() == "bearer" and credential.strip() else None


def presented(runtime: Runtime, credential: str | None) -> Principal:
    """Whom a credential names, as yet unasked: enough to begin a transaction that can look them up.

    Raises Unauthenticated for what is no credential, or a token that is not ours or has run out.
    """
    if credential is None:
        raise Unauthenticated
    if credential.startswith(f"{SecretKind.API_KEY}_"):
        if not well_formed(SecretKind.API_KEY, credential):
            raise Unauthenticated
        return Principal(key_hash=secret_hash(credential))
    subject = runtime.get(AccessTokens).read(credential, runtime.clock.now())
    return Principal(user_id=subject.user_id, session_id=subject.session_id)


async def authenticate(
    runtime: Runtime, session: Session, credential: str | None, workspace_id: str | None
) -> Admission:
    """Whose credential it is. The session goes on as that principal.

    `workspace_id` is the workspace that the request names, if it does. Raises Unauthenticated for
    every credential that is not good now, NotFound for a workspace that is not the caller's.
    """
    await session.act_as(presented(runtime, credential))
    return await admit_presented(runtime, session, workspace_id)


async def admit_presented(runtime: Runtime, session: Session, workspace_id: str | None) -> Admission:
    """The same for a session that was begun as the principal that `presented` gave."""
    key_hash = session.principal.key_hash
    if key_hash is not None:
        return await _authenticate_key(runtime, session, key_hash, workspace_id)
    return await _authenticate_person(runtime, session, session.principal, workspace_id)


async def _authenticate_person(
    runtime: Runtime, session: Session, subject: Principal, workspace_id: str | None
) -> Admission:
    now = runtime.clock.now()
    access = await repository.person_access(
        session,
        user_id=subject.user_id or "",
        session_id=subject.session_id or "",
        workspace_id=workspace_id,
    )
    if access is None or not _person_is_good(access, now):
        raise Unauthenticated
    if access.role is None and workspace_id is not None:
        raise NotFound
    role = None if access.role is None else Role(access.role)
    principal = Principal(
        workspace_id=access.workspace_id,
        user_id=subject.user_id,
        role=role,
        scopes=frozenset() if role is None else effective_scopes(role, None),
        session_id=subject.session_id,
    )
    await session.act_as(principal)
    return Admission(principal)


async def _authenticate_key(
    runtime: Runtime, session: Session, key_hash: bytes, workspace_id: str | None
) -> Admission:
    access = await repository.key_access(session, key_hash=key_hash)
    now = runtime.clock.now()
    if access is None or not _key_is_good(access, now):
        raise Unauthenticated
    if workspace_id not in (None, access.workspace_id):
        raise NotFound
    role = Role(access.role)
    principal = Principal(
        workspace_id=access.workspace_id,
        user_id=access.user_id,
        role=role,
        scopes=effective_scopes(role, access.scopes),
        key_id=access.key_id,
    )
    await session.act_as(principal)
    used = access.last_used_at
    return Admission(principal, note_key_use=used is None or used < now - KEY_USE_INTERVAL)


async def present_scopes(session: Session, principal: Principal, now: datetime) -> frozenset[str] | None:
    """What a principal that was let in before may do now; None when it may do nothing any more."""
    if principal.key_id is not None:
        key = await repository.key_access_by_id(session, key_id=principal.key_id)
        if key is None or not _key_is_good(key, now):
            return None
        return effective_scopes(Role(key.role), key.scopes)
    person = await repository.person_access(
        session,
        user_id=principal.user_id or "",
        session_id=principal.session_id or "",
        workspace_id=principal.workspace_id,
    )
    if person is None or person.role is None or not _person_is_good(person, now):
        return None
    return effective_scopes(Role(person.role), None)


def _person_is_good(access: repository.PersonAccess, now: datetime) -> bool:
    return access.disabled_at is None and access.revoked_at is None and access.expires_at > now


def _key_is_good(access: repository.KeyAccess, now: datetime) -> bool:
    alive = access.expires_at is None or access.expires_at > now
    return alive and access.disabled_at is None and access.revoked_at is None
