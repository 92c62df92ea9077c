"""What comes before everything else: calls to models go their own way."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.identity.admissions import Admissions
from answerable.kit.runtime import Runtime

# Whoever changes somebody's access through this process must find it changed with the next call.
_ACCESS = (
    "/api/v1/api-keys",
    "/api/v1/users",
    "/api/v1/workspaces",
    "/api/v1/auth/browser",
    "/api/v1/auth/logout",
    "/api/v1/auth/refresh",
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class FrontDoor:
    def __init__(self, app: ASGIApp, *, relay: ASGIApp, runtime: Runtime) -> None:
        """`relay` serves what lies below `/v1/`, `app` all the rest."""
        self.app = app
        self._relay = relay
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/v1/"):
                await self._relay(scope, receive, send)
                return
            if path.startswith(_ACCESS) and scope["method"] not in _SAFE:
                send = self._forgetting(send)
        await self.app(scope, receive, send)

    def _forgetting(self, send: Send) -> Send:
        """Other processes hear of a change from the database, this one before its answer is sent."""

        async def forget_then_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._runtime.get(Admissions).forget_all()
            await send(message)

        return forget_then_send
