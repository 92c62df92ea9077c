"""`POST /api/v1/search`."""

from __future__ import annotations

import time
from typing import Annotated

from answerable.identity.access import RequestContext, Scope, requires
from answerable.identity.conversations import enter
from answerable.kit.http import Router
from answerable.knowledge.retrieval import service
from answerable.knowledge.retrieval.schemas import SearchRequest, SearchResponse
from answerable.knowledge.tools.chosen import looking_of, tool_for_search
from answerable.knowledge.tools.configuration import ToolConfiguration

router = Router(tags=["search"])


@router.post("/search")
async def search(
    request: SearchRequest, context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
) -> SearchResponse:
    """Passages of the workspace's documents that match the query best; with `session_id` those of the
    conversation's too."""
    started = time.perf_counter()
    await enter(context.session, request.session_id)
    tool = await tool_for_search(context.session, request.tool)
    given = tool.configuration if tool is not None else ToolConfiguration()
    looking = looking_of(
        given, request.document_ids, request.source_ids, mode=request.mode, limit=request.limit
    )
    reranks = looking.rerank if request.rerank is None else request.rerank
    found = await (service.search_reranked if reranks else service.search)(
        context.session,
        context.runtime,
        request.query,
        limit=looking.passages,
        mode=looking.mode,
        scope=looking.scope.narrowed(request.filters),
        explain=request.explain,
    )
    elapsed = (time.perf_counter() - started) * 1000
    used = None if tool is None else tool.used
    return SearchResponse.of(found.at_least(looking.threshold), used, elapsed)
