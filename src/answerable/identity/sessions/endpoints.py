"""HTTP of registering, signing in and out."""

from __future__ import annotations

from typing import Annotated

from answerable.identity.access import AnonymousContext, RequestContext, anonymous, authenticated
from answerable.identity.sessions import registration, service
from answerable.identity.sessions.schemas import (
    Credentials,
    Me,
    RefreshRequest,
    Registered,
    Registration,
    Tokens,
)
from answerable.identity.sessions.tokens import TokenPair
from answerable.identity.users.schemas import UserOut
from answerable.identity.workspaces.schemas import WorkspaceOut
from answerable.kit.http import Router

router = Router(prefix="/auth", tags=["auth"])


@router.post("/register", status_code=201)
async def register(wanted: Registration, caller: Annotated[AnonymousContext, anonymous()]) -> Registered:
    """Register. The first person may always, and owns the server."""
    made = await registration.register(caller, wanted)
    return Registered(
        user=UserOut.of(made.user),
        workspace=WorkspaceOut.of(made.workspace),
        access_token=made.tokens.access_token,
        refresh_token=made.tokens.refresh_token,
        expires_in=made.tokens.expires_in,
    )


@router.post("/login")
async def sign_in(credentials: Credentials, caller: Annotated[AnonymousContext, anonymous()]) -> Tokens:
    """Sign in with an e-mail address and a password."""
    return _tokens(await service.sign_in(caller, credentials.email, credentials.password))


@router.post("/refresh")
async def refresh(request: RefreshRequest, caller: Annotated[AnonymousContext, anonymous()]) -> Tokens:
    """Exchange a refresh token for the next pair. Each token is good once; using it again later ends
    the whole sign-in."""
    return _tokens(await service.refresh(caller.runtime, request.refresh_token))


@router.post("/logout", status_code=204)
async def sign_out(request: RefreshRequest, caller: Annotated[AnonymousContext, anonymous()]) -> None:
    """End the sign-in that a refresh token belongs to, with its access tokens and open streams."""
    await service.sign_out(caller.runtime, request.refresh_token)


@router.get("/me")
async def read_me(context: Annotated[RequestContext, authenticated()]) -> Me:
    """Who calls, and the workspaces they are in."""
    return await service.me(context)


def _tokens(pair: TokenPair) -> Tokens:
    return Tokens(
        access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in
    )
