"""The time of a query: range, grain and comparison from what was said about time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from answerable.data.questions.context import Context
from answerable.data.questions.english import PEOPLE
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import Against, Span, TimeUnit, Versus
from answerable.data.questions.time import resolve
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    Period,
    TimeSlice,
)

_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Timing:
    """One way to read the time of a question. `time` is None where nothing was said of time."""

    time: TimeSlice | None
    assumed: bool = False  # the time field was not said and others exist


@dataclass(frozen=True, slots=True)
class _Plan:
    base: Span | None
    other: Span | None = None
    grain: Grain | None = None
    shift: int | None = None
    kind: Against | None = None


def timings(context: Context, frame: Frame) -> list[Timing]:
    """Every way to read the time; empty when it cannot be read on this dataset."""
    plans = _plans(context, frame)
    if plans is None:
        return []
    if len(plans) == 1 and plans[0] == _Plan(None):
        return [Timing(None)]
    fields = context.times()
    said = (
        (frame.when.field if frame.when else None)
        or (frame.verb.name if frame.verb else None)
        or (frame.groups.time_field if frame.groups else None)
    )
    if (
        frame.when
        and frame.when.field
        and frame.groups
        and frame.groups.time_field not in (None, frame.when.field)
    ):
        return []
    chosen = said or (fields[0] if fields else None)
    if chosen is None:
        return []
    if said is None and _is_of_people(context, frame) and len(fields) > 1:
        # People in 2024: who came then, who left, or who was there; an order of 2024 is no such question.
        return [Timing(_slice(plan, name)) for plan in plans for name in fields]
    if said is None and context.dataset.default_time is None and len(fields) > 1:
        return [Timing(_slice(plan, name)) for plan in plans for name in fields]
    return [Timing(_slice(plan, chosen), assumed=said is None and len(fields) > 1) for plan in plans]


def against(context: Context, versus: Versus, base: Span, grain: Grain | None, field: str) -> list[TimeSlice]:
    """The ways to hold a period that is already chosen against another; empty where it has no such other, or
    the one that is said relative to today lies after it."""
    span = versus.span
    if span is not None and span.start is not None and base.start is not None and span.start > base.start:
        if span.relative or (span.unit, span.count) != (base.unit, base.count):
            return []
        return [_slice(plan, field) for plan in _with_grain(span, base, grain) or []]
    return [_slice(plan, field) for plan in _versus(context, versus, base, grain) or []]


def _is_of_people(context: Context, frame: Frame) -> bool:
    """Whether people are counted, by a time of which it is not said what they did then."""
    counted = frame.measures is not None and frame.measures.parts == (context.count(),)
    return counted and not frame.rank and PEOPLE.issuperset(context.dataset.row_noun.split()[-1:])


def _slice(plan: _Plan, field: str) -> TimeSlice:
    period = _period(plan.base) if plan.base else None
    comparison = None
    if plan.kind is not None:
        comparison = _comparison(plan)
    return TimeSlice(field=field, period=period, grain=plan.grain, comparison=comparison)


def _period(span: Span) -> Period:
    return Period(start=span.start, end=span.end, label=span.label)


def _comparison(plan: _Plan) -> Comparison:
    """The comparison under its proper kind, whichever words named it."""
    base, other = plan.base, plan.other
    if base is None or other is None:
        kind = "previous_year" if plan.kind is Against.PREVIOUS_YEAR else "previous_period"
        return Comparison(kind=kind, period=Period(), shift=plan.shift)
    year_before, before = resolve.a_year_before(base), resolve.previous(base)
    if year_before and (other.start, other.end) == (year_before.start, year_before.end):
        # A leap day would push all days after it beside their neighbours: days move by the year itself.
        shift = None if plan.grain is Grain.DAY else plan.shift
        return Comparison(kind="previous_year", period=_period(other), shift=shift)
    if before and (other.start, other.end) == (before.start, before.end):
        return Comparison(kind="previous_period", period=_period(other), shift=plan.shift)
    stepped = plan.kind is Against.PREVIOUS_PERIOD and plan.shift == 1
    return Comparison(
        kind="previous_period" if stepped else "custom", period=_period(other), shift=plan.shift
    )


def _plans(context: Context, frame: Frame) -> list[_Plan] | None:
    base = frame.when.span if frame.when else None
    grain = frame.groups.grain if frame.groups else None
    if frame.window is not None and frame.window.grain is not None:
        if grain not in (None, frame.window.grain):
            return None  # a moving average of 7 days by month
        grain = frame.window.grain
    if frame.two is not None:
        return _two_periods(frame, grain)
    if frame.compare and base is not None and base.listed and base.endpoints:
        return _with_grain(base.endpoints[1], base.endpoints[0], grain)
    if frame.versus is not None:
        return _versus(context, frame.versus, base, grain)
    if frame.change:
        return _change(frame, base, grain)
    if frame.trend or frame.develop:
        return [_Plan(base, grain=grain or natural_grain(base, context))]
    each = _GRAINS.get(base.unit) if base is not None and base.listed and base.unit is not None else None
    if each is not None and grain is None and frame.rank is None and frame.measures is not None:
        return [_Plan(base), _Plan(base, grain=each)]
    return [_Plan(base, grain=grain)]


_GRAINS = {
    TimeUnit.DAY: Grain.DAY,
    TimeUnit.WEEK: Grain.WEEK,
    TimeUnit.MONTH: Grain.MONTH,
    TimeUnit.QUARTER: Grain.QUARTER,
    TimeUnit.YEAR: Grain.YEAR,
}


def natural_grain(base: Span | None, context: Context) -> Grain:
    """A grain that gives a readable number of points for the range."""
    if base is None or base.start is None:
        return Grain.MONTH
    end = base.end or context.now.today
    days = (end - base.start).days
    if days <= 31:
        return Grain.DAY
    if days <= 92:
        return Grain.WEEK
    return Grain.MONTH if days <= 1100 else Grain.QUARTER


def _two_periods(frame: Frame, grain: Grain | None) -> list[_Plan] | None:
    assert frame.two is not None
    first, second = frame.two.first, frame.two.second
    assert first.start is not None
    assert second.start is not None
    base, other = (second, first) if second.start > first.start else (first, second)
    return _with_grain(base, other, grain)


def _with_grain(base: Span, other: Span, grain: Grain | None) -> list[_Plan] | None:
    """A comparison of two ranges; by grain, each bucket keeps its distance to its partner. One that ends with
    today is held against as much of the other."""
    other = resolve.as_far(base, other)
    if grain is None:
        return [_Plan(base, other, kind=Against.PREVIOUS_PERIOD)]
    shift = _steps(base, other, grain)
    return [_Plan(base, other, grain, shift, Against.PREVIOUS_PERIOD)] if shift else None


def _steps(base: Span, other: Span, grain: Grain) -> int | None:
    if base.start is None or other.start is None:
        return None
    if grain in _MONTHS:
        months = resolve.months_between(other.start, base.start)
        return months // _MONTHS[grain] if months and months % _MONTHS[grain] == 0 else None
    days = (base.start - other.start).days
    if grain is Grain.WEEK:
        return round(days / 7)
    return days if grain is Grain.DAY else None


def _versus(context: Context, versus: Versus, base: Span | None, grain: Grain | None) -> list[_Plan] | None:
    if versus.span is not None:
        return _against_span(context, versus.span, base, grain)
    against = versus.against
    if against is Against.PREVIOUS_PERIOD:
        return _against_previous(context, versus, base, grain)
    alike = TimeUnit(versus.grain.value) if versus.grain is not None else None
    if alike is not None and versus.grain is not grain and (base is None or base.unit is not alike):
        return None  # the same month last year, of a quarter
    if base is None and against is Against.LAST_YEAR:
        return _this_unit(context, TimeUnit.YEAR, grain)
    if base is None:
        step = grain or Grain.YEAR
        shift = {Grain.YEAR: 1, Grain.QUARTER: 4, Grain.MONTH: 12, Grain.WEEK: 52}.get(step)
        return [_Plan(None, None, step, shift, Against.PREVIOUS_YEAR)] if shift else None
    other = resolve.a_year_before(base)
    if other is None or base.start is None:
        return None
    if against is Against.LAST_YEAR and not _is_of_this_year(context, base.start):
        return None
    return _with_grain(base, other, grain)


def _is_of_this_year(context: Context, day: date) -> bool:
    year, now = TimeUnit.YEAR, context.now
    return resolve.floor(day, year, now) == resolve.floor(now.today, year, now)


def _against_previous(
    context: Context, versus: Versus, base: Span | None, grain: Grain | None
) -> list[_Plan] | None:
    unit = TimeUnit(versus.grain.value) if versus.grain else None
    if base is not None and (unit is None or (base.unit is unit and base.count == versus.count)):
        other = resolve.previous(base)
        return _with_grain(base, other, grain) if other else None
    if base is None and unit is not None and grain is None:
        return _this_unit(context, unit, None)
    step = versus.grain if grain is None else grain
    if step is None or (grain is not None and versus.grain not in (None, grain)):
        return None
    return [_stepwise(base, step)]


def _this_unit(context: Context, unit: TimeUnit, grain: Grain | None) -> list[_Plan] | None:
    """Compared to last month, with nothing said of this one: as far as it has come, or whole."""
    plans: list[_Plan] = []
    to_date = resolve.to_date(unit, context.now)
    whole = resolve.current(unit, 0, context.now, f"this {context.now.called(unit)}")
    for base in (whole,) if grain else (to_date, whole):
        other = replace(resolve.shifted(base, unit, -1), label=f"the {unit} before")
        plans += _with_grain(base, other, grain) or []
    return plans or None


def _against_span(context: Context, span: Span, base: Span | None, grain: Grain | None) -> list[_Plan] | None:
    if base is not None:
        same = (base.unit, base.count) == (span.unit, span.count) and base.start != span.start
        return _with_grain(base, span, grain) if same and base.start and span.start else None
    if (
        span.relative
        and span.unit is not None
        and span.count == 1
        and span.end == resolve.floor(context.now.today, span.unit, context.now)
    ):
        return _this_unit(context, span.unit, grain)
    return None


def _stepwise(base: Span | None, grain: Grain) -> _Plan:
    """Each bucket against the one before it."""
    if base is None:
        return _Plan(None, None, grain, 1, Against.PREVIOUS_PERIOD)
    moved = resolve.shifted(base, TimeUnit(grain.value), -1) if grain is not Grain.HOUR else base
    return _Plan(base, replace(moved, label=f"one {grain} before"), grain, 1, Against.PREVIOUS_PERIOD)


def _change(frame: Frame, base: Span | None, grain: Grain | None) -> list[_Plan] | None:
    if base is not None and base.endpoints and not base.listed and grain is None:
        first, last = base.endpoints
        if (first.unit, first.count) == (last.unit, last.count):
            return [_Plan(last, first, kind=Against.PREVIOUS_PERIOD)]
    if frame.how and grain is None and base is None:
        return [_Plan(None, grain=Grain.MONTH)]
    if grain is not None and grain is not Grain.HOUR:
        return [_stepwise(base, grain)]
    if base is None or base.start is None or base.end is None:
        return None
    others = (resolve.previous(base), resolve.a_year_before(base))
    return [_Plan(base, other, kind=Against.PREVIOUS_PERIOD) for other in others if other is not None]
