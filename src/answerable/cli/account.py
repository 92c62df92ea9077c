"""Signing in and registering as a person, to make the key that the other commands use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from answerable.cli.client import Client
from answerable.cli.credentials import Credentials
from answerable.cli.failure import CommandFailed
from answerable.cli.wire import Me, NewApiKey, Tokens

KEYS_PATH = "/api/v1/api-keys"


@dataclass(frozen=True)
class Person:
    """Somebody who signed in: `token` speaks for them for some minutes."""

    email: str
    workspace_id: str
    token: str
    role: str = "viewer"

    @property
    def key_scopes(self) -> dict[str, JsonValue]:
        """What a key for this person's own commands asks for: administrators configure models with theirs,
        which other keys may do only when they are made with it."""
        return {"more_scopes": ["models:write"]} if self.role in ("owner", "admin") else {}


def register(url: str, email: str, password: str, workspace_name: str | None = None) -> Person:
    """Makes an account with a workspace of its own and signs in. CommandFailed says why it cannot."""
    body: dict[str, JsonValue] = {"email": email, "password": password}
    if workspace_name is not None:
        body["workspace_name"] = workspace_name
    with Client(url) as nobody:
        tokens = nobody.post("/api/v1/auth/register", Tokens, body)
    return _person(url, tokens)


def sign_in(url: str, email: str, password: str) -> Person:
    """Signs in. CommandFailed when the server refuses."""
    with Client(url) as nobody:
        tokens = nobody.post("/api/v1/auth/login", Tokens, {"email": email, "password": password})
    return _person(url, tokens)


def browser_link(url: str, email: str, password: str) -> str:
    """An address that signs a browser in, once; the secret is in its fragment, which no server sees.
    CommandFailed when the server refuses."""
    with Client(url) as nobody:
        tokens = nobody.post("/api/v1/auth/login", Tokens, {"email": email, "password": password})
    return f"{url}/#sign-in={tokens.refresh_token}"


def make_key(url: str, token: str, body: Mapping[str, JsonValue]) -> NewApiKey:
    """Makes an API key; `body` holds its name, and its scopes and end if it has any."""
    with Client(url, token) as client:
        return client.post(KEYS_PATH, NewApiKey, body)


def credentials_of(url: str, person: Person, key: NewApiKey, password: str | None = None) -> Credentials:
    """What the data folder keeps of a new key."""
    return Credentials(url, key.key, person.email, person.workspace_id, password)


def _person(url: str, tokens: Tokens) -> Person:
    with Client(url, tokens.access_token) as client:
        me = client.get("/api/v1/auth/me", Me)
    if not me.memberships:
        raise CommandFailed(f"{me.user.email} is in no workspace: ask somebody for an invitation.")
    first = me.memberships[0]
    return Person(me.user.email, first.workspace.id, tokens.access_token, first.role)
