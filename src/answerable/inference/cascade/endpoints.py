"""HTTP of cascades."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.inference.cascade import report
from answerable.inference.cascade.schemas import CascadesReport, CascadesRequest
from answerable.kit.http import Router

router = Router(prefix="/usage/cascades", tags=["usage"])


@router.get("")
async def read_cascades(
    wanted: Annotated[CascadesRequest, Query()],
    context: Annotated[RequestContext, requires(Scope.USAGE_READ)],
) -> CascadesReport:
    """Which stages of cascades answered, how often each was wrong, and what was saved."""
    return await report.report(context, wanted)
