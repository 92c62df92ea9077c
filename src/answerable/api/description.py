"""The API's OpenAPI document, written when somebody first asks for it.

Writing it takes seconds of the processor and holds a copy of every schema: at start it would be paid by every
process, on the event loop by every stream.
"""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response


class OpenApiDocument:
    """The document's bytes: written once, in a thread, for all who ask meanwhile."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._turn = asyncio.Lock()
        self._body: bytes | None = None

    async def serve(self, request: Request) -> Response:
        """The document; the first one who asks waits until it is written."""
        del request
        if self._body is None:
            async with self._turn:
                if self._body is None:
                    self._body = await asyncio.to_thread(self._write)
        return Response(self._body, media_type="application/json")

    def _write(self) -> bytes:
        body = msgspec.json.encode(self._app.openapi())
        self._app.openapi_schema = None  # the bytes are kept, not the tree that they were written from
        return body


def serve_document(app: FastAPI) -> None:
    """Put the document in the place of FastAPI's own route, which writes it on the event loop."""
    path = app.openapi_url
    assert path is not None
    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", None) != path]
    app.add_route(path, OpenApiDocument(app).serve, include_in_schema=False)
