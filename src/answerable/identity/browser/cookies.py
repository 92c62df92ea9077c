"""The two cookies of a browser's sign-in, and the header that a request by cookie must carry.

Attributes after RFC 6265bis: HttpOnly keeps scripts out, SameSite=Strict other sites. SameSite counts
sites, not origins: a page on a sibling host or another port is the same site, so the header is asked
for as well. A page of another origin cannot send it without a preflight, which the API does not grant.
"""

from __future__ import annotations

from fastapi import Request, Response

from answerable.identity.secrets_format import SecretKind
from answerable.identity.sessions.tokens import TokenPair
from answerable.kit.errors import Forbidden

CSRF_HEADER = "X-Answerable-CSRF"
ACCESS_COOKIE = "answerable_access"
REFRESH_COOKIE = "answerable_refresh"
_ACCESS_PATH = "/api"
_REFRESH_PATH = "/api/v1/auth/browser"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfHeaderMissing(Forbidden):
    code, title = "csrf_header_missing", "Not from a page of this server"

    def __init__(self) -> None:
        super().__init__(f"A request that is signed in by a cookie needs the header '{CSRF_HEADER}: 1'.")


def require_csrf_header(request: Request) -> None:
    """Raises CsrfHeaderMissing for a request that another site's page could have sent."""
    if request.headers.get(CSRF_HEADER) != "1":
        raise CsrfHeaderMissing


def access_credential(request: Request) -> str | None:
    """The access token in the request's cookie; None without one, and for an API key, which has no
    business there. Raises CsrfHeaderMissing for a request by cookie that changes something."""
    token = request.cookies.get(ACCESS_COOKIE)
    if not token or token.startswith(f"{SecretKind.API_KEY}_"):
        return None
    if request.method not in _SAFE:
        require_csrf_header(request)
    return token


def refresh_token(request: Request) -> str:
    """The refresh token in the request's cookie; empty without one."""
    return request.cookies.get(REFRESH_COOKIE, "")


def keep(request: Request, response: Response, pair: TokenPair, *, refresh_seconds: int) -> None:
    """Put a pair of tokens into the answer's cookies."""
    secure = request.url.scheme == "https"
    for name, value, path, seconds in (
        (ACCESS_COOKIE, pair.access_token, _ACCESS_PATH, pair.expires_in),
        (REFRESH_COOKIE, pair.refresh_token, _REFRESH_PATH, refresh_seconds),
    ):
        response.set_cookie(
            name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="strict"
        )


def forget(request: Request, response: Response) -> None:
    """Have the browser drop both cookies."""
    secure = request.url.scheme == "https"
    for name, path in ((ACCESS_COOKIE, _ACCESS_PATH), (REFRESH_COOKIE, _REFRESH_PATH)):
        response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="strict")
