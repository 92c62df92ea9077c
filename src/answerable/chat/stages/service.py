"""How much the stage without a model answers, and how that changes as the model of the tables grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime

from answerable.chat.asking.answer import Status
from answerable.chat.asking.composer import RULES
from answerable.chat.stages.repository import StageRepository
from answerable.chat.stages.schemas import StageDay, StageReport, StagesRequest
from answerable.kit.db import Session

_ANSWERED = frozenset({Status.ANSWERED.value, Status.PARTIAL.value})


async def report(session: Session, wanted: StagesRequest, now: datetime) -> StageReport:
    """The answers of the workspace by day and stage."""
    since, until = wanted.span(now)
    rows = await StageRepository(session).counted(since, until, wanted.route)
    asked: Counter[date] = Counter()
    stages: dict[date, Counter[str]] = defaultdict(Counter)
    for day, stage, status, number in rows:
        asked[day] += number
        if status in _ANSWERED:
            stages[day][stage] += number
    days = [
        StageDay(
            day=day,
            questions=questions,
            answered=stages[day].total(),
            by_stage=dict(stages[day]),
            rules_share=_share(stages[day]),
        )
        for day, questions in sorted(asked.items())
    ]
    total = sum(stages.values(), Counter[str]())
    return StageReport(since=since, until=until, days=days, rules_share=_share(total))


def _share(stages: Counter[str]) -> float | None:
    """The part of the answers that no model gave; None without answers."""
    return round(stages[RULES] / stages.total(), 4) if stages.total() else None
