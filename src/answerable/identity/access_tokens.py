"""Access tokens: short-lived JWTs (RFC 7519) signed with HS256, read with nothing left to choose.

A token only names the person and the sign-in; what they may do is read from the database on each
request, so that a token cannot outlive a demotion.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from answerable.identity.secret import ServerSecret
from answerable.kit.errors import Unauthenticated

_ALGORITHM = "HS256"
_HEADER = {"alg": _ALGORITHM, "typ": "JWT"}
_ISSUER = "answerable"
_AUDIENCE = "answerable-api"
_CLOCK_SKEW_SECONDS = 5
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """Whom an access token names."""

    user_id: str
    session_id: str


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, secret: ServerSecret, *, seconds: int) -> None:
        self._key = OctKey.import_key(secret.key("access tokens"))
        self.seconds = seconds

    def issue(self, subject: TokenSubject, now: datetime) -> str:
        """A token that is valid from now on, for `seconds`."""
        issued = int(now.timestamp())
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": subject.user_id,
            "sid": subject.session_id,
            "jti": secrets.token_urlsafe(12),
            "iat": issued,
            "exp": issued + self.seconds,
        }
        return jwt.encode(dict(_HEADER), claims, self._key, algorithms=[_ALGORITHM])

    def read(self, token: str, now: datetime) -> TokenSubject:
        """Whom the token names. Raises Unauthenticated unless it is one that `issue` made and that
        has not expired; no header can choose an algorithm, a key or an extension."""
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": _AUDIENCE},
            sub={"essential": True},
            sid={"essential": True},
            jti={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )
        if len(token) > _LONGEST:
            raise Unauthenticated
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            registry.validate(decoded.claims)
        except (JoseError, ValueError):
            raise Unauthenticated from None
        session_id = decoded.claims["sid"]
        if decoded.header != _HEADER or not isinstance(session_id, str):
            raise Unauthenticated
        return TokenSubject(user_id=decoded.claims["sub"], session_id=session_id)
