"""`/alerts`: numbers that somebody wants to hear of."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.data.alerts import service
from answerable.data.alerts.schemas import (
    AlertChange,
    AlertChangeView,
    AlertsRequest,
    AlertView,
    NewAlert,
    QueuedEvaluation,
)
from answerable.data.alerts.service import SeenAlert
from answerable.data.schedules.service import ALERT, due_times
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/alerts", tags=["alerts"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("", status_code=201)
async def set_alert(context: Writer, body: NewAlert) -> AlertView:
    """Set an alert on an insight. It is evaluated at once, and from then on as you see the data."""
    made = await service.make(context.session, context.runtime.clock, body)
    return await _view(context, SeenAlert(made, clear=True))


@router.get("")
async def list_alerts(context: Reader, wanted: Annotated[AlertsRequest, Query()]) -> Page[AlertView]:
    """The alerts that you may see, newest first. A page has fewer where some are not for you."""
    rows, seen = await service.page(context.session, wanted, wanted.insight_id, wanted.state)
    due = await due_times(context.session, ALERT, list(seen))
    page = make_page(rows, wanted, lambda row: row, lambda row: (row.created_at, row.id))
    items = [
        AlertView.of(row, clear=seen[row.id].clear, next_check_at=due.get(row.id))
        for row in page.items
        if row.id in seen
    ]
    return Page(items=items, next_cursor=page.next_cursor)


@router.get("/{alert_id}")
async def read_alert(context: Reader, alert_id: str) -> AlertView:
    """One alert."""
    return await _view(context, await service.find(context.session, alert_id))


@router.patch("/{alert_id}")
async def change_alert(context: Writer, alert_id: str, body: AlertChange) -> AlertView:
    """Change an alert's name, rule or times, or mute it."""
    return await _view(context, await service.change(context.session, context.runtime.clock, alert_id, body))


@router.delete("/{alert_id}", status_code=204)
async def delete_alert(context: Writer, alert_id: str) -> None:
    """Delete an alert with its history."""
    await service.delete(context.session, alert_id)


@router.post("/{alert_id}/evaluate", status_code=202)
async def evaluate_alert(context: Writer, alert_id: str) -> QueuedEvaluation:
    """Have an alert evaluated now."""
    return QueuedEvaluation(job_id=await service.evaluate_now(context.session, alert_id))


@router.get("/{alert_id}/history")
async def read_history(
    context: Reader, alert_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[AlertChangeView]:
    """How an alert's state changed, newest first: the last 500 times."""
    rows, visible = await service.history(context.session, alert_id, wanted)
    page = make_page(rows, wanted, AlertChangeView.of, lambda row: (row.created_at, row.id))
    return Page(items=[each for each in page.items if each.id in visible], next_cursor=page.next_cursor)


async def _view(context: RequestContext, seen: SeenAlert) -> AlertView:
    due = await due_times(context.session, ALERT, [seen.alert.id])
    return AlertView.of(seen.alert, clear=seen.clear, next_check_at=due.get(seen.alert.id))
