"""HTTP of usage."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Response
from fastapi.responses import PlainTextResponse

from answerable.identity.access import RequestContext, Scope, requires
from answerable.inference.usage import service
from answerable.inference.usage.schemas import CallOut, RecordsRequest, ReportRequest, UsageReport
from answerable.kit.http import Router
from answerable.kit.paging import Page

router = Router(prefix="/usage", tags=["usage"])

# Everybody in the workspace sees their own; `usage:read` shows all of it.
Member = Annotated[RequestContext, requires(Scope.WORKSPACE_READ)]
_CSV = "text/csv"


@router.get("", response_model=UsageReport, responses={200: {"content": {_CSV: {}}}})
async def read_usage(
    wanted: Annotated[ReportRequest, Query()], context: Member, accept: Annotated[str, Header()] = ""
) -> UsageReport | Response:
    """Calls, tokens and cost by group: of the whole workspace with the scope `usage:read`, else one's own."""
    if wanted.format == "csv" or (wanted.format is None and accept.startswith(_CSV)):
        disposition = {"Content-Disposition": 'attachment; filename="usage.csv"'}
        text = await service.report_as_csv(context, wanted)
        return PlainTextResponse(text, headers=disposition, media_type=_CSV)
    return await service.report(context, wanted)


@router.get("/records")
async def list_calls(wanted: Annotated[RecordsRequest, Query()], context: Member) -> Page[CallOut]:
    """Calls one by one, the latest first."""
    return await service.page_of_calls(context, wanted)
