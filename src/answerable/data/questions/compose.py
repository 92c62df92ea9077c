"""From a frame to semantic queries: every query that the frame can mean, with what was assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import ValidationError

from answerable.data.questions.assumed import of_time
from answerable.data.questions.conditions import Filtered, compound, condition, filters, joined
from answerable.data.questions.context import Context
from answerable.data.questions.formatting import format_bucket, upper_first
from answerable.data.questions.frame import Frame
from answerable.data.questions.meanings import (
    Compound,
    Part,
    PointedAt,
    Threshold,
    When,
    Where,
    Window,
)
from answerable.data.questions.notes import (
    BucketNoted,
    FieldNoted,
    FieldsCompared,
    Note,
    NothingNoted,
)
from answerable.data.questions.outcome import Intent
from answerable.data.questions.per_thing import totals_of_each
from answerable.data.questions.periods import Timing, timings
from answerable.data.questions.shape import (
    Shape,
    alias_of,
    field_of,
    is_additive,
)
from answerable.data.questions.shapes import about_rows, counts_things, shapes
from answerable.data.questions.thresholded import known_groups
from answerable.data.questions.unfinished import as_far_as_known
from answerable.data.questions.whole_periods import whole_periods
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Elapsed,
    Filter,
    Not,
    Operator,
    Pointed,
)
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.query import (
    Measure,
    SemanticQuery,
    TimeSlice,
)
from answerable.data.semantics.units import conversion

_BOUNDS = frozenset({Operator.LT, Operator.LE, Operator.GT, Operator.GE})


@dataclass(frozen=True, slots=True)
class Draft:
    """A query that the frame can mean. `notes` are assumptions, `slots` what may set it apart."""

    query: SemanticQuery
    intent: Intent
    notes: tuple[Note, ...] = ()


def drafts(context: Context, frame: Frame) -> list[Draft]:
    """Every query that the frame can mean; empty when its phrases do not make one."""
    placed = _placed(context, frame)
    if placed is None:
        return []
    frame = replace(placed, where=[*placed.where, *known_groups(context, placed)])
    shape = shapes(context, frame)
    if frame.into is not None:
        shape = [one for one in shape if _can_be_in(context, one, frame.into.unit)]
    if not shape:
        return []
    others = [totals_of_each(context, frame, one) for one in shape]
    shape = [*shape, *(one for one in others if one is not None)]
    found: list[Draft] = []
    row_bounds = [t for t in frame.thresholds if t.part is None]
    open_bound = any(t.field is None for t in row_bounds)
    if open_bound and (not about_rows(context, frame) or counts_things(context, frame)):
        return []
    if row_bounds and counts_things(context, frame) and not _is_of_rows(frame):
        return []
    if any(_may_bound_result(context, frame, t) for t in row_bounds) and not about_rows(context, frame):
        return []
    if _may_bound_either(context, frame):
        return []
    for one in shape:
        wheres = [w for w in frame.where if w not in one.taken]
        bounds = [t for t in row_bounds if t not in one.taken]
        for filtered in filters(context, wheres, bounds):
            for timing in timings(context, frame):
                draft = _draft(context, frame, one, filtered, timing)
                if draft is not None:
                    found.append(draft)
    # Where the totals of periods cannot be averaged, the other sense is not taken for what was meant.
    averaged = any(measure.average_per for draft in found for measure in draft.query.measures)
    return [] if frame.averages_periods and not averaged else found


def _can_be_in(context: Context, shape: Shape, unit: str) -> bool:
    """Whether every number of the result can be said in the unit: a count of rows cannot, nor can thresholds
    be told apart from it."""

    def fits(part: Part) -> bool:
        found = conversion(context.unit_of(part), unit)
        return found is not None and not (found[0].offset and context.is_sum(part))

    plain = all(part.minus is None and part.per is None and part.since is None for part in shape.parts)
    return bool(shape.parts) and plain and not shape.having and all(fits(part) for part in shape.parts)


def _placed(context: Context, frame: Frame) -> Frame | None:
    """The frame with weekdays and hours of the time that it is about; None where that has none."""
    if not frame.recurs:
        return frame
    said = frame.verb.name if frame.verb else frame.when.field if frame.when else None
    said = said or (frame.groups.time_field if frame.groups else None)
    times = [said] if said is not None else list(context.times())

    def placed(name: str) -> str:
        if not name.startswith("@"):
            return name
        fine = (FieldType.TIMESTAMP,) if name == "@hour" else (FieldType.TIMESTAMP, FieldType.DATE)
        fits = [t for t in times if (field := context.field(t)) is not None and field.type in fine]
        # An hour is of the only moment; a weekday of the time by which rows are placed.
        alone = len(fits) == 1 or (bool(fits) and fits[0] == times[0])
        return fits[0] + name if alone else name

    groups, rank = frame.groups, frame.rank
    if groups is not None:
        groups = replace(groups, fields=tuple(placed(name) for name in groups.fields))
    if rank is not None and rank.field is not None:
        rank = replace(rank, field=placed(rank.field))
    where = [replace(w, field=placed(w.field)) for w in frame.where]
    compounds = [
        replace(c, sides=tuple(tuple(replace(w, field=placed(w.field)) for w in side) for side in c.sides))
        for c in frame.compounds
    ]
    found = replace(frame, groups=groups, rank=rank, where=where, compounds=compounds)
    return None if found.recurs else found


def _may_bound_result(context: Context, frame: Frame, threshold: Threshold) -> bool:
    """Whether a bound on what is measured may be about the result: revenue over 100. Said of each row
    it is not, unless groups come into question: total quantity by country with a quantity over 100."""
    measured = [p for p in (frame.measures.parts if frame.measures else ()) if field_of(context, p)]
    named = [part for part in measured if field_of(context, part) == threshold.field]
    grouped = frame.groups is not None or frame.trend or any(where.versus for where in frame.where)
    if not named or not threshold.of_rows:
        return bool(named)
    return grouped and any(_is_sum_of(context, part, threshold.field or "") for part in named)


def _is_of_rows(frame: Frame) -> bool:
    """Whether a bound can only be of each row where things are counted that have several: how many clients
    had repairs with a fee over 300, not how many had a fee over 300."""
    return frame.mentioned or any(threshold.part is not None for threshold in frame.thresholds)


def _may_bound_either(context: Context, frame: Frame) -> bool:
    """Whether alternatives that bound numbers may be about groups: total fees by team with a fee over 300 or
    parts over 150."""
    bounds = [w for c in frame.compounds for side in c.sides for w in side if w.operator in _BOUNDS]
    grouped = frame.groups is not None or frame.trend or counts_things(context, frame)
    return bool(bounds) and grouped and not frame.mentioned


def _is_sum_of(context: Context, part: Part, field: str) -> bool:
    """Whether the part is a sum that is called as its field is."""
    metric = context.metric(part.metric) if part.metric else None
    words = set(field.split("_"))
    called = words <= set(re.split(r"\W+|_", metric.label.casefold())) if metric else True
    return is_additive(context, part) and called


def _draft(context: Context, frame: Frame, shape: Shape, filtered: Filtered, timing: Timing) -> Draft | None:
    placed = _time_of(context, frame, shape, timing)
    if placed is None:
        return None
    time, note = placed
    if shape.columns and time is not None and (time.grain or time.comparison):
        return None
    if shape.intent is Intent.SHARE and time is not None and time.comparison is not None:
        return None
    if shape.intent is Intent.RANKING and time is not None and time.comparison is not None and time.grain:
        return None  # a ranking is of one period
    if time is not None and time.grain and any(g.top is not None and g.top.each for g in shape.groups):
        time = time.model_copy(update={"fill_gaps": False})
    if frame.window is not None and (time is None or time.grain is None or shape.intent is Intent.SHARE):
        return None
    if frame.window is not None and frame.window.running and not all(map(context.is_sum, shape.parts)):
        return None  # averages and maxima do not add up over time
    time, left_out = _as_known(context, frame, time)
    share = shape.intent is Intent.SHARE
    measures = tuple(measure_of(part, share, frame.window) for part in shape.parts)
    if frame.into is not None:
        measures = tuple(m.model_copy(update={"unit": frame.into.unit}) for m in measures)
    compounds = [*frame.compounds, *([_within(frame.also)] if frame.also is not None else [])]
    try:
        query = SemanticQuery(
            dataset=context.dataset.name,
            measures=measures,
            columns=shape.columns,
            group_by=shape.groups,
            time=time,
            where=_with_pointed(_with_compounds(filtered.where, compounds), frame.pointed),
            having=shape.having,
            count_groups=shape.counted,
            order=shape.order,
            limit=shape.limit,
        )
    except ValidationError:
        return None
    intent = shape.intent
    if intent is Intent.KPI and time is not None and time.grain is not None:
        intent = Intent.TREND
    assumed = (*filtered.assumed, *shape.assumed)
    return Draft(query, intent, (*_notes(context, frame, assumed, timing), *note, *left_out))


def _time_of(
    context: Context, frame: Frame, shape: Shape, timing: Timing
) -> tuple[TimeSlice | None, tuple[Note, ...]] | None:
    """The time as the shape needs it, with what is to be said of it; None where it does not fit."""
    time = timing.time
    if frame.rank is not None and frame.rank.grain is not None:
        time = _ranked_time(context, frame, time)
        return (time, ()) if time is not None else None
    every = next((part.every for part in shape.parts if part.every is not None), None)
    if every is not None:
        if time is None:  # of all whole ones that the rows have, which only they can tell
            return _over_all(context)
        whole = whole_periods(context.now, time, every)
        return (whole.time, (whole.note,)) if whole is not None else None
    if shape.grain is not None and time is None:
        found = _over_all(context)
        return (found[0] and found[0].model_copy(update={"grain": shape.grain}), found[1]) if found else None
    if shape.grain is not None and time is not None:
        time = time.model_copy(update={"grain": shape.grain})
    return time, ()


def _over_all(context: Context) -> tuple[TimeSlice | None, tuple[Note, ...]] | None:
    times = context.times()
    field = context.field(times[0]) if times else None
    if field is None or (context.dataset.default_time is None and len(times) > 1):
        return None
    note = (FieldNoted(code="time_counted_by", field=field.label),) if len(times) > 1 else ()
    return TimeSlice(field=field.name), note


def _as_known(
    context: Context, frame: Frame, time: TimeSlice | None
) -> tuple[TimeSlice | None, tuple[Note, ...]]:
    """The time as far as it can be told today, with a note of the period that is left out therefore."""
    if time is None or time.grain is None:
        return time, ()
    averaged = frame.window is not None and bool(frame.window.moving)
    known, begun = as_far_as_known(time, context.now, averaged=averaged)
    if begun is None:
        return known, ()
    named = upper_first(format_bucket(begun, time.grain, context.calendar))
    return known, (BucketNoted(code="ends_before", period=named, start=begun, grain=time.grain),)


def _within(when: When) -> Compound:
    """A second time as conditions on its field."""
    sides = ((Operator.GE, when.span.start), (Operator.LT, when.span.end))
    assert when.field is not None
    return Compound(
        (tuple(Where(when.field, operator, (day,)) for operator, day in sides if day is not None),)
    )


def _with_compounds(where: Filter | None, compounds: list[Compound]) -> Filter | None:
    """The filter, and what is said of several fields at once."""
    found = [compound(one) for one in compounds]
    if where is None:
        return AllOf(all=tuple(found)) if len(found) > 1 else next(iter(found), None)
    return AllOf(all=(where, *found)) if found else where


def _with_pointed(where: Filter | None, pointed: PointedAt | None) -> Filter | None:
    """The filter, and that rows of another table point here, or that none do."""
    if pointed is None:
        return where
    bounds: list[Filter] = [condition(one) for one in pointed.rows.where]
    if pointed.span is not None and pointed.rows.time is not None:
        sides = ((Operator.GE, pointed.span.start), (Operator.LT, pointed.span.end))
        bounds += [
            Condition(field=pointed.rows.time, operator=operator, values=(day,))
            for operator, day in sides
            if day is not None
        ]
    within = AllOf(all=tuple(bounds)) if len(bounds) > 1 else next(iter(bounds), None)
    rows = Pointed(pointed_at_by=pointed.rows.dataset, where=within, at_least=pointed.fewer)
    own: Filter = Not(negated=rows) if pointed.absent else rows
    return own if where is None else AllOf(all=(where, own))


def _ranked_time(context: Context, frame: Frame, time: TimeSlice | None) -> TimeSlice | None:
    assert frame.rank is not None
    if time is not None:
        return (
            time.model_copy(update={"grain": frame.rank.grain, "fill_gaps": False})
            if not time.comparison
            else None
        )
    times = (frame.verb.name,) if frame.verb is not None else context.times()
    return TimeSlice(field=times[0], grain=frame.rank.grain, fill_gaps=False) if times else None


def measure_of(part: Part, share: bool = False, window: Window | None = None) -> Measure:
    """The part as a measure of a query."""
    elapsed = None
    if part.since is not None and part.unit is not None:
        elapsed = Elapsed.model_validate({"since": part.since, "unit": part.unit})
    return Measure(
        metric=part.metric,
        aggregation=part.aggregation,
        percentile=part.percentile,
        field=part.field,
        elapsed=elapsed,
        where=joined([condition(where) for where in part.where]),
        minus=_inner(part.minus),
        per=_inner(part.per),
        alias=alias_of(part),
        share_of_total=share,
        running_total=window is not None and window.running,
        moving_average=(window.moving or None) if window is not None else None,
        average_per=part.every,
    )


def _inner(part: Part | None) -> Measure | None:
    """A measure that is taken off or divided by: no column of its own, so no alias."""
    return measure_of(part).model_copy(update={"alias": None}) if part is not None else None


def _notes(context: Context, frame: Frame, assumed: tuple[str, ...], timing: Timing) -> tuple[Note, ...]:
    notes: list[Note] = []
    if timing.assumed and timing.time is not None:
        field = context.field(timing.time.field)
        counted = field.label if field else timing.time.field
        notes.append(FieldNoted(code="time_counted_by", field=counted))
    for where in (w for w in frame.where if w.implied and w.other is not None):
        sides = [field.label if (field := context.field(n)) else n for n in (where.field, where.other or "")]
        notes.append(FieldsCompared(code="fields_compared", field=sides[0], other=sides[1]))
    alternatives = [w for c in frame.compounds for side in c.sides for w in side]
    for name in dict.fromkeys((*assumed, *(w.field for w in alternatives if w.implied))):
        field = context.field(name)
        notes.append(FieldNoted(code="number_compared_with", field=field.label if field else name))
    if frame.rank is not None and frame.rank.by is None and frame.rank_by is None and frame.measures is None:
        notes.append(NothingNoted(code="rank_unsaid"))
    if timing.time is not None:
        notes += of_time(timing.time, context.now)
    return tuple(notes)
