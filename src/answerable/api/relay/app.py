"""The ASGI app of `/v1/*`: guard, credential, body, gateway, answer. No middleware, and no validation
of what is only passed on."""

from __future__ import annotations

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.api.middleware.origin_guard import OriginRule
from answerable.api.relay.body import BodyBounds, ClientGone, read_body
from answerable.api.relay.exchange import Exchange
from answerable.api.relay.listing import model_list, one_model
from answerable.api.relay.metering import RequestMeter
from answerable.api.relay.presence import ClientPresence, Presences
from answerable.api.relay.request import MODELS_PATH, OPERATIONS, RequestHead, protocol_of, route_of
from answerable.api.relay.streaming import ConnectionMustEnd, send_stream
from answerable.api.relay.system_model import SystemModel
from answerable.identity.admissions import Admissions, Admitted
from answerable.identity.scopes import Scope as Permission
from answerable.identity.watch import AccessWatch
from answerable.inference.cache.wish import wish_of
from answerable.inference.dialects.size import bounded_head
from answerable.inference.failures import UpstreamFailure
from answerable.inference.gateway import Gateway, Inbound, Reply
from answerable.inference.gateway.presence import CallerLeft
from answerable.inference.models.catalog import Catalog
from answerable.inference.models.names import SYSTEM_MODEL
from answerable.inference.operation import Caller, Operation
from answerable.jobs.outage import is_outage
from answerable.kit.errors import AnswerableError, Forbidden, NotFound, Unauthenticated, Unavailable
from answerable.kit.runtime import Runtime
from answerable.telemetry import tracing

log = structlog.get_logger("answerable.relay")

_SESSION = b"x-answerable-session"
"""The header that names a conversation for the model `answerable`."""


class _InternalError(AnswerableError):
    code, status, title = "internal_error", 500, "The server failed"


