"""The router of every slice. Its routes keep idempotent answers in the request's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter, Request, Response
from fastapi.params import Form
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from answerable.kit.errors import StorageFull, UnsupportedType
from answerable.kit.http.idempotency import record
from answerable.kit.http.nul import refuse_nul_in_address, refuse_nul_in_form, refuse_nul_in_json
from answerable.kit.storage import DISK_FULL


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
        """The handler, which refuses NUL characters, with the idempotent answer recorded."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            refuse_nul_in_address(request)
            try:
                if self.body_field is not None and isinstance(self.body_field.field_info, Form):
                    await self._admit(request)
                    _require_multipart(request)
                    await refuse_nul_in_form(request)
                elif self.body_field is not None:
                    await refuse_nul_in_json(request)
                response = await inner(request)
            except OSError as error:
                if error.errno in DISK_FULL:
                    raise StorageFull from error
                raise
            except HTTPException as error:
                # FastAPI answers 400 to whatever breaks while a body is read; a full disk is no fault
                # of the caller's.
                if isinstance(error.__cause__, OSError) and error.__cause__.errno in DISK_FULL:
                    raise StorageFull from error
                raise
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


def _require_multipart(request: Request) -> None:
    """A form of the other kind, `application/x-www-form-urlencoded`, would be read into memory."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("", "multipart/form-data"):
        raise UnsupportedType("Send the file as multipart/form-data, in the field 'file'.")


class Router(APIRouter):
    """FastAPI's router with `EdgeRoute`s."""

    def __init__(self, *, prefix: str = "", tags: list[str] | None = None) -> None:
        super().__init__(prefix=prefix, tags=list(tags or []), route_class=EdgeRoute)
