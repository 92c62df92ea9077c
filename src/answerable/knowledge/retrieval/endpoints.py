"""`POST /api/v1/search`."""

from __future__ import annotations

import time
from typing import Annotated

from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.knowledge.retrieval import query, service
from answerable.knowledge.retrieval.schemas import SearchRequest, SearchResponse, SearchResult

router = Router(tags=["search"])


@router.post("/search")
async def search(
    request: SearchRequest, context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
) -> SearchResponse:
    """Passages of the workspace's documents that match the query best."""
    started = time.perf_counter()
    scope = query.Scope(_given(request.document_ids), _given(request.source_ids))
    found = await service.search(
        context.session,
        context.runtime,
        request.query,
        limit=request.limit,
        mode=request.mode,
        scope=scope,
        explain=request.explain,
    )
    results = [SearchResult.of(passage) for passage in found.passages]
    elapsed = round((time.perf_counter() - started) * 1000, 2)
    return SearchResponse(results=results, mode=found.mode, latency_ms=elapsed)


def _given(ids: list[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(ids)
