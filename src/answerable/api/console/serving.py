"""Serves the console's files to browsers: hashed assets for good, the page anew each time."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

FILES = Path(__file__).with_name("files")
_NOT_SERVED = frozenset({"index.html", ".sources"})
_NONCE = "%CSP_NONCE%"
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_ENCODINGS = ((".br", "br"), (".gz", "gzip"))
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# A worker lives by the policy of its own script: it runs and draws with what is served here, no more.
_ASSET_POLICY = "default-src 'none'; script-src 'self'; font-src 'self'; frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    """One file in each encoding that was built of it; the empty encoding is the file itself."""

    media_type: str
    cache: str
    bodies: dict[str, bytes]

    def response(self, accepted: str) -> Response:
        """The smallest body that the client takes."""
        names = {part.partition(";")[0].strip() for part in accepted.split(",")}
        encoding = next((name for _, name in _ENCODINGS if name in names and name in self.bodies), "")
        headers = {
            **_HEADERS,
            "Content-Security-Policy": _ASSET_POLICY,
            "Cache-Control": self.cache,
            "Vary": "Accept-Encoding",
        }
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(self.bodies[encoding], headers=headers, media_type=self.media_type)


class Console:
    def __init__(self, app: ASGIApp, *, segments: Iterable[str], folder: Path = FILES) -> None:
        """`segments` are the first parts of the API's own addresses: no page has those."""
        self.app = app
        self._segments = frozenset(segments)
        self._assets = _read(folder)
        page = folder / "index.html"
        self._page = page.read_text(encoding="utf-8") if page.is_file() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or leave it to the API."""
        response = self._response(scope) if scope["type"] == "http" else None
        await (self.app if response is None else response)(scope, receive, send)

    def _response(self, scope: Scope) -> Response | None:
        if self._page is None or scope["method"] not in ("GET", "HEAD"):
            return None
        path: str = scope["path"]
        headers = Headers(scope=scope)
        asset = self._assets.get(path)
        if asset is not None:
            return asset.response(headers.get("accept-encoding", ""))
        if path.split("/")[1] in self._segments or "text/html" not in headers.get("accept", ""):
            return None
        nonce = secrets.token_urlsafe(16)
        policy = {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
        return Response(
            self._page.replace(_NONCE, nonce), headers={**_HEADERS, **policy}, media_type="text/html"
        )


def _read(folder: Path) -> dict[str, _Asset]:
    """The files by address: a few megabytes, read once, so that no request waits for a disk."""
    assets = {}
    suffixes = tuple(suffix for suffix, _ in _ENCODINGS)
    for path in folder.rglob("*"):
        if not path.is_file() or path.name in _NOT_SERVED or path.name.endswith(suffixes):
            continue
        address = f"/{path.relative_to(folder).as_posix()}"
        bodies = {"": path.read_bytes()}
        for suffix, encoding in _ENCODINGS:
            packed = path.with_name(path.name + suffix)
            if packed.is_file():
                bodies[encoding] = packed.read_bytes()
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        hashed = address.startswith("/assets/")
        assets[address] = _Asset(media_type, _FOR_GOOD if hashed else _ASK_FIRST, bodies)
    return assets
