"""HTTP of signing in from a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from answerable.identity.access import AnonymousContext, anonymous
from answerable.identity.browser import cookies
from answerable.identity.browser import service as browser
from answerable.identity.browser.schemas import BrowserRegistered, Setup, SignedIn
from answerable.identity.sessions import registration, service
from answerable.identity.sessions.schemas import Credentials, RefreshRequest, Registration
from answerable.identity.sessions.tokens import TokenPair
from answerable.identity.users.schemas import UserOut
from answerable.identity.workspaces.schemas import WorkspaceOut
from answerable.kit.http import Router

router = Router(prefix="/auth", tags=["auth"])

Nobody = Annotated[AnonymousContext, anonymous()]
_OWN_PAGE = [Depends(cookies.require_csrf_header)]


@router.get("/setup")
async def read_setup(caller: Nobody) -> Setup:
    """What the way in shows: registering the first person, or signing in."""
    return await browser.setup(caller.runtime)


@router.post("/browser/register", status_code=201, dependencies=_OWN_PAGE)
async def register(
    request: Request, response: Response, wanted: Registration, caller: Nobody
) -> BrowserRegistered:
    """Register, as `/auth/register` does, with the tokens in cookies."""
    made = await registration.register(caller, wanted)
    _keep(request, response, caller, made.tokens)
    return BrowserRegistered(
        expires_in=made.tokens.expires_in,
        user=UserOut.of(made.user),
        workspace=WorkspaceOut.of(made.workspace),
    )


@router.post("/browser/login", dependencies=_OWN_PAGE)
async def sign_in(request: Request, response: Response, credentials: Credentials, caller: Nobody) -> SignedIn:
    """Sign in with an e-mail address and a password; the tokens are in cookies."""
    return _keep(
        request, response, caller, await service.sign_in(caller, credentials.email, credentials.password)
    )


@router.post("/browser/exchange", dependencies=_OWN_PAGE)
async def exchange(request: Request, response: Response, given: RefreshRequest, caller: Nobody) -> SignedIn:
    """Go on in the browser with a sign-in that a program holds: its refresh token, which is good once."""
    return _keep(request, response, caller, await service.refresh(caller.runtime, given.refresh_token))


@router.post("/browser/refresh", dependencies=_OWN_PAGE)
async def refresh(request: Request, response: Response, caller: Nobody) -> SignedIn:
    """The next pair of cookies. A refresh token that is used again later ends the whole sign-in."""
    return _keep(
        request, response, caller, await service.refresh(caller.runtime, cookies.refresh_token(request))
    )


@router.post("/browser/logout", status_code=204, dependencies=_OWN_PAGE)
async def sign_out(request: Request, response: Response, caller: Nobody) -> None:
    """End the sign-in with its open streams, and drop the cookies."""
    await service.sign_out(caller.runtime, cookies.refresh_token(request))
    cookies.forget(request, response)


def _keep(request: Request, response: Response, caller: AnonymousContext, pair: TokenPair) -> SignedIn:
    seconds = caller.runtime.settings.auth.refresh_token_seconds
    cookies.keep(request, response, pair, refresh_seconds=seconds)
    return SignedIn(expires_in=pair.expires_in)
