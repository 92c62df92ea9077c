"""Refuses requests that name a foreign host (DNS rebinding) or come from a foreign page (CSRF)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.api.problems import problem
from answerable.kit.errors import Forbidden


class ForeignRequest(Forbidden):
    """A request for another host, or from another origin."""

    def __init__(self, code: str, header: str, setting: str) -> None:
        super().__init__(
            f"This server does not answer for that {header}. An operator can allow it with {setting}."
        )
        self.code = code


class OriginRule:
    """Which hosts requests may name, and which browser origins they may come from."""

    def __init__(self, hosts: Sequence[str], origins: Sequence[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    def refusal(self, host: str, origin: str | None) -> ForeignRequest | None:
        """Why a request with these headers is refused; None when it is not."""
        host = host.lower()
        if not self._host_allowed(host):
            return ForeignRequest("host_not_allowed", "Host", "ANSWERABLE_HTTP__ALLOWED_HOSTS")
        if origin is not None and not self._origin_allowed(origin.lower(), host):
            return ForeignRequest("origin_not_allowed", "Origin", "ANSWERABLE_HTTP__ALLOWED_ORIGINS")
        return None

    def _host_allowed(self, host: str) -> bool:
        name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
        return "*" in self._hosts or name in self._hosts

    def _origin_allowed(self, origin: str, host: str) -> bool:
        # An origin is a scheme and a host (RFC 6454, section 6.1); anything else is a stranger's.
        own = bool(host) and origin.partition("://")[2] == host
        return own or origin in self._origins


class OriginGuard:
    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], origins: Sequence[str]) -> None:
        self.app = app
        self._rule = OriginRule(hosts, origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 403 whatever its method."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            refusal = self._rule.refusal(headers.get("host", ""), headers.get("origin"))
            if refusal is not None:
                response = problem(403, code=refusal.code, title=refusal.title, detail=refusal.detail)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)
