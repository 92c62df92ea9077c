"""Evaluating alerts: each as the person who set its rule sees the data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue, TypeAdapter

from answerable.data.alerts import repository
from answerable.data.alerts.judging import Reading, State, Verdict, judge
from answerable.data.alerts.rules import Rule
from answerable.data.alerts.schemas import ReadingView
from answerable.data.alerts.series import number_column, points
from answerable.data.alerts.tables import AlertChangeRow, AlertRow
from answerable.data.engines.seeing import sight
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.insights.results import compute_missing, look_up, snapshot_of
from answerable.data.insights.service import wanted_of
from answerable.data.insights.tables import InsightRow
from answerable.data.schedules.service import ALERT, JOBS, remove_schedules
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Column
from answerable.data.semantics.service import current_model
from answerable.events import publish
from answerable.identity.members.service import is_member
from answerable.jobs import JobContext, Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError
from answerable.kit.principal import Principal

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
_NOBODY = (
    "Whoever set the rule is no longer a member. Set the rule again, to have the alert evaluated as you "
    "see the data."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, with the data that it comes from and what bound its rows. `under` is the revision of the
    workspace's model that was in force; None where nothing was read by it."""

    verdict: Verdict
    under: str | None = None
    sight: str | None = None
    data_versions: dict[str, int] | None = None
    model_revision: str | None = None


async def enqueue_alerts(session: Session, dataset_ids: Collection[str]) -> None:
    """Have the alerts over some datasets evaluated once the session's transaction has committed."""
    found = await repository.over(session, dataset_ids)
    if found:
        subject = Subject("dataset", min(dataset_ids))
        await enqueue(session, JOBS[ALERT], subject=subject, subject_ids=[*found])


async def evaluate_alerts(job: JobContext, alert_ids: Collection[str]) -> None:
    """Evaluate alerts, and tell which states have changed."""
    for position, alert_id in enumerate(alert_ids, start=1):
        while not await _settled(job, alert_id):
            pass  # the model was changed meanwhile: what was read is of before
        await job.progress(position, len(alert_ids), "alerts")


async def _settled(job: JobContext, alert_id: str) -> bool:
    """Evaluate an alert; False where that has to be done again."""
    async with job.begin() as session:
        pair = await repository.get(session, alert_id)
        if pair is None:  # it went with its insight
            await remove_schedules(session, ALERT, [alert_id])
            return True
        stands = await is_member(session, pair[0].run_as or "")
    outcome = await _evaluated(job, *pair) if stands else Outcome(Verdict("unknown", "nobody", _NOBODY))
    async with job.begin() as session:
        return await _apply(session, job.runtime.clock.now(), pair[0], outcome)


async def _evaluated(job: JobContext, alert: AlertRow, insight: InsightRow) -> Outcome:
    principal = Principal(alert.workspace_id, alert.run_as)
    query = SemanticQuery.model_validate(insight.query)
    under = None
    try:
        async with job.runtime.database.begin(principal) as session:
            under = (await current_model(session)).revision
            data = await snapshot_of(session, insight)
            within = sight(data, query)
            known_until = await _known_until(session, job.runtime.clock.now(), data, query)
            lookup = await look_up(session, job.runtime.clock.now(), [wanted_of(insight, data)])
        (shown,) = await compute_missing(job.runtime, principal, lookup)
        if shown.error is not None or shown.result is None:
            return Outcome(
                Verdict("unknown", "failed", shown.error.detail if shown.error is not None else ""),
                under,
                within,
            )
        verdict = _judged(alert, query, shown.result, data.model.calendar.time_zone, known_until)
    except AnswerableError as error:
        return Outcome(Verdict("unknown", "failed", error.detail), under, alert.sight)
    return Outcome(verdict, under, within, shown.result["data_versions"], shown.result["model_revision"])


