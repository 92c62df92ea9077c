"""The door of every endpoint: who calls, may they, and the one transaction that they work in.

    @router.get("/documents")
    async def list_documents(context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]) -> …

The transaction commits when the endpoint has returned and before the response is sent; any
exception rolls it back. The workspace is the one in the path (`{workspace_id}`), else the one in
`X-Workspace`, else the API key's own or the one that the person joined first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.params import Depends as Dependency

from answerable.identity import repository
from answerable.identity.authentication import (
    KEY_USE_INTERVAL,
    Admission,
    BearerCredential,
    admit_presented,
    presented,
)
from answerable.identity.scopes import Scope
from answerable.identity.watch import watch_access
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden
from answerable.kit.http import claim, replay_if_known
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

__all__ = [
    "AccessRule",
    "AnonymousContext",
    "DeferredContext",
    "DeferredRule",
    "PersonContext",
    "RequestContext",
    "Scope",
    "anonymous",
    "authenticated",
    "person",
    "person_without_transaction",
    "requires",
    "requires_deferred",
    "server_owner",
    "watch_access",
]

_bearer = BearerCredential()
_WorkspaceHeader = Annotated[
    str | None,
    Header(alias="X-Workspace", description="The workspace to work in, for a person who is in several."),
]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What an endpoint gets: who calls, their transaction, the running system."""

    principal: Principal
    session: Session
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class PersonContext:
    """A signed-in person, without a transaction, for work that must not hold a connection."""

    principal: Principal
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class AnonymousContext:
    """Nobody yet. `client_address` is the peer's, as the server's trusted proxies give it."""

    runtime: Runtime
    client_address: str


class DeferredContext:
    """Who calls, with no transaction yet: nothing of the database is held while the endpoint computes."""

    def __init__(
        self, principal: Principal, runtime: Runtime, request: Request, opened: AsyncExitStack
    ) -> None:
        self.principal = principal
        self.runtime = runtime
        self._request = request
        self._opened = opened

    async def begin(self) -> Session:
        """The request's transaction, for its effects: it claims the idempotency key, and commits when
        the endpoint has returned. Call it once, after the computation."""
        session = await self._opened.enter_async_context(self.runtime.database.begin(self.principal))
        await claim(session, self._request)
        return session


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call an endpoint; FastAPI calls it as a dependency, tests read it off the route.

    `scope` None asks for a good credential alone, with a workspace or without one. `person_only`
    refuses API keys. `answer_is_secret` keeps the answer out of the idempotency record.
    """

    scope: Scope | None = None
    person_only: bool = False
    server_owner_only: bool = False
    answer_is_secret: bool = False

    async def __call__(
        self,
        request: Request,
        credential: Annotated[str | None, Depends(_bearer)],
        workspace: _WorkspaceHeader = None,
    ) -> AsyncIterator[RequestContext]:
        """The context of one request. Raises Unauthenticated, NotFound or Forbidden."""
        runtime: Runtime = request.app.state.runtime
        async with _opened(runtime, request, credential, workspace) as (session, admission):
            principal = admission.principal
            await self.check(session, principal)
            await claim(session, request, answer_is_secret=self.answer_is_secret)
            yield RequestContext(principal, session, runtime)
        if admission.note_key_use:
            await _note_key_use(runtime, principal)

    async def admit(self, request: Request) -> None:
        """The same check before the body is read; the request's own transaction repeats it."""
        runtime: Runtime = request.app.state.runtime
        credential, header = await _bearer(request), request.headers.get("X-Workspace")
        async with _opened(runtime, request, credential, header) as (session, admission):
            await self.check(session, admission.principal)

    async def check(self, session: Session, principal: Principal) -> None:
        """Raises Forbidden when the principal may not pass."""
        if self.person_only and principal.key_id is not None:
            raise Forbidden(
                "An API key cannot do this. Sign in and use the access token.", reason="key_cannot"
            )
        if self.server_owner_only and not await repository.is_server_owner(session, principal.user_id or ""):
            raise Forbidden("Only the owner of the server may do this.", reason="server_owner_only")
        if self.scope is not None and principal.workspace_id is None:
            raise Forbidden(
                "You are in no workspace. Create one, or accept an invitation.", reason="no_workspace"
            )
        if self.scope is not None and self.scope not in principal.scopes:
            raise Forbidden(
                f"This needs the scope '{self.scope}'. Ask an administrator of the workspace for a role "
                "or key that has it.",
                reason="needs_scope",
            )


