"""GET over the server's guarded way out: every hop of a redirect is checked as the first address was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from answerable.kit.outbound import OutboundRequest, OutboundResponse, OutboundTimes
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, ItemGone

USER_AGENT = "AnswerableBot/1.0"
_TIMES = OutboundTimes(connect=10, first_byte=30, idle=30, total=300)
_MOST_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Headers = Sequence[tuple[str, str]]
BeforeHop = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and the address that gave it."""

    url: str
    response: OutboundResponse


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what credentials and manners belong to. ConnectorFailure for no address."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("http", "https") or not host:
        raise ConnectorFailure("bad_address", f"'{url[:200]}' is not an address: https://host/path.")
    return scheme, host, port or (443 if scheme == "https" else 80)


async def get(
    context: ConnectorContext,
    url: str,
    *,
    headers: Headers = (),
    secret_headers: Headers = (),
    before_hop: BeforeHop | None = None,
) -> Answer:
    """The answer after at most five redirects; `secret_headers` go to the first origin alone.

    `before_hop` is awaited with each address before it is asked, and may raise. OutboundFailure,
    ConnectorFailure.
    """
    first = origin_of(url)
    for _ in range(_MOST_HOPS + 1):
        if before_hop is not None:
            await before_hop(url)
        own = tuple(secret_headers) if origin_of(url) == first else ()
        sent = (("user-agent", USER_AGENT), ("accept-encoding", "identity"), *headers, *own)
        private = context.url_may_be_private(url)
        request = OutboundRequest(url.partition("#")[0], sent, method="GET", allow_private=private)
        response = await context.outbound.send(request, _TIMES)
        target = response.headers.get("location")
        if response.status not in _REDIRECTS or not target:
            return Answer(url, response)
        response.abort()
        url = urljoin(url, target)
    raise ConnectorFailure("too_many_redirects", f"The address leads to others more than {_MOST_HOPS} times.")


def require_success(response: OutboundResponse) -> None:
    """Returns for a success. ItemGone for 404 and 410; ConnectorFailure says what else is wrong."""
    status = response.status
    if 200 <= status < 300:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            response.abort()
            raise ConnectorFailure(
                "encoded_answer", f"The server sent '{encoding}', which was not asked for."
            )
        return
    response.abort()
    if status in (404, 410):
        raise ItemGone
    if status in (401, 403):
        raise ConnectorFailure("refused", f"The server refuses access ({status}). Check the credentials.")
    retryable = status >= 500 or status in (408, 425, 429)
    raise ConnectorFailure("bad_status", f"The server answered {status}.", retryable=retryable)


async def body(response: OutboundResponse) -> AsyncIterator[bytes]:
    """The body as it comes; who reads it bounds it."""
    try:
        while chunk := await response.read():
            yield chunk
    finally:
        if not response.complete:
            response.abort()
