"""Acting within a conversation: what belongs to it is seen beside the workspace's own, by its owner alone.

The table of conversations is the chat slice's; here they are a place that access is given to, as workspaces
are. The database holds the same line (`enable_conversation_wall`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.params import Depends as Dependency

from answerable.identity import repository
from answerable.identity.access import AccessRule, DeferredContext, DeferredRule, RequestContext
from answerable.identity.authentication import BearerCredential
from answerable.identity.scopes import Scope
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden, NotFound
from answerable.kit.principal import Principal

_bearer = BearerCredential()
_WorkspaceHeader = Annotated[str | None, Header(alias="X-Workspace")]
_Conversation = Annotated[
    str | None,
    Query(description="Look within this conversation of yours: what belongs to it is seen too."),
]


async def enter(session: Session, session_id: str | None) -> Principal:
    """Go on within a conversation of the caller's own; None: as before. Who acts from now on.

    NotFound for anybody else's; Forbidden for a key that may not read conversations.
    """
    if session_id is None:
        return session.principal
    if Scope.CHAT_READ not in session.principal.scopes:
        raise Forbidden(
            f"Looking within a conversation needs the scope '{Scope.CHAT_READ}'. Leave session_id out, or "
            "use a key with that scope."
        )
    if not await repository.has_conversation(session, session_id):
        raise NotFound
    await session.enter(session_id)
    return session.principal


@dataclass(frozen=True, slots=True)
class WithinRule(AccessRule):
    """The same rule for an endpoint that may be asked to look within a conversation."""

    async def __call__(
        self,
        request: Request,
        credential: Annotated[str | None, Depends(_bearer)],
        workspace: _WorkspaceHeader = None,
        session_id: _Conversation = None,
    ) -> AsyncIterator[RequestContext]:
        """The context of one request. Raises as the rule and `enter` do."""
        opened = asynccontextmanager(AccessRule.__call__)
        async with opened(self, request, credential, workspace) as context:
            yield replace(context, principal=await enter(context.session, session_id))


@dataclass(frozen=True, slots=True)
class DeferredWithinRule(DeferredRule):
    """The same for an endpoint that computes before it has effects."""

    async def __call__(
        self,
        request: Request,
        credential: Annotated[str | None, Depends(_bearer)],
        workspace: _WorkspaceHeader = None,
        session_id: _Conversation = None,
    ) -> AsyncIterator[DeferredContext]:
        """The context of one request. Raises as the rule and `enter` do."""
        opened = asynccontextmanager(DeferredRule.__call__)
        async with opened(self, request, credential, workspace) as context:
            await enter_deferred(context, session_id)
            yield context


async def enter_deferred(context: DeferredContext, session_id: str | None) -> None:
    """Go on within a conversation, as `enter` does, where there is no transaction yet."""
    if session_id is not None:
        async with context.runtime.database.begin(context.principal) as session:
            context.principal = await enter(session, session_id)


def requires_within(scope: Scope) -> Dependency:
    """The dependency of an endpoint that needs a scope and may be given a conversation to look within; gives
    a RequestContext."""
    dependency: Dependency = Depends(WithinRule(scope), scope="function")
    return dependency


def requires_deferred_within(scope: Scope) -> Dependency:
    """The same without a transaction; gives a DeferredContext."""
    dependency: Dependency = Depends(DeferredWithinRule(AccessRule(scope)), scope="function")
    return dependency