@dataclass(frozen=True, slots=True)
class DeferredRule:
    """The same rule for an endpoint that computes before it has effects; gives a DeferredContext."""

    rule: AccessRule

    async def __call__(
        self,
        request: Request,
        credential: Annotated[str | None, Depends(_bearer)],
        workspace: _WorkspaceHeader = None,
    ) -> AsyncIterator[DeferredContext]:
        """The context of one request. Raises as the rule does."""
        runtime: Runtime = request.app.state.runtime
        async with _opened(runtime, request, credential, workspace) as (session, admission):
            principal = admission.principal
            await self.rule.check(session, principal)
            await replay_if_known(session, request)
        async with AsyncExitStack() as opened:
            yield DeferredContext(principal, runtime, request, opened)
        if admission.note_key_use:
            await _note_key_use(runtime, principal)


@asynccontextmanager
async def _opened(
    runtime: Runtime, request: Request, credential: str | None, header: str | None
) -> AsyncIterator[tuple[Session, Admission]]:
    """One transaction, gone on as whoever the request's credential belongs to."""
    workspace_id: str | None = request.path_params.get("workspace_id", header)
    async with runtime.database.begin(presented(runtime, credential)) as session:
        yield session, await admit_presented(runtime, session, workspace_id)


async def _note_key_use(runtime: Runtime, principal: Principal) -> None:
    """After the request's own transaction: the row's lock must not outlive this statement, or a
    long request would hold up the key's revocation."""
    now = runtime.clock.now()
    async with runtime.database.begin(principal) as session:
        await repository.note_key_use(session, principal, now, KEY_USE_INTERVAL)


def requires(scope: Scope, *, answer_is_secret: bool = False) -> Dependency:
    """The dependency of an endpoint that needs a scope within a workspace; gives a RequestContext."""
    return _dependency(AccessRule(scope, answer_is_secret=answer_is_secret))


def requires_deferred(scope: Scope) -> Dependency:
    """The dependency of an endpoint that needs a scope within a workspace and waits for a computation
    before it writes, or writes nothing; gives a DeferredContext."""
    dependency: Dependency = Depends(DeferredRule(AccessRule(scope)), scope="function")
    return dependency


def authenticated() -> Dependency:
    """The dependency of an endpoint for any good credential; gives a RequestContext whose principal
    may have no workspace."""
    return _dependency(AccessRule())


def person() -> Dependency:
    """The dependency of an endpoint for people alone, no API keys; gives a RequestContext whose
    principal may have no workspace."""
    return _dependency(AccessRule(person_only=True))


def server_owner() -> Dependency:
    """The dependency of an endpoint for the server's owner alone; gives a RequestContext."""
    return _dependency(AccessRule(person_only=True, server_owner_only=True))


def _dependency(rule: AccessRule) -> Dependency:
    # The scope "function" ends the dependency, and so commits, before the response is sent.
    dependency: Dependency = Depends(rule, scope="function")
    return dependency


async def _signed_in_person(
    request: Request,
    credential: Annotated[str | None, Depends(_bearer)],
) -> PersonContext:
    runtime: Runtime = request.app.state.runtime
    async with _opened(runtime, request, credential, None) as (session, admission):
        await AccessRule(person_only=True).check(session, admission.principal)
    return PersonContext(admission.principal, runtime)


def person_without_transaction() -> Dependency:
    """The dependency of an endpoint that computes for long on a person's behalf; gives a PersonContext."""
    dependency: Dependency = Depends(_signed_in_person)
    return dependency


async def _nobody(request: Request) -> AnonymousContext:
    address = request.client.host if request.client is not None else "unknown"
    return AnonymousContext(request.app.state.runtime, address)


def anonymous() -> Dependency:
    """The dependency of an endpoint that needs no credential; gives an AnonymousContext."""
    dependency: Dependency = Depends(_nobody)
    return dependency
