"""The rules of alerts: set, changed, muted, deleted, and who sees them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answerable.data.alerts import repository
from answerable.data.alerts.errors import NotWatchable
from answerable.data.alerts.repository import Pair
from answerable.data.alerts.rules import Rule, UsualRangeRule
from answerable.data.alerts.schemas import AlertChange, NewAlert
from answerable.data.alerts.series import season_of
from answerable.data.alerts.tables import AlertChangeRow, AlertRow
from answerable.data.engines.seeing import may_see
from answerable.data.engines.snapshot import DataSnapshot, take_snapshot
from answerable.data.insights import repository as stored_insights
from answerable.data.insights import service as insights
from answerable.data.insights.tables import InsightRow
from answerable.data.schedules.service import ALERT, JOBS, remove_schedules, set_schedule
from answerable.data.semantics.query import SemanticQuery
from answerable.events import publish
from answerable.events.tables import EventRow
from answerable.jobs import Subject, enqueue
from answerable.kit.clock import Clock
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, NotFound
from answerable.kit.paging import PageRequest

MOST_ALERTS = 1_000


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """An alert; `clear` says that the principal sees the rows that its state comes from."""

    alert: AlertRow
    clear: bool


async def make(session: Session, clock: Clock, new: NewAlert) -> AlertRow:
    """A new alert, evaluated as its maker at once. Raises NotFound for an insight that is not there,
    NotWatchable for one that the rule does not fit, Conflict beyond a thousand."""
    insight = await insights.read_seen(session, new.insight_id)
    _check_watchable(insight, new.rule)
    if await repository.count(session) >= MOST_ALERTS:
        raise Conflict(
            f"The workspace has {MOST_ALERTS} alerts already. Delete one first.", reason="too_many_alerts"
        )
    alert = AlertRow(
        workspace_id=session.workspace_id,
        insight_id=insight.id,
        name=new.name,
        rule=new.rule.model_dump(mode="json"),
        check=new.check.model_dump(mode="json"),
        run_as=session.principal.user_id,
        created_by=session.principal.user_id,
    )
    session.add(alert)
    await session.flush()
    await set_schedule(session, clock.now(), ALERT, alert.id, new.check)
    await enqueue_evaluation(session, alert.id)
    await session.refresh(alert)
    await _tell(session, alert, "created")
    return alert


async def find(session: Session, alert_id: str) -> SeenAlert:
    """An alert. NotFound, also for one whose rows the principal does not see."""
    pair = await repository.get(session, alert_id)
    seen = await seen_of(session, [pair]) if pair is not None else []
    if not seen:
        raise NotFound
    return seen[0]


async def page(
    session: Session, request: PageRequest, insight_id: str | None, state: str | None
) -> tuple[Sequence[AlertRow], dict[str, SeenAlert]]:
    """(alerts, newest first, one more than the page holds; those that the principal may see, by id)."""
    found = await repository.page(session, request, insight_id, state)
    seen = {each.alert.id: each for each in await seen_of(session, found)}
    if state is not None:  # whose state is not told must not be found by it
        seen = {alert_id: each for alert_id, each in seen.items() if each.clear}
    return [alert for alert, _ in found], seen


async def names(session: Session, alert_ids: Collection[str]) -> tuple[dict[str, str], set[str]]:
    """(the names of those of the alerts that the principal may see, by their ids; the ids of all of them that
    exist)."""
    found = await repository.of_ids(session, alert_ids)
    seen = await seen_of(session, found)
    return {each.alert.id: each.alert.name for each in seen}, {alert.id for alert, _ in found}


async def change(session: Session, clock: Clock, alert_id: str, wanted: AlertChange) -> SeenAlert:
    """An alert with what is to change. Raises NotFound, NotWatchable."""
    await find(session, alert_id)
    alert = await repository.lock(session, alert_id)
    if alert is None:
        raise NotFound
    if wanted.name is not None:
        alert.name = wanted.name
    if wanted.rule is not None:
        _check_watchable(await insights.read_seen(session, alert.insight_id), wanted.rule)
        alert.rule, alert.standing = wanted.rule.model_dump(mode="json"), "ok"
        alert.run_as = session.principal.user_id
        await enqueue_evaluation(session, alert.id)
    if wanted.check is not None:
        alert.check = wanted.check.model_dump(mode="json")
        await set_schedule(session, clock.now(), ALERT, alert.id, wanted.check)
    if "muted_until" in wanted.model_fields_set:
        alert.muted_until = wanted.muted_until
    alert.updated_at = clock.now()
    await session.flush()
    await _tell(session, alert, "changed")
    return await find(session, alert_id)


async def delete(session: Session, alert_id: str) -> None:
    """Delete an alert with its history. NotFound."""
    seen = await find(session, alert_id)
    await remove_schedules(session, ALERT, [alert_id])
    await repository.remove(session, alert_id)
    await _tell(session, seen.alert, "deleted", gone=True)


async def evaluate_now(session: Session, alert_id: str) -> str:
    """Have an alert evaluated; the job's id. NotFound."""
    return await enqueue_evaluation(session, (await find(session, alert_id)).alert.id)


