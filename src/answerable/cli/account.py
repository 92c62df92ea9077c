"""Signing in and registering as a person, to make the key that the other commands use."""

from __future__ import annotations

from pydantic import JsonValue

from answerable.cli.client import Client
from answerable.cli.credentials import Credentials
from answerable.cli.wire import NewApiKey, SignedIn

KEYS_PATH = "/api/v1/api-keys"


def register(url: str, email: str, password: str, workspace_name: str | None = None) -> SignedIn:
    """Makes an account with a workspace of its own and signs in. CommandFailed says why it cannot."""
    body: dict[str, JsonValue] = {"email": email, "password": password}
    if workspace_name is not None:
        body["workspace_name"] = workspace_name
    with Client(url) as nobody:
        return nobody.post("/api/v1/auth/register", SignedIn, body)


def sign_in(url: str, email: str, password: str) -> SignedIn:
    """Signs in. CommandFailed when the server refuses."""
    with Client(url) as nobody:
        return nobody.post("/api/v1/auth/login", SignedIn, {"email": email, "password": password})


def credentials_with(url: str, person: SignedIn, key: NewApiKey, password: str | None = None) -> Credentials:
    """What the data folder keeps of a new key."""
    workspace = person.workspace.id if person.workspace is not None else ""
    return Credentials(url, key.key, person.user.email, workspace, password)
