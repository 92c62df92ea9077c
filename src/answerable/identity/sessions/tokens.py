"""Pairs of an access and a refresh token.

A refresh token's successor derives from it under a key of the server's. So a token that is presented
twice within a moment, by two tabs, gives the same successor twice: the family never branches, and
whoever holds a stolen copy is found out at the next use.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from answerable.identity.access_tokens import AccessTokens, TokenSubject
from answerable.identity.secret import ServerSecret
from answerable.identity.secrets_format import SecretKind, derived_secret
from answerable.kit.runtime import Runtime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a sign-in gives; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def token_pair(
    runtime: Runtime, *, user_id: str, session_id: str, refresh_token: str, now: datetime
) -> TokenPair:
    """A fresh access token beside a refresh token."""
    tokens = runtime.get(AccessTokens)
    access_token = tokens.issue(TokenSubject(user_id, session_id), now)
    return TokenPair(access_token, refresh_token, tokens.seconds)


def successor_of(runtime: Runtime, refresh_token: str) -> str:
    """The one refresh token that a refresh token is exchanged for."""
    key = runtime.get(ServerSecret).key("refresh tokens")
    return derived_secret(
        SecretKind.REFRESH_TOKEN, hmac.new(key, refresh_token.encode(), hashlib.sha256).digest()
    )


def refresh_expiry(runtime: Runtime, now: datetime) -> datetime:
    """When a refresh token that is made now runs out."""
    return now + timedelta(seconds=runtime.settings.auth.refresh_token_seconds)
