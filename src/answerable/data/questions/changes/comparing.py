"""Holds the period of the query before against another: versus last year, compared to the month before."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from answerable.data.questions.changes.outcome import Change, Unchanged, Why, asked
from answerable.data.questions.changes.periods import days_of, named, years_of
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Against, Span, TimeUnit, Versus
from answerable.data.questions.outcome import Option
from answerable.data.questions.periods import against
from answerable.data.questions.said import context_of, whole
from answerable.data.questions.time.resolve import Now, span_of, to_date
from answerable.data.semantics.model import Dataset, SemanticModel
from answerable.data.semantics.query import SemanticQuery, TimeSlice

_PRONOUN = re.compile(r"^((?:compare|comparing) )(?:it|this|that|these|those|them) ", re.I)
_WHICH = "Which periods do you mean?"
_LAST = re.compile(r"\b(last|past)\b", re.I)


def compared(
    text: str, last: SemanticQuery, model: SemanticModel, dataset: Dataset, now: Now
) -> Change | None:
    """The query beside itself in the period that `text` names; None where it names none to compare with."""
    period = last.time.period if last.time is not None else None
    years = years_of(period)
    if len(years) == 1:
        now = replace(now, year=years[0])
    context = context_of(model, dataset, now)
    text = _PRONOUN.sub(r"\1", text)
    said = [item.value for item in whole(text, "Versus", context) if isinstance(item.value, Versus)]
    found = said if _LAST.search(text) else [own for each in said if (own := _of_its_own(each)) is not None]
    if not said:
        return None
    time, days = last.time, days_of(period)
    shown = [
        m
        for m in last.measures
        if m.share_of_total or m.running_total or m.moving_average or m.average_per is not None
    ]
    if time is None or days is None or not last.measures or shown or last.having or last.limit is not None:
        return Unchanged(Why.DOES_NOT_FIT)
    base = span_of(*days, now)
    bases = [base] if time.grain is not None else [*_so_far(base, now), base]
    if any(_is_of_today(versus, base) for versus in found):
        return _of_today_or_of_its_own(last, found, base, context)
    slices = [
        placed
        for versus in found
        for each in bases
        for placed in against(context, versus, each, time.grain, time.field)
        if not each.to_date or (placed.comparison is not None and placed.comparison.kind != "custom")
    ]
    if not slices:
        return Unchanged(Why.DOES_NOT_FIT)
    queries = [last.model_copy(update={"time": _kept(one, time)}) for one in slices]
    return asked(_WHICH, [Option(_label(query), query) for query in queries])


def alone_or_compared(
    last: SemanticQuery, alone: SemanticQuery, model: SemanticModel, dataset: Dataset, now: Now
) -> Change:
    """Only 2024, after a year beside the one before: 2024 beside its own year before, or by itself."""
    time, days = alone.time, days_of(alone.time.period if alone.time is not None else None)
    kind = last.time.comparison.kind if last.time is not None and last.time.comparison is not None else None
    queries = [alone]
    if time is not None and days is not None and kind in ("previous_year", "previous_period"):
        versus = Versus(against=Against.PREVIOUS_YEAR if kind == "previous_year" else Against.PREVIOUS_PERIOD)
        slices = against(context_of(model, dataset, now), versus, span_of(*days, now), time.grain, time.field)
        queries = [*(alone.model_copy(update={"time": _kept(one, time)}) for one in slices), alone]
    return asked(_WHICH, [Option(_label(query), query) for query in queries])


def _of_its_own(versus: Versus) -> Versus | None:
    """The previous year is that before the period, whenever it is asked; None where today is counted from."""
    if versus.span is not None and versus.span.relative:
        return None
    return replace(versus, against=Against.PREVIOUS_YEAR) if versus.against is Against.LAST_YEAR else versus


def _is_of_today(versus: Versus, base: Span) -> bool:
    """Whether "last month" is said of a month before it: the month before that one, or last month."""
    span = versus.span
    if span is None or not span.relative or span.start is None or base.start is None:
        return False
    return span.start >= base.start


def _of_today_or_of_its_own(last: SemanticQuery, found: list[Versus], base: Span, context: Context) -> Change:
    """“Last month” beside a month before it: the month before that one, or today's last month; of last year
    itself, the year before, or this one so far beside it."""
    time = last.time
    spans = [
        v.span for v in found if v.span is not None and (v.span.unit, v.span.count) == (base.unit, base.count)
    ]
    if time is None or not spans or base.unit is None or base.to_date:
        return Unchanged(Why.SEVERAL_MEANINGS)
    before = Versus(against=Against.PREVIOUS_PERIOD)
    slices = against(context, before, base, time.grain, time.field)
    if spans[0].start == base.start:
        slices += against(context, before, to_date(base.unit, context.now), time.grain, time.field)
    else:
        told = Versus(span=replace(spans[0], relative=False))
        slices += against(context, told, base, time.grain, time.field)
    queries = [last.model_copy(update={"time": _kept(one, time)}) for one in slices]
    if len(queries) < 2:
        return Unchanged(Why.SEVERAL_MEANINGS)
    return asked(_WHICH, [Option(_label(query), query) for query in queries])


def _so_far(base: Span, now: Now) -> list[Span]:
    """What has come of a month, quarter or year that is not over, for both sides to be as long."""
    if base.start is None or base.end is None or base.unit is None or base.to_date:
        return []
    tomorrow = now.today + timedelta(days=1)
    if not base.start <= now.today or not tomorrow < base.end or base.unit is TimeUnit.DAY:
        return []
    return [replace(base, end=tomorrow, to_date=True)]


def _kept(found: TimeSlice, time: TimeSlice) -> TimeSlice:
    """The new sides under the old words, where the period itself is the same."""
    if days_of(found.period) == days_of(time.period):
        found = found.model_copy(update={"period": time.period})
    return found.model_copy(update={"fill_gaps": time.fill_gaps})


def _label(query: SemanticQuery) -> str:
    time = query.time
    assert time is not None
    if time.comparison is None:
        return f"{named(time.period)} alone"
    return f"{named(time.period)} against {named(time.comparison.period)}"
