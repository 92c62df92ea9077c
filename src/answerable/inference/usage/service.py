"""The rules of reports: who sees whose calls, of which span of time."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import timedelta

from answerable.identity.access import RequestContext, Scope
from answerable.inference.usage import repository
from answerable.inference.usage.export import as_csv
from answerable.inference.usage.repository import Group, Span
from answerable.inference.usage.schemas import (
    CallOut,
    Dimension,
    RecordsRequest,
    ReportRequest,
    UsageFigures,
    UsageFilter,
    UsageGroup,
    UsageReport,
)
from answerable.kit.errors import FieldError, InvalidInput
from answerable.kit.paging import Page, make_page

_DEFAULT_SPAN = timedelta(days=30)
_MOST_DIMENSIONS = 5
_LONGEST_CSV = 100_000


async def report(context: RequestContext, wanted: ReportRequest) -> UsageReport:
    """One page of sums by group, with the totals. Raises InvalidInput."""
    dimensions, span = _dimensions(wanted.group_by), _span(context, wanted)
    after = None if wanted.cursor is None else _read_cursor(wanted.cursor, len(dimensions))
    found = await repository.groups(context.session, span, dimensions, after=after, limit=wanted.limit + 1)
    totals = await repository.totals(context.session, span)
    kept = found[: wanted.limit]
    return UsageReport(
        since=span.since,
        until=span.until,
        group_by=dimensions,
        items=[_item(dimensions, group) for group in kept],
        totals=UsageFigures(**totals.model_dump()),
        next_cursor=_write_cursor(kept[-1]) if len(found) > wanted.limit else None,
    )


async def report_as_csv(context: RequestContext, wanted: ReportRequest) -> str:
    """All groups as CSV. Raises InvalidInput, also for more than a hundred thousand groups."""
    dimensions, span = _dimensions(wanted.group_by), _span(context, wanted)
    found = await repository.groups(context.session, span, dimensions, after=None, limit=_LONGEST_CSV + 1)
    if len(found) > _LONGEST_CSV:
        raise InvalidInput(
            f"The report has more than {_LONGEST_CSV:,} rows. Choose a shorter time or fewer dimensions.",
            errors=[FieldError("group_by", "gives too many rows")],
        )
    return as_csv(dimensions, found)


async def page_of_calls(context: RequestContext, wanted: RecordsRequest) -> Page[CallOut]:
    """Calls one by one, the latest first."""
    rows = await repository.page_of_calls(context.session, _span(context, wanted), wanted)
    return make_page(rows, wanted, CallOut.of, lambda row: (row.started_at, row.id))


def _span(context: RequestContext, wanted: UsageFilter) -> Span:
    """Without the scope for all of it, a member sees their own and their keys' calls."""
    until = wanted.until or context.runtime.clock.now()
    since = wanted.since or until - _DEFAULT_SPAN
    if since >= until:
        raise InvalidInput("The time ends before it begins.", errors=[FieldError("from", "not before `to`")])
    sees_all = Scope.USAGE_READ in context.principal.scopes
    return Span(since, until, wanted, user_id=None if sees_all else context.principal.user_id or "")


def _dimensions(text: str) -> list[Dimension]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(Dimension)]
    if unknown or len(names) > _MOST_DIMENSIONS or len(set(names)) < len(names):
        raise InvalidInput(
            f"Group by up to {_MOST_DIMENSIONS} different ones of: {', '.join(Dimension)}.",
            errors=[FieldError("group_by", f"not a dimension: {name}") for name in unknown],
        )
    return [Dimension(name) for name in names]


def _item(dimensions: Sequence[Dimension], group: Group) -> UsageGroup:
    return UsageGroup(group=dict(zip(dimensions, group.values, strict=True)), **group.figures.model_dump())


def _write_cursor(group: Group) -> str:
    return base64.urlsafe_b64encode(json.dumps(group.place).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[str]:
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        place = None
    if not isinstance(place, list) or len(place) != length or not all(isinstance(t, str) for t in place):
        raise InvalidInput(
            "The cursor is not one of this report. Start again without it.",
            errors=[FieldError("cursor", "not a cursor of this report")],
        )
    return [text.replace("\0", "") for text in place]
