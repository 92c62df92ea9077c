"""People and workspaces, made through the public API as an app would make them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import httpx

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Caller:
    """Someone with credentials. Its methods are httpx's, with the credentials added."""

    client: httpx.AsyncClient
    token: str
    email: str = ""
    workspace_id: str = ""
    user_id: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that carry the credentials."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return {**headers, "X-Workspace": self.workspace_id} if self.workspace_id else headers

    async def request(self, method: str, url: str, **options: object) -> httpx.Response:
        """Send a request with the caller's credentials."""
        headers = {**self.headers, **options.pop("headers", {})}  # type: ignore[dict-item]
        return await self.client.request(method, url, headers=headers, **options)  # type: ignore[arg-type]

    async def get(self, url: str, **options: object) -> httpx.Response:
        """GET."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: object) -> httpx.Response:
        """POST."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: object) -> httpx.Response:
        """PUT."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: object) -> httpx.Response:
        """PATCH."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: object) -> httpx.Response:
        """DELETE."""
        return await self.request("DELETE", url, **options)


@dataclass(frozen=True)
class Workspace:
    """A workspace and its owner."""

    id: str
    owner: Caller

    async def member(self, role: str) -> Caller:
        """A fresh person with a role here, who was invited and accepted."""
        client = self.owner.client
        person = (await register(client)).owner
        invited = await self.owner.post(
            f"/api/v1/workspaces/{self.id}/invitations", json={"email": person.email, "role": role}
        )
        assert invited.status_code == 201, invited.text
        accepted = await client.post(
            "/api/v1/invitations/accept",
            json={"token": invited.json()["token"]},
            headers={"Authorization": f"Bearer {person.token}"},
        )
        assert accepted.status_code == 200, accepted.text
        return Caller(client, person.token, person.email, self.id, person.user_id)


async def register(client: httpx.AsyncClient) -> Workspace:
    """Register a fresh person with a workspace of their own."""
    email = f"{secrets.token_hex(8)}@example.com"
    answer = await client.post(
        "/api/v1/auth/register",
        json={"email": email, "password": PASSWORD, "name": "Ada", "workspace_name": f"Team {email[:6]}"},
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    workspace_id = body["workspace"]["id"]
    caller = Caller(client, body["access_token"], email, workspace_id, body["user"]["id"])
    return Workspace(workspace_id, caller)