async def enqueue_evaluation(session: Session, alert_id: str) -> str:
    """Queue the evaluation of an alert."""
    return await enqueue(session, JOBS[ALERT], subject=Subject(ALERT, alert_id), subject_ids=[alert_id])


async def history(
    session: Session, alert_id: str, request: PageRequest
) -> tuple[Sequence[AlertChangeRow], frozenset[str]]:
    """(an alert's changes of state, newest first, one more than the page holds; the ids of those whose rows
    the principal sees). NotFound."""
    await find(session, alert_id)
    pair = await repository.get(session, alert_id)
    if pair is None:
        raise NotFound
    rows = await repository.page_changes(session, alert_id, request)
    data, query = await take_snapshot(session), SemanticQuery.model_validate(pair[1].query)
    return rows, frozenset(row.id for row in rows if may_see(data, query, row.sight))


async def visible(session: Session, events: Sequence[EventRow]) -> Collection[str]:
    """The ids of those events about alerts that the principal may see: of an alert that is gone, whoever saw
    it before."""
    found = await seen_of(session, await repository.of_ids(session, {event.subject_id for event in events}))
    clear = {each.alert.id for each in found if each.clear}
    shown = {event.id for event in events if event.subject_id in clear}
    gone = [event for event in events if event.seen_with is not None]
    return shown | await _of_the_gone(session, gone) if gone else shown


async def _of_the_gone(session: Session, events: Sequence[EventRow]) -> set[str]:
    data, me = await take_snapshot(session), session.principal.user_id
    insights_seen = await stored_insights.of_ids(session, {event.data["insight_id"] for event in events})
    shown = set()
    for event in events:
        insight, then = insights_seen.get(event.data["insight_id"]), event.seen_with or {}
        own = me is not None and then["run_as"] == me
        if insight is not None and (own or _may_see(data, insight, then["sight"])):
            shown.add(event.id)
    return shown


async def seen_of(session: Session, pairs: Sequence[Pair]) -> list[SeenAlert]:
    """The alerts that the principal may see: those whose rows they see, and those evaluated as them."""
    if not pairs:
        return []
    data, me = await take_snapshot(session), session.principal.user_id
    found = [(alert, _may_see(data, insight, alert.sight)) for alert, insight in pairs]
    return [
        SeenAlert(alert, clear) for alert, clear in found if clear or (me is not None and alert.run_as == me)
    ]


def _may_see(data: DataSnapshot, insight: InsightRow, sight: str | None) -> bool:
    return may_see(data, SemanticQuery.model_validate(insight.query), sight)


def _check_watchable(insight: InsightRow, rule: Rule) -> None:
    query = SemanticQuery.model_validate(insight.query)
    grain = query.time.grain if query.time is not None else None
    if insight.version_policy != "latest":
        raise _unfit(
            "insight_id", "It stays with its versions of the data, so it never changes.", "pinned_versions"
        )
    if not query.measures or query.group_by:
        raise _unfit(
            "insight_id",
            "An alert watches one number or one series. Pin the question without groups.",
            "watch_without_groups",
        )
    if isinstance(rule, UsualRangeRule):
        if grain is None:
            raise _unfit(
                "rule",
                "A usual range needs a series. Pin the question by day, week or month.",
                "usual_range_needs_series",
            )
        season_of(grain, rule.season)


def _unfit(field: str, detail: str, reason: str) -> NotWatchable:
    return NotWatchable(detail, errors=[FieldError(field, detail)], reason=reason)


async def _tell(session: Session, alert: AlertRow, what: str, *, gone: bool = False) -> None:
    then = {"sight": alert.sight, "run_as": alert.run_as} if gone else None
    told = {"insight_id": alert.insight_id}
    await publish(session, f"alert.{what}", Subject(ALERT, alert.id), told, seen_with=then)
