"""HTTP: which stage answered, over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.chat.stages import service
from answerable.chat.stages.schemas import StageReport, StagesRequest
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(tags=["usage"])


@router.get("/usage/stages")
async def read_stages(
    wanted: Annotated[StagesRequest, Query()], context: Annotated[RequestContext, requires(Scope.USAGE_READ)]
) -> StageReport:
    """Answers by day and by the stage that gave them: how much is answered without a model."""
    return await service.report(context.session, wanted, context.runtime.clock.now())
