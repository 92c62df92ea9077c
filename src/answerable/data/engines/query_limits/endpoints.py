"""`/query-limits`: what one query may cost in the workspace."""

from __future__ import annotations

from typing import Annotated

from answerable.data.engines.query_limits import service
from answerable.data.engines.query_limits.schemas import QueryLimitsChange, QueryLimitsView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(prefix="/query-limits", tags=["query"])


@router.get("")
async def read_query_limits(
    context: Annotated[RequestContext, requires(Scope.DATA_READ)],
) -> QueryLimitsView:
    """How much one query may read here, and how long it may take."""
    found = await service.limits(context.session)
    return QueryLimitsView.of(found, context.runtime.settings.query)


@router.put("")
async def change_query_limits(
    wanted: QueryLimitsChange, context: Annotated[RequestContext, requires(Scope.LIMITS_WRITE)]
) -> QueryLimitsView:
    """Change it, within the server's limits. It binds the next query, whoever asks it and wherever the rows
    lie; a result that was computed already costs nothing and is shown."""
    server = context.runtime.settings.query
    await service.change_limits(context.session, wanted.limits(), server)
    return QueryLimitsView.of(wanted.limits(), server)
