"""All SQL of recalibrated confidence."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Float, and_, case, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from answerable.chat.asking.tables import RunRow
from answerable.chat.confidence.fitting import Outcome
from answerable.chat.confidence.tables import ConfidenceCurveRow, ConfidenceSettingRow
from answerable.chat.feedback.tables import FeedbackRow
from answerable.data.verified.tables import VerifiedQuestionRow
from answerable.kit.db import Session
from answerable.kit.ids import new_id
from answerable.kit.paging import PageRequest, after_cursor

_Curve = ConfidenceCurveRow


async def hold(session: Session) -> None:
    """Let no other job of the workspace write a version until the transaction ends."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"confidence {session.workspace_id}", 0)))
    )


async def outcomes(session: Session, route: str, limit: int) -> Sequence[Outcome]:
    """What became of the newest rated answers of a route. Whoever gave another query for the question said
    that it was wrong; an accepted verified question says that it was right, more than a rating does."""
    raw = RunRow.answer["calibration"]["raw"].astext.cast(Float)
    right = case(
        (FeedbackRow.corrected.is_(True), False),
        (VerifiedQuestionRow.id.is_not(None), True),
        else_=FeedbackRow.rating == "up",
    )
    accepted = and_(
        VerifiedQuestionRow.answer_id == RunRow.answer_id, VerifiedQuestionRow.status == "accepted"
    )
    statement = (
        select(raw, right)
        .select_from(RunRow)
        .outerjoin(FeedbackRow, FeedbackRow.run_id == RunRow.id)
        .outerjoin(VerifiedQuestionRow, accepted)
        .where(
            RunRow.status == "finished",
            RunRow.answer["route"].astext == route,
            raw.is_not(None),
            or_(FeedbackRow.id.is_not(None), VerifiedQuestionRow.id.is_not(None)),
        )
        .order_by(RunRow.created_at.desc(), RunRow.id)
        .limit(limit)
    )
    return [(row[0], bool(row[1])) for row in await session.execute(statement)]


async def newest(session: Session) -> Sequence[_Curve]:
    """The newest version of each route's curve."""
    last = select(_Curve.route, func.max(_Curve.version)).group_by(_Curve.route)
    statement = select(_Curve).where(tuple_(_Curve.route, _Curve.version).in_(last)).order_by(_Curve.route)
    return (await session.scalars(statement)).all()


async def in_use(session: Session, route: str) -> _Curve | None:
    """The curve that holds for a route; None where there is none, or where it is switched off."""
    off = select(ConfidenceSettingRow.id).where(ConfidenceSettingRow.recalibrated.is_(False)).exists()
    statement = select(_Curve).where(_Curve.route == route, ~off).order_by(_Curve.version.desc()).limit(1)
    return await session.scalar(statement)


async def add(session: Session, row: _Curve) -> None:
    """Store a version."""
    session.add(row)
    await session.flush()


async def page(session: Session, request: PageRequest) -> Sequence[_Curve]:
    """Every version, newest first, one more than the page holds."""
    return (await session.scalars(after_cursor(select(_Curve), request, _Curve.created_at, _Curve.id))).all()


async def is_on(session: Session) -> bool:
    """Whether the workspace's confidence is recalibrated."""
    setting = await session.scalar(select(ConfidenceSettingRow.recalibrated))
    return setting is not False


async def switch(session: Session, *, on: bool) -> None:
    """Switch it."""
    row = insert(ConfidenceSettingRow).values(
        id=new_id("cals"), workspace_id=session.workspace_id, recalibrated=on
    )
    await session.execute(
        row.on_conflict_do_update(index_elements=["workspace_id"], set_={"recalibrated": on})
    )
