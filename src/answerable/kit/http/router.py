"""The router of every slice. Its routes keep idempotent answers in the request's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from answerable.kit.http.idempotency import record


@runtime_checkable
class Gate(Protocol):
    """A dependency that can say whether a request may pass without reading its body."""

    async def admit(self, request: Request) -> None:
        """Returns, or raises the error that the dependency itself would raise."""
        ...


class EdgeRoute(APIRoute):
    """FastAPI serialises the answer inside the handler and ends function-scoped dependencies, which
    hold the transaction, after it: between the two the answer can join the transaction."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the idempotent answer recorded."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith("multipart/"):
                await self._admit(request)
            response = await inner(request)
            if not isinstance(response, StreamingResponse):
                await record(request, response)
            return response

        return handler

    async def _admit(self, request: Request) -> None:
        """FastAPI reads a form to its end before any dependency runs; a stranger's gigabyte is refused
        before that."""
        for dependency in self.dependant.dependencies:
            if isinstance(dependency.call, Gate):
                await dependency.call.admit(request)


class Router(APIRouter):
    """FastAPI's router with `EdgeRoute`s."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        super().__init__(prefix=prefix, tags=list(tags or []), route_class=EdgeRoute)
