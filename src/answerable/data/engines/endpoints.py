"""`/query`: run a semantic query."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request

from answerable.data.engines import service
from answerable.data.engines.schemas import QueryAnswer, QueryRequest
from answerable.data.engines.snapshot import take_snapshot
from answerable.identity.access import DeferredContext, Scope, requires_deferred
from answerable.identity.conversations import enter_deferred
from answerable.kit.http import Router, while_client_waits

router = Router(prefix="/query", tags=["query"])

Reader = Annotated[DeferredContext, requires_deferred(Scope.DATA_READ)]


@router.post("")
async def run_query(context: Reader, body: QueryRequest, request: Request) -> QueryAnswer:
    """Compute a semantic query over the workspace's newest data, or over the `versions` that an answer
    carries; with `dry_run` only estimate it. What nobody waits for any more is stopped."""
    runtime = context.runtime
    await enter_deferred(context, body.session_id)
    async with runtime.database.begin(context.principal) as session:
        data = await take_snapshot(session, body.versions, body.model_revision)
    answer = service.estimate_query if body.dry_run else service.run_query
    work = answer(runtime, data, body.semantic_query())
    return QueryAnswer.of(await while_client_waits(request, work))
