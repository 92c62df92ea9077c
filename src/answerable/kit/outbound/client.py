"""The pool: requests to other servers over kept connections."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec import Struct

from answerable.kit.outbound.address import Resolve, checked_addresses, system_resolve
from answerable.kit.outbound.connection import Connection, OutboundTimes
from answerable.kit.outbound.failure import FailedStage, OutboundFailure
from answerable.kit.outbound.response import OutboundResponse

__all__ = ["Outbound", "OutboundRequest", "OutboundTimes"]

_MOST_HEADS = 1024
_PRINTABLE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VISIBLE = re.compile(r"[\x21-\x7e]+")  # RFC 9110, section 5.6.2
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class OutboundRequest(Struct, frozen=True, gc=False):
    """A request. Length, host and connection headers are the client's own business."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    method: str = "POST"
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where connections lead; those that were checked differently are never shared."""

    scheme: str
    host: str
    port: int
    allow_private: bool


@dataclass(frozen=True, slots=True)
class _Head:
    """The part of requests to one address that stays the same."""

    origin: _Origin
    prefix: bytes


class Outbound:
    """Sends requests and gives answers as they arrive. Redirects are answers like any other."""

    def __init__(
        self,
        *,
        idle_seconds: float = 30.0,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._resolve = resolve
        self._tls = tls
        self._heads: dict[tuple[str, str, tuple[tuple[str, str], ...], bool], _Head] = {}
        self._idle: dict[_Origin, deque[Connection]] = {}
        self._origins: dict[Connection, _Origin] = {}

    async def send(
        self, request: OutboundRequest, times: OutboundTimes, *, seconds: float | None = None
    ) -> OutboundResponse:
        """The answer, once the first byte of its body (or its end) is there.

        `seconds` shortens the total time. Raises OutboundFailure, also with stage ADDRESS for an
        address that may not be connected to.
        """
        key = (request.method, request.url, request.headers, request.allow_private)
        head = self._heads.get(key)
        if head is None:
            head = self._remember(request)
        loop = asyncio.get_running_loop()
        total = times.total if seconds is None or seconds > times.total else max(seconds, 0.0)
        total_at = loop.time() + total
        start = b"%b%d\r\n\r\n" % (head.prefix, len(request.body))
        while True:
            connection = self._kept(head.origin)
            kept = connection is not None
            if connection is None:
                connection = await self._connect(head.origin, min(times.connect, total))
            response = connection.send(start, request.body, times, total_at)
            await response.wait()
            failure = response.failure
            if failure is None or response.status:
                return response
            # A kept connection that ended before a byte of the answer was closed while it was idle.
            if kept and failure.stage is FailedStage.CUT and not connection.heard:
                continue
            raise failure

    def close(self) -> None:
        """Close every connection, also those in use."""
        for connection in list(self._origins):
            connection.abort()

    @property
    def connections(self) -> int:
        """Connections that are open now, in use or kept."""
        return len(self._origins)

    def _kept(self, origin: _Origin) -> Connection | None:
        idle = self._idle.get(origin)
        while idle:
            connection = idle.pop()  # the one used last: the others may end
            if connection.open:
                return connection
        return None

    async def _connect(self, origin: _Origin, seconds: float) -> Connection:
        try:
            async with asyncio.timeout(seconds):
                addresses = await checked_addresses(
                    origin.host, origin.port, allow_private=origin.allow_private, resolve=self._resolve
                )
                return await self._connect_any(origin, addresses)
        except TimeoutError as error:
            raise OutboundFailure(
                FailedStage.CONNECT, f"No connection to {origin.host} within {seconds:g} s."
            ) from error

    async def _connect_any(self, origin: _Origin, addresses: Sequence[str]) -> Connection:
        loop = asyncio.get_running_loop()
        failure: OSError | None = None
        for address in addresses:
            connection = Connection(
                loop, idle_seconds=self._idle_seconds, on_idle=self._keep, on_lost=self._forget
            )
            self._origins[connection] = origin
            try:
                await loop.create_connection(
                    lambda made=connection: made,
                    address,
                    origin.port,
                    ssl=self._tls_context() if origin.scheme == "https" else None,
                    server_hostname=origin.host if origin.scheme == "https" else None,
                )
            except OSError as error:  # TLS errors are OSErrors too
                failure = error
            else:
                return connection
            finally:
                if not connection.open:
                    self._origins.pop(connection, None)
        raise OutboundFailure(
            FailedStage.CONNECT, f"No connection to {origin.host}:{origin.port}."
        ) from failure

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def _keep(self, connection: Connection) -> None:
        origin = self._origins.get(connection)
        if origin is not None:
            idle = self._idle.get(origin)
            if idle is None:
                idle = self._idle[origin] = deque()
            idle.append(connection)

    def _forget(self, connection: Connection) -> None:
        origin = self._origins.pop(connection, None)
        idle = self._idle.get(origin) if origin is not None else None
        if idle is not None and origin is not None:
            if connection in idle:
                idle.remove(connection)
            if not idle:
                del self._idle[origin]

    def _remember(self, request: OutboundRequest) -> _Head:
        head = _head(request)
        if len(self._heads) >= _MOST_HEADS:
            self._heads.clear()
        self._heads[(request.method, request.url, request.headers, request.allow_private)] = head
        return head


def _head(request: OutboundRequest) -> _Head:
    """Raises OutboundFailure for an address or header that cannot stand in a request."""
    try:
        parts = urlsplit(request.url)
        port = parts.port
    except ValueError as error:
        raise OutboundFailure(FailedStage.ADDRESS, "The address is not valid.") from error
    host = parts.hostname
    # Credentials in an address, and hosts that only look like the one meant, are refused.
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        raise OutboundFailure(FailedStage.ADDRESS, "The address must be http(s)://host[:port]/path.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", f"host: {_authority(host, port)}"]
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name) or not _PRINTABLE.fullmatch(value) or name.lower() in _OURS:
            raise OutboundFailure(FailedStage.PROTOCOL, f"The header {name!r} cannot be sent.")
        lines.append(f"{name}: {value}")
    text = "\r\n".join(lines)
    if not _VISIBLE.fullmatch(target) or not _VISIBLE.fullmatch(host):
        raise OutboundFailure(FailedStage.ADDRESS, "The address has characters that it must not have.")
    origin = _Origin(
        parts.scheme, host, port or (443 if parts.scheme == "https" else 80), request.allow_private
    )
    return _Head(origin, f"{text}\r\ncontent-length: ".encode("latin-1"))


def _authority(host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"
