"""The FastAPI application: routes of all slices behind one chain of middleware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import iter_route_contexts
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp

import answerable
from answerable.api import health
from answerable.api.assembly import routers, system_model
from answerable.api.console import Console
from answerable.api.description import serve_document
from answerable.api.front_door import FrontDoor
from answerable.api.middleware import BodyLimit, BodyPace, Observation, OriginGuard
from answerable.api.problems import install_error_handlers
from answerable.api.reference_pages import ReferencePages
from answerable.api.relay import RelayApp
from answerable.chat.asking.run_tasks import RunTasks
from answerable.inference.usage.log import UsageLog
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings

_UPLOADS = ("/api/v1/documents", "/api/v1/datasets")
_IMPORT = "/api/v1/chat/import"
_MULTIPART_OVERHEAD = 1_000_000

_DESCRIPTION = """Answers with evidence, over documents and tables.

Send `Authorization: Bearer …` with an access token (`POST /api/v1/auth/login`) or an API key.
Errors are Problem Details (RFC 9457); lists page by cursor; times are UTC."""


def create_app(runtime: Runtime) -> FastAPI:
    """The app on a runtime, to be served behind its `front_door`. Closing the app's lifespan closes the
    runtime."""
    relay = RelayApp(runtime, system=system_model(runtime))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        # What a killed process has left behind is written now, not with the first call.
        runtime.get(UsageLog).start()
        runtime.get(RunTasks).begin()
        yield
        await relay.close()
        await runtime.close()

    # The API page comes with its scripts: it must work without a network.
    app = FastAPIOffline(
        title="Answerable",
        version=answerable.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        swagger_ui_parameters={"persistAuthorization": True},
        # Fields are kept in memory, so a form has few of them; its files are bounded by the body's limit.
        form_limits={"max_files": 10, "max_fields": 20},
    )
    serve_document(app)
    app.state.runtime = runtime
    app.state.relay = relay
    settings = runtime.settings
    app.include_router(health.router)
    for router in routers():
        app.include_router(router, prefix="/api/v1")
    app.add_middleware(ReferencePages)
    app.add_middleware(Console, segments=_first_segments(app))
    app.add_middleware(BodyLimit, limit_for=partial(_body_limit, settings))
    app.add_middleware(
        BodyPace,
        seconds=settings.http.body_seconds,
        bytes_per_second=settings.http.body_bytes_per_second,
    )
    if settings.http.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.http.allowed_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["X-Request-ID", "ETag"],
        )
    app.add_middleware(OriginGuard, hosts=settings.http.allowed_hosts, origins=settings.http.allowed_origins)
    app.add_middleware(Observation)
    install_error_handlers(app)
    return app


def front_door(app: FastAPI) -> ASGIApp:
    """What a server serves: calls to models before everything that FastAPI does, the app for all the rest."""
    return FrontDoor(app, relay=app.state.relay, runtime=app.state.runtime)


def _first_segments(app: FastAPI) -> set[str]:
    """What the addresses of all routes begin with: `api`, `docs`, …; `/` itself is the console's."""
    return {str(route.path).split("/")[1] for route in iter_route_contexts(app.routes)} - {""} | {"v1"}


def _body_limit(settings: Settings, path: str) -> int:
    if path.rstrip("/") in _UPLOADS:
        return settings.uploads.max_bytes + _MULTIPART_OVERHEAD
    if path == _IMPORT:
        return settings.chat.max_import_bytes
    return settings.http.max_body_bytes
