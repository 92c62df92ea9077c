"""The API's own pages, `/docs` and `/redoc`, under a policy of their own: they run what is served here, and
the inline scripts that the framework writes into them, named by their hashes (CSP level 3, section 2.3.1)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGES = frozenset({"/docs", "/docs/oauth2-redirect", "/redoc"})
_INLINE = re.compile(rb"<script>(.*?)</script>", re.S)
# The pages set styles on elements as they are drawn; Redoc searches in a worker of its own making.
_POLICY = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


_REDOC = "redoc.standalone.js"
# Its script names the picture of its maker's mark at an address elsewhere: nothing is asked of that, and a
# picture of nothing is left out.
_ELSEWHERE = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
_NOTHING = b"data:,"


class ReferencePages:
    """Adds the headers to these pages, and keeps their scripts from asking other servers. Bodies are sent
    whole: a page is small, and the script is asked for once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_script = scope["type"] == "http" and scope["path"].endswith(f"/{_REDOC}")
        if scope["type"] != "http" or not (is_script or scope["path"] in _PAGES):
            await self.app(scope, receive, send)
            return
        if is_script:
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}
        begun: Message | None = None
        body = b""

        async def guarded(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                begun = message
                return
            body += message.get("body", b"")
            if begun is not None and not message.get("more_body", False):
                headers = MutableHeaders(scope=begun)
                if not is_script:
                    headers.update({**_HEADERS, "Content-Security-Policy": _policy(body)})
                elif body:
                    body = body.replace(_ELSEWHERE, _NOTHING)
                    headers["Content-Length"] = str(len(body))
                await send(begun)
                await send({"type": "http.response.body", "body": body})

        await self.app(scope, receive, guarded)


def _policy(page: bytes) -> str:
    digests = (hashlib.sha256(script).digest() for script in _INLINE.findall(page))
    hashes = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return _POLICY.format(hashes=hashes)
