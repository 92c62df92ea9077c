"""Numbers that run on over time: what had come together before a period is part of each number within it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from answerable.data.engines.compiler.plan import PERIOD, PREVIOUS, Plan, PlannedMeasure, PlannedTime
from answerable.data.semantics.query import Period, SemanticQuery

BEFORE, BEFORE_COMPARED = "earlier rows", "earlier compared rows"
SIDES = {BEFORE: "", BEFORE_COMPARED: PREVIOUS}
"""The stages of what was before the period and before the compared one, with the ending of their numbers."""


def openings(plan: Plan) -> dict[str, Period]:
    """All that lies before the query's periods, by stage: none where no number runs on, or a period has no
    start."""
    time = plan.time
    if time is None or not any(measure.accumulates for measure in plan.measures):
        return {}
    periods = {BEFORE: time.period, BEFORE_COMPARED: time.comparison.period if time.comparison else None}
    return {
        stage: Period(end=period.start)
        for stage, period in periods.items()
        if period is not None and period.start is not None
    }


def opening(name: str) -> str:
    """The column with what had come together of a number before."""
    return f"{name} before"


def running(name: str, groups: list[str]) -> exp.Expr:
    """The sum of a column from the first period to the row's own, for each combination of groups."""
    return exp.Window(
        this=exp.Sum(this=exp.column(name, quoted=True)),
        partition_by=[exp.column(key, quoted=True) for key in groups],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(PERIOD, quoted=True), nulls_first=False)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


def so_far(plan: Plan, name: str, groups: list[str]) -> exp.Expr:
    """A number with all of it that came before: of earlier periods, and before the first one."""
    own = running(name, groups) if plan.grain is not None else exp.column(name, quoted=True)
    stage = BEFORE_COMPARED if name.endswith(PREVIOUS) else BEFORE
    if stage not in openings(plan):
        return own
    before = exp.column(opening(name), quoted=True)
    known = exp.Coalesce(this=own, expressions=[exp.Literal.number(0)])
    whole = exp.Add(this=before.copy(), expression=known)
    return exp.Case().when(exp.Is(this=before, expression=exp.Null()), own.copy()).else_(whole)


def unsound(
    query: SemanticQuery, measures: tuple[PlannedMeasure, ...], time: PlannedTime | None
) -> Iterator[tuple[str, str]]:
    """(place, problem) of what cannot be made of a number that runs on over time."""
    on = {measure.alias for measure in measures if measure.accumulates}
    for index, measure in enumerate(measures):
        if measure.accumulates and (measure.share or measure.moving is not None):
            yield f"measures[{index}]", f"{measure.label} runs on over time; leave shares and averages out"
    if not on or time is None:
        return
    other = time.comparison.period if time.comparison is not None else None
    partly = (time.period is not None and time.period.start is not None) or not time.fill_gaps
    if time.grain is not None and other is not None and other.start is None and partly:
        yield "time.comparison.period", "give a start on both sides, of a number that runs on over time"
    tops = [group.top for group in query.group_by if group.top is not None]
    if any(top.each and top.by in on for top in tops) and time.grain is not None:
        yield "group_by", "what runs on over time cannot be ranked within each period"
    if any((threshold.measure in on) != (top.by in on) for threshold in query.having for top in tops):
        yield "having", "give thresholds on the number that is ranked by, where one runs on over time"
