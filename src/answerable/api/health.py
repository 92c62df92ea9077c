"""Health, metrics and the way in. None of these needs a credential, none tells a secret."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from answerable.kit.db.revision import head_revision
from answerable.kit.http import Router
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.telemetry import metrics

router = Router(tags=["health"])

_DATABASE_SECONDS = 3.0


Code = Literal["database_away", "not_migrated", "storage_unwritable"]


class Missing(NamedTuple):
    """What is not there: by a code, and in words."""

    code: Code
    words: str


class Health(BaseModel):
    """`missing` says in words what is not there, `codes` the same for programs, in the same order."""

    status: str
    missing: list[str] = []
    codes: list[Code] = []


@router.get("/", include_in_schema=False)
async def home() -> RedirectResponse:
    """Leads to the API page where the console was not built."""
    return RedirectResponse("/docs")


@router.get("/health/live")
async def live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/health/ready", responses={503: {"model": Health}})
async def ready(request: Request) -> Response:
    """The process can do its work: 503 names what is missing."""
    runtime: Runtime = request.app.state.runtime
    missing = [reason for check in (_database, _storage) if (reason := await check(runtime))]
    body = Health(
        status="unavailable" if missing else "ok",
        missing=[each.words for each in missing],
        codes=[each.code for each in missing],
    )
    return JSONResponse(body.model_dump(), 503 if missing else 200)


@router.get("/metrics", include_in_schema=False)
async def prometheus() -> Response:
    """All metrics in Prometheus' text format."""
    content = await asyncio.to_thread(metrics.exposition)
    return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")


async def _database(runtime: Runtime) -> Missing | None:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            async with runtime.database.begin(Principal.anonymous()) as session:
                current = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return Missing("database_away", "PostgreSQL does not answer")
    if current == head_revision():
        return None
    return Missing("not_migrated", "migrations have not run: 'answerable migrate'")


async def _storage(runtime: Runtime) -> Missing | None:
    return await asyncio.to_thread(_write_probe, runtime.settings.data_dir)


def _write_probe(folder: Path) -> Missing | None:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".ready-") as probe:
            probe.write(b"x" * 4096)
    except OSError as error:
        return Missing("storage_unwritable", f"the data folder cannot be written: {error.strerror}")
    return None