def _judged(
    alert: AlertRow,
    query: SemanticQuery,
    result: dict[str, Any],  # Any: a result as it was kept, QueryAnswer's
    time_zone: str,
    known_until: datetime,
) -> Verdict:
    rule = _RULE.validate_python(alert.rule)
    found = points(result, query, rule.column, time_zone=time_zone, known_until=known_until)
    grain = query.time.grain if query.time is not None else None
    watched = Column.model_validate(result["columns"][number_column(result["columns"], rule.column)])
    reading = Reading(found, grain, _before(alert, result["data_versions"]), watched.unit)
    standing: State = "firing" if alert.standing == "firing" else "ok"
    return judge(rule, reading, standing)


def _before(alert: AlertRow, versions: dict[str, int]) -> float | None:
    """What one number was under the data before: as last read, or, of the same data, what that was compared
    with."""
    last = ReadingView.model_validate(alert.reading)
    return last.value if last.data_versions != versions else last.compared


async def _known_until(session: Session, now: datetime, data: DataSnapshot, query: SemanticQuery) -> datetime:
    """The moment beyond which the data has nothing: now, or when the file of the query's dataset was
    ready."""
    dataset = data.model.dataset(query.dataset)
    table = data.ready.get(dataset.id) if dataset is not None else None
    if table is None:
        return now
    ready = await repository.ready_moment(session, table.dataset_id, table.version)
    return min(now, ready) if ready is not None else now


async def _apply(session: Session, now: datetime, evaluated: AlertRow, outcome: Outcome) -> bool:
    """Keep an outcome, unless the alert was changed meanwhile or newer data has been judged. False where it
    was read under another model than the one in force: whoever evaluates by that one waits for the lock or
    has been here, so the newest model is always the last to be heard."""
    alert = await repository.lock(session, evaluated.id)
    if alert is None or (alert.rule, alert.run_as) != (evaluated.rule, evaluated.run_as):
        return True
    if outcome.under not in (None, (await current_model(session)).revision):
        return False
    known = ReadingView.model_validate(alert.reading).data_versions
    if any(number < known.get(id_, 0) for id_, number in (outcome.data_versions or {}).items()):
        return True
    before, verdict = alert.state, outcome.verdict
    alert.state, alert.reading = verdict.state, _kept(outcome, alert)
    alert.sight, alert.evaluated_at = outcome.sight, now
    if verdict.state != "unknown":
        alert.standing = verdict.state
    if before != verdict.state:
        alert.since = now
        await _record(session, now, alert, before)
    return True


async def _record(session: Session, now: datetime, alert: AlertRow, before: str) -> None:
    muted = alert.muted_until is not None and alert.muted_until > now
    session.add(
        AlertChangeRow(
            workspace_id=session.workspace_id,
            alert_id=alert.id,
            before=before,
            after=alert.state,
            reading=alert.reading,
            sight=alert.sight,
            muted=muted,
        )
    )
    await session.flush()
    await repository.forget_old_changes(session, alert.id)
    told: dict[str, JsonValue] = {
        "insight_id": alert.insight_id,
        "before": before,
        "after": alert.state,
        "muted": muted,
    }
    await publish(session, f"alert.{alert.state}", Subject(ALERT, alert.id), told)


def _kept(outcome: Outcome, alert: AlertRow) -> dict[str, Any]:
    """The reading as the row keeps it; where nothing could be read, on which data the last one was."""
    last, verdict = ReadingView.model_validate(alert.reading), outcome.verdict
    return ReadingView(
        value=verdict.value,
        period=_day(verdict.period),
        compared=verdict.compared,
        low=verdict.low,
        high=verdict.high,
        history=verdict.history,
        code=verdict.code,
        percent=verdict.percent,
        hysteresis=verdict.hysteresis,
        needed=verdict.needed,
        unit=verdict.unit,
        partial=verdict.partial,
        skipped=_day(verdict.skipped),
        reason=verdict.reason,
        data_versions=outcome.data_versions if outcome.data_versions is not None else last.data_versions,
        model_revision=outcome.model_revision,
    ).model_dump(mode="json")


def _day(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="minutes") if moment is not None else None
