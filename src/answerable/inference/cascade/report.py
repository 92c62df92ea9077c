"""The report of cascades: which stage answered, which was wrong, and what was saved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import timedelta

from answerable.identity.access import RequestContext
from answerable.inference.cascade import repository
from answerable.inference.cascade.calibration import fitted_stages
from answerable.inference.cascade.schemas import (
    Calibrated,
    CascadeReport,
    CascadesReport,
    CascadesRequest,
    ConfidenceLevel,
    StageReport,
)
from answerable.kit.errors import FieldError, InvalidInput

_DEFAULT_SPAN = timedelta(days=30)

_Place = tuple[str, int, str]


async def report(context: RequestContext, wanted: CascadesRequest) -> CascadesReport:
    """The workspace's cascades in a span of time. Raises InvalidInput."""
    until = wanted.until or context.runtime.clock.now()
    since = wanted.since or until - _DEFAULT_SPAN
    if since >= until:
        raise InvalidInput("The time ends before it begins.", errors=[FieldError("from", "not before `to`")])
    session = context.session
    checks: dict[_Place, dict[str, int]] = defaultdict(dict)
    for alias, position, stage, check, count in await repository.failed_checks(session, since, until):
        checks[(alias, position, stage)][check or ""] = count
    maps = fitted_stages(await repository.outcomes(session))
    levels: dict[_Place, list[ConfidenceLevel]] = defaultdict(list)
    for alias, position, stage, tenth, compared, agreed in await repository.levels(session, since, until):
        found = maps.get(alias, {}).get((position, stage))
        level = ConfidenceLevel(
            at_least=tenth / 10,
            compared=compared,
            agreed=agreed,
            calibrated=None if found is None else round(found.of(tenth / 10 + 0.05), 4),
        )
        levels[(alias, position, stage)].append(level)
    stages: dict[str, list[StageReport]] = defaultdict(list)
    for row in await repository.stages(session, since, until):
        place = (row.alias, row.position, row.stage)
        compared = row.wrong + row.needless
        calibration = maps.get(row.alias, {}).get((row.position, row.stage))
        stages[row.alias].append(
            StageReport(
                position=row.position,
                stage=row.stage,
                asked=row.asked,
                answers=row.answers,
                escalations=row.escalations,
                escalations_by_check=checks[place],
                failures=row.failures,
                wrong=row.wrong,
                needless=row.needless,
                wrong_rate=row.wrong / compared if compared else None,
                cost_usd=float(row.cost_usd),
                mean_confidence=row.mean_confidence,
                confidence_is="raw" if calibration is None else "calibrated",
                calibration=None if calibration is None else Calibrated(**asdict(calibration)),
                by_confidence=levels[place],
            )
        )
    items = [
        CascadeReport(
            alias=row.alias,
            calls=row.calls,
            cost_usd=float(row.cost_usd),
            saved_usd=float(row.alternative_cost - row.compared_cost),
            stages=stages[row.alias],
        )
        for row in await repository.money(session, since, until)
    ]
    return CascadesReport(since=since, until=until, items=items)