class RelayApp:
    """Serves requests below `/v1/`."""

    def __init__(self, runtime: Runtime, *, system: SystemModel | None = None) -> None:
        """`system` answers for the model `answerable`; without one the name is unknown."""
        settings = runtime.settings
        self._runtime = runtime
        self._system = system
        self._settings = settings.inference.relay
        self._meter = RequestMeter()
        self._bounds = BodyBounds(
            self._settings.max_body_bytes, settings.http.body_seconds, settings.http.body_bytes_per_second
        )
        self._rule = OriginRule(settings.http.allowed_hosts, settings.http.allowed_origins)
        self._drain_seconds = self._settings.drain_seconds if self._settings.on_leave == "drain" else 0.0
        self._presences = Presences(lambda: runtime.get(AccessWatch), drain_seconds=self._drain_seconds)
        self._entry: ASGIApp = self._serve
        if settings.http.allowed_origins:
            self._entry = CORSMiddleware(
                self._serve,
                allow_origins=settings.http.allowed_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["X-Request-ID", "X-Answerable-Call-ID", "X-Answerable-Cache"],
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not tracing.recording():
            await self._entry(scope, receive, send)
            return
        with tracing.server_span(scope["method"], dict(scope["headers"])):
            await self._entry(scope, receive, send)

    async def close(self) -> None:
        """Stop looking after calls, and write down what was counted."""
        self._meter.write()
        await self._presences.close()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        path: str = scope["path"]
        method: str = scope["method"]
        request = RequestHead.of(scope["headers"], trace_id=tracing.current_trace_id())
        exchange = Exchange(send, [(b"x-request-id", request.request_id)])
        self._meter.begun()
        try:
            await self._answer(method, path, request, receive, exchange)
        except ClientGone:
            exchange.status = 499  # nobody is there to be told; the metrics are
        except (AnswerableError, UpstreamFailure) as error:
            await exchange.fail(protocol_of(path), error)
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            log.warning("relay.database_unavailable", error_type=type(error).__name__)
            outage = Unavailable("The database does not answer in time. Try again in a moment.")
            await exchange.fail(protocol_of(path), outage)
        except ConnectionMustEnd:
            return  # the server cuts the connection of a response that is not complete
        except Exception:
            # The last edge before the server: a client must hear of a fault of ours in its protocol's words.
            log.exception("relay.crashed", path=path)
            if exchange.status:
                raise
            await exchange.fail(
                protocol_of(path), _InternalError("The server failed. Its log has the cause.")
            )
        finally:
            self._meter.ended(method, route_of(path), exchange.status, time.perf_counter() - started)
            if tracing.recording():
                tracing.describe_request(tracing.current_span(), method, route_of(path), exchange.status)

    async def _answer(
        self, method: str, path: str, request: RequestHead, receive: Receive, exchange: Exchange
    ) -> None:
        refusal = self._rule.refusal(request.text(b"host") or "", request.text(b"origin"))
        if refusal is not None:
            raise refusal
        operation = OPERATIONS.get(path)
        if operation is not None and method == "POST":
            await self._call(operation, request, receive, exchange)
        elif method in {"GET", "HEAD"} and (path == MODELS_PATH or path.startswith(f"{MODELS_PATH}/")):
            await self._list_models(path, request, exchange)
        else:
            raise NotFound("This address does not exist, or not with this method. See /docs.")

    async def _call(
        self, operation: Operation, request: RequestHead, receive: Receive, exchange: Exchange
    ) -> None:
        admitted = await self._admit(request, operation, Permission.MODELS_CALL)
        headers = request.headers
        body = await read_body(receive, headers.get(b"content-length"), self._bounds)
        head = await bounded_head(operation, body)
        presence = ClientPresence(receive, admitted)
        inbound = Inbound(
            _caller(admitted, operation),
            operation,
            head,
            body,
            headers=request.passable(),
            presence=presence,
            trace_id=request.trace_id,
            cache=wish_of(headers),
            floor=None if self._system is None else self._system.floor(admitted.principal, request.trace_id),
        )
        self._presences.add(presence)
        try:
            reply = await self._reply(inbound, admitted, request.text(_SESSION))
            if reply.stream is None:
                await exchange.whole(reply.content_type, reply.headers, reply.body)
                return
            try:
                await exchange.begin(reply.content_type, reply.headers)
            except BaseException:
                reply.stream.abandon(presence.reason())
                raise
            await send_stream(
                exchange,
                reply.stream,
                presence,
                drain_seconds=self._drain_seconds,
                drain_bytes=self._settings.drain_bytes,
            )
        except CallerLeft:
            raise ClientGone from None
        except asyncio.CancelledError:
            if presence.stopped is None:
                raise
            _uncancel()
            if presence.stopped == "left":
                raise ClientGone from None
            raise Unauthenticated("Your access has ended or changed.") from None
        finally:
            self._presences.remove(presence)

    async def _reply(self, inbound: Inbound, admitted: Admitted, session_id: str | None) -> Reply:
        if inbound.head.model == SYSTEM_MODEL and self._system is not None:
            return await self._system.reply(inbound, admitted.principal, session_id)
        return await self._runtime.get(Gateway).relay(inbound)

    async def _list_models(self, path: str, request: RequestHead, exchange: Exchange) -> None:
        admitted = await self._admit(request, Operation.MESSAGES, Permission.MODELS_READ)
        workspace_id = admitted.principal.workspace_id or ""
        catalog = self._runtime.get(Catalog)
        own = [SYSTEM_MODEL] if self._system is not None else []
        anthropic = b"anthropic-version" in request.headers
        wanted = path.removeprefix(MODELS_PATH).strip("/")
        if not wanted:
            document = model_list([*own, *await catalog.names(workspace_id)], anthropic=anthropic)
        elif wanted in own or (await catalog.snapshot(workspace_id)).leads(wanted):
            document = one_model(wanted, anthropic=anthropic)
        else:
            raise NotFound(f"The model '{wanted}' is not configured. GET /v1/models lists those that are.")
        await exchange.whole(b"application/json", (), document)

    async def _admit(
        self, request: RequestHead, operation: Operation | None, permission: Permission
    ) -> Admitted:
        credential = request.credential(operation)
        if credential is None:
            raise Unauthenticated
        workspace = request.text(b"x-workspace")
        admitted = await self._runtime.get(Admissions).admit(credential, workspace)
        principal = admitted.principal
        if principal.workspace_id is None:
            raise Forbidden(
                "You are in no workspace. Create one, or accept an invitation.", reason="no_workspace"
            )
        if permission not in principal.scopes:
            raise Forbidden(
                f"This needs the scope '{permission}'. Ask an administrator of the workspace for a role "
                "or key that has it.",
                reason="needs_scope",
            )
        return admitted


def _caller(admitted: Admitted, operation: Operation) -> Caller:
    principal = admitted.principal
    return Caller(principal.workspace_id or "", principal.user_id, principal.key_id, operation.path)


def _uncancel() -> None:
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
