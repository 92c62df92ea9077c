"""`/confidence`: how sure answers are, against what became of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.chat.confidence import service
from answerable.chat.confidence.schemas import ConfidenceCurve, ConfidenceReport, ConfidenceSwitch
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/confidence", tags=["confidence"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]


@router.get("")
async def read_confidence(context: Reader) -> ConfidenceReport:
    """The curves that hold, each with its reliability table: predicted against observed, with counts."""
    on, rows = await service.current(context.session)
    return ConfidenceReport(recalibrated=on, curves=[ConfidenceCurve.of(row) for row in rows])


@router.get("/versions")
async def list_confidence_versions(
    context: Reader, wanted: Annotated[PageRequest, Query()]
) -> Page[ConfidenceCurve]:
    """Every version of every curve, newest first."""
    rows = await service.versions(context.session, wanted)
    return make_page(rows, wanted, ConfidenceCurve.of, lambda row: (row.created_at, row.id))


@router.put("")
async def switch_confidence(
    wanted: ConfidenceSwitch, context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)]
) -> ConfidenceReport:
    """Switch recalibration on or off. Off, answers state what their own rules say."""
    await service.switch(context.session, on=wanted.recalibrated)
    on, rows = await service.current(context.session)
    return ConfidenceReport(recalibrated=on, curves=[ConfidenceCurve.of(row) for row in rows])
