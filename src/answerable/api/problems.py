"""Every error as Problem Details (RFC 9457), whatever raised it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from answerable.jobs.outage import is_outage
from answerable.kit.errors import AnswerableError, FieldError
from answerable.kit.http import Replay

log = structlog.get_logger(__name__)

_KNOWN = {
    400: ("malformed_request", "The request cannot be read"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    408: ("too_slow", "The request took too long to arrive"),
    413: ("too_large", "Too large"),
    415: ("unsupported_type", "Type not supported"),
}
_DETAILS = {
    404: "Nothing is found here. Check the id, or list what exists.",
    405: "This address does not take that method. See /docs for those it takes.",
}


def problem(  # noqa: PLR0913 (one parameter a member of the RFC's object)
    status: int,
    *,
    code: str,
    title: str,
    detail: str,
    reason: str | None = None,
    instance: str | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    trace_id: str | None = None,
) -> JSONResponse:
    """A Problem Details response. A missing thing never names its address: another tenant's id
    must be answered to the byte like one that does not exist."""
    body: dict[str, object] = {
        "type": f"urn:answerable:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if instance is not None and status != 404:
        body["instance"] = instance
    if errors:
        body["errors"] = [error.as_json() for error in errors]
    if reason is not None:
        body["reason"] = reason
    if trace_id is not None:
        body["trace_id"] = trace_id
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


async def _business(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnswerableError)
    if error.status >= 500:
        log.warning("request.failed", code=error.code, detail=error.detail)
    return problem(
        error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        reason=error.reason,
        instance=request.url.path,
        errors=error.errors,
        headers=error.headers,
    )


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    if any(item["type"] == "json_invalid" for item in details):
        return problem(
            400,
            code="malformed_request",
            title="The request cannot be read",
            detail="The body is not valid JSON. Check quotes, commas and the encoding (UTF-8).",
            instance=request.url.path,
            errors=[FieldError("body", str(details[0].get("ctx", {}).get("error", "not JSON")))],
        )
    errors = [_field_error(item) for item in details[:50]]
    return problem(
        422,
        code="invalid_input",
        title="The input is not valid",
        detail="Correct the fields named in 'errors', then send it again.",
        instance=request.url.path,
        errors=errors,
    )


def _field_error(item: Mapping[str, Any]) -> FieldError:  # Any: as pydantic gives its errors
    arguments = {k: v for k, v in item.get("ctx", {}).items() if isinstance(v, str | int | float)}
    return FieldError(_place(item["loc"]), str(item["msg"]), str(item["type"]), arguments)


def _place(location: Sequence[str | int]) -> str:
    """`body.filters.0.field` → `filters.0.field`; a query or path parameter by its name."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if len(parts) > 1 else parts)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title = _KNOWN.get(error.status_code, ("http_error", "The request failed"))
    return problem(
        error.status_code,
        code=code,
        title=title,
        detail=_DETAILS.get(error.status_code, str(error.detail)),
        instance=request.url.path,
        headers=error.headers,
    )


async def _database(request: Request, error: Exception) -> Response:
    """A database that went away, or whose connections are all in use, is no fault of the code's."""
    if not is_outage(error):
        raise error
    log.warning("database.unavailable", error_type=type(error).__name__)
    return problem(
        503,
        code="unavailable",
        title="Not available right now",
        detail="The database does not answer in time. Try again in a moment.",
        instance=request.url.path,
        headers={"Retry-After": "5"},
    )


async def _replay(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Replay)
    return error.response()


def install_error_handlers(app: FastAPI) -> None:
    """Answer every kind of error that endpoints raise. Unexpected ones are the outermost
    middleware's, which also logs them."""
    app.add_exception_handler(AnswerableError, _business)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Replay, _replay)
    app.add_exception_handler(SQLAlchemyError, _database)
