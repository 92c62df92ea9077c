"""Recalibrating what answers say of how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from answerable.chat.confidence import repository
from answerable.chat.confidence.fitting import Curve, fit, reliability
from answerable.chat.confidence.tables import ConfidenceCurveRow
from answerable.data.verified.service import RECALIBRATE
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest

ROUTES = ("data", "documents")
_MOST_OUTCOMES = 5_000


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """A confidence by a version of the curve; the raw one where there is no version."""

    confidence: float
    version: int | None


async def enqueue_recalibration(session: Session) -> None:
    """Have the workspace's curves fitted anew once the transaction has committed."""
    await enqueue(session, RECALIBRATE, subject=Subject("workspace", session.workspace_id))


async def recalibrate(session: Session) -> None:
    """Fit each route's curve to what is known now. A new version is kept where anything has changed."""
    await repository.hold(session)
    known = {row.route: row for row in await repository.newest(session)}
    for route in ROUTES:
        outcomes = await repository.outcomes(session, route, _MOST_OUTCOMES)
        last = known.get(route)
        if not outcomes and last is None:
            continue
        curve = fit(outcomes)
        bins = [asdict(each) for each in reliability(outcomes, curve)]
        if last is not None and (last.shift, last.slope, last.reliability) == (
            curve.shift,
            curve.slope,
            bins,
        ):
            continue
        row = ConfidenceCurveRow(
            workspace_id=session.workspace_id,
            route=route,
            version=1 if last is None else last.version + 1,
            slope=curve.slope,
            shift=curve.shift,
            outcomes=len(outcomes),
            reliability=bins,
        )
        await repository.add(session, row)


async def recalibrated(session: Session, route: str, raw: float) -> Recalibrated:
    """How sure an answer of a route is, when its own rules say `raw`."""
    row = await repository.in_use(session, route) if route in ROUTES else None
    if row is None:
        return Recalibrated(raw, None)
    return Recalibrated(round(Curve(row.shift, row.slope)(raw), 4), row.version)


async def current(session: Session) -> tuple[bool, Sequence[ConfidenceCurveRow]]:
    """Whether confidence is recalibrated here, and the newest curve of each route."""
    return await repository.is_on(session), await repository.newest(session)


async def versions(session: Session, request: PageRequest) -> Sequence[ConfidenceCurveRow]:
    """Every version of every curve, newest first, one more than the page holds."""
    return await repository.page(session, request)


async def switch(session: Session, *, on: bool) -> None:
    """Switch recalibration on or off; curves are fitted and kept all the same."""
    await repository.switch(session, on=on)
