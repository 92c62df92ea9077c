"""The frame of a staged result: which combinations of groups and periods it has rows for.

With `fill_gaps` every period of the range appears, also one without rows. A comparison adds what
only the other period has: together with left joins onto the frame that is a FULL join.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlglot import exp

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.engines.compiler.accumulated import openings
from answerable.data.engines.compiler.aggregates import named, table
from answerable.data.engines.compiler.plan import PERIOD, Plan
from answerable.data.engines.compiler.values import literal, localise
from answerable.data.semantics.query import Grain, Period

PERIODS, GROUPS, FRAME = "all periods", "all groups", "result rows"


def fills(plan: Plan) -> bool:
    """Whether periods without rows are to appear."""
    return plan.time is not None and plan.time.grain is not None and plan.time.fill_gaps


def group_keys(plan: Plan) -> list[str]:
    """The columns that tell groups apart."""
    keys: list[str] = []
    for group in plan.groups:
        keys.append(group.ref.name)
        if group.top is not None and group.top.others:
            keys.append(group.other_flag)
    return keys


def frame_keys(plan: Plan) -> list[str]:
    """The columns that tell the rows of the result apart."""
    return [*group_keys(plan), *([PERIOD] if plan.grain else [])]


def has_frame(plan: Plan) -> bool:
    """Whether the result has other rows than the aggregate of its own period has."""
    beyond = fills(plan) or plan.comparison is not None or bool(openings(plan))
    return bool(frame_keys(plan)) and beyond


def frame_stages(plan: Plan, current: str, compared: str) -> Iterator[tuple[str, exp.Expr]]:
    """The stages that lead to FRAME; none when there is no frame."""
    if not has_frame(plan):
        return
    keys = frame_keys(plan)
    parts: list[exp.Select] = []
    if fills(plan):
        yield PERIODS, _periods(plan, current)
        spine = exp.Select().from_(table(PERIODS))
        if plan.groups:
            yield GROUPS, _union(plan, current, compared)
            spine = spine.join(table(GROUPS), join_type="CROSS", copy=False)
        parts.append(spine.select(*_columns(keys), copy=False))
    else:
        parts.append(exp.Select().select(*_columns(keys), copy=False).from_(table(current)))
    if plan.comparison is not None and not is_open(plan):
        parts.append(exp.Select().select(*_columns(keys), copy=False).from_(table(compared)))
    if plan.grain is None:
        parts += [exp.Select().select(*_columns(keys), copy=False).from_(table(s)) for s in openings(plan)]
    yield FRAME, _distinct(parts)


def is_open(plan: Plan) -> bool:
    """Whether a comparison by period has an open side: what lies beyond the own rows has no partner."""
    if plan.time is None or plan.grain is None or plan.comparison is None:
        return False
    return span(plan.time.period, plan) is None or compared_span(plan) is None


def span(period: Period | None, plan: Plan) -> tuple[date | datetime, date | datetime] | None:
    """First and last bucket of a period that is bounded on both sides, else None."""
    if period is None or period.start is None or period.end is None or plan.grain is None:
        return None
    first, end = _local(period.start, plan), _local(period.end, plan)
    last = buckets.last_moment(end)
    return (
        buckets.bucket_of(first, plan.grain, plan.calendar),
        buckets.bucket_of(last, plan.grain, plan.calendar),
    )


def compared_span(plan: Plan) -> tuple[date | datetime, date | datetime] | None:
    """First and last bucket of the compared period, moved to the buckets that they stand beside."""
    assert plan.time is not None
    assert plan.time.comparison is not None
    inside = span(plan.time.comparison.period, plan)
    if inside is None or plan.grain is None:
        return None
    if plan.time.shift is None:
        first, last = (_a_year_later(bound) for bound in inside)
        return first, last
    first, last = (buckets.later_by(bound, plan.grain, plan.time.shift) for bound in inside)
    return first, last


def _periods(plan: Plan, current: str) -> exp.Expr:
    assert plan.time is not None
    assert plan.grain is not None
    known = span(plan.time.period, plan)
    period = plan.time.period
    first, last = _edge(current, exp.Min), _edge(current, exp.Max)
    if known is not None:
        first, last = literal(known[0]), literal(known[1])
    elif period is not None and period.start is not None:
        first = literal(buckets.bucket_of(_local(period.start, plan), plan.grain, plan.calendar))
    elif period is not None and period.end is not None:
        end = buckets.last_moment(_local(period.end, plan))
        last = literal(buckets.bucket_of(end, plan.grain, plan.calendar))
    filled = last_filled(plan, current)
    if filled is not None and known is not None and _lies_ahead(plan, known[0]):
        first, last = _edge(current, exp.Min), _edge(current, exp.Max)  # only what has rows is there
    elif filled is not None:
        last = filled
    series = exp.GenerateSeries(start=_instant(first), end=_instant(last), step=buckets.step(plan.grain))
    start: exp.Expr = exp.Explode(this=series)
    if plan.grain is not Grain.HOUR:
        start = exp.cast(start, exp.DataType.Type.DATE)
    return exp.Select().select(named(start, PERIOD), copy=False)


def _lies_ahead(plan: Plan, first: date | datetime) -> bool:
    """Whether a time begins after the day up to which gaps are filled."""
    until = plan.time.fill_until if plan.time is not None else None
    return until is not None and buckets.at_midnight(first).date() > until


def last_filled(plan: Plan, current: str) -> exp.Expr | None:
    """The last period that is filled where not all of them are: that of the day up to which gaps are filled,
    or a later one that has rows. None where all are filled."""
    time = plan.time
    if time is None or time.fill_until is None or plan.grain is None or time.period is None:
        return None
    if time.period.end is None:
        return None
    until = buckets.bucket_of(time.fill_until, plan.grain, plan.calendar)
    end = buckets.bucket_of(buckets.last_moment(_local(time.period.end, plan)), plan.grain, plan.calendar)
    if buckets.at_midnight(end) <= buckets.at_midnight(until):
        return None
    later = exp.GT(this=_edge(current, exp.Max), expression=literal(until))
    return exp.Case().when(later, _edge(current, exp.Max)).else_(literal(until))


def _edge(stage: str, function: type[exp.AggFunc]) -> exp.Expr:
    edge = function(this=exp.column(PERIOD, quoted=True))
    return exp.Select().select(edge, copy=False).from_(table(stage)).subquery()


def _instant(moment: exp.Expr) -> exp.Expr:
    return exp.cast(moment, exp.DataType.Type.TIMESTAMP)


def _union(plan: Plan, current: str, compared: str) -> exp.Expr:
    """Every combination of groups that has rows: also before a period, of what runs on over time."""
    stages = [current, *([compared] if plan.comparison is not None else []), *openings(plan)]
    keys = group_keys(plan)
    parts = [exp.Select().select(*_columns(keys), copy=False).from_(table(stage)) for stage in stages]
    return _distinct(parts) if len(parts) > 1 else parts[0].distinct()


def _distinct(parts: list[exp.Select]) -> exp.Expr:
    """The rows of all parts, each once; of one part as they are."""
    whole: exp.Query = parts[0]
    for part in parts[1:]:
        whole = exp.union(whole, part, distinct=True, copy=False)
    return whole


def _columns(names: list[str]) -> list[exp.Column]:
    return [exp.column(name, quoted=True) for name in names]


def _local(moment: date | datetime, plan: Plan) -> date | datetime:
    return localise(moment, plan.calendar.time_zone) if isinstance(moment, datetime) else moment


def _a_year_later(moment: date | datetime) -> date | datetime:
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + 1, day=28)
