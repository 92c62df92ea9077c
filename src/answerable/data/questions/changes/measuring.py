"""What is shown of a number: its share of the total, its average, only the large ones."""

from __future__ import annotations

import re

from answerable.data.questions.changes.outcome import Change, Patched, Unchanged, Why, asked
from answerable.data.questions.changes.periods import of_whole_periods
from answerable.data.questions.compose import measure_of
from answerable.data.questions.context import Context
from answerable.data.questions.english import plural
from answerable.data.questions.meanings import Bound, Part, Threshold
from answerable.data.questions.outcome import Option
from answerable.data.questions.said import whole
from answerable.data.questions.thresholded import having_of
from answerable.data.questions.wording import measure_alias
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.query import Having, Measure, Order, SemanticQuery, TimeSlice

_SHARE = re.compile(
    r"^(?:as|in|show)? ?(?:an? )?(?:shares?|percentages?|percent|%)(?: of (?:the )?total)?$", re.I
)
_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
_AGGREGATION = re.compile(
    r"^(?:(?:show|give|use|take)(?: me)? )?(?:as )?(?:the |an? )?"
    r"(?:on )?(?P<kind>average|mean|median|total|sum|minimum|maximum)s?$",
    re.I,
)
_KINDS = {
    "average": Aggregation.AVG, "mean": Aggregation.AVG, "median": Aggregation.MEDIAN,
    "total": Aggregation.SUM, "sum": Aggregation.SUM,
    "minimum": Aggregation.MIN, "maximum": Aggregation.MAX,
}  # fmt: skip
_THOSE = re.compile(
    r"^(?:only |just |show |keep )*(?:those|the ones|these)"
    r"(?: (?:that|which) (?:are|have|had|were)| with| having)?(?: an? (?:value|average|total))? ",
    re.I,
)
_UPWARDS = frozenset({Operator.GT, Operator.GE})


def as_share(said: str, last: SemanticQuery, model: SemanticModel) -> Change | None:
    """Beside the number its part of the total; None where the words ask for no share."""
    if not _SHARE.match(said):
        return None
    parts = [model.face(m.metric) or m for m in last.measures]
    fits = bool(parts) and all(part.aggregation in _ADDITIVE for part in parts) and not last.count_groups
    computed = any(
        m.per or m.minus or m.running_total or m.moving_average or m.average_per for m in last.measures
    )
    grained = last.time is not None and last.time.grain is not None
    # Of a filter without groups the share would be that of the filter, not of each period.
    split = bool(last.group_by) or (grained and last.where is None and not last.segments)
    compared = last.time is not None and last.time.comparison is not None
    if not fits or computed or not split or compared or all(m.share_of_total for m in last.measures):
        return Unchanged(Why.DOES_NOT_FIT)
    measures = tuple(measure.model_copy(update={"share_of_total": True}) for measure in last.measures)
    return Patched(last.model_copy(update={"measures": measures}))


def aggregated(said: str, last: SemanticQuery, context: Context) -> Change | None:
    """The same number aggregated as the words say; None where they name no aggregation. The average of what
    is summed by period may be that of the periods, and is asked."""
    found = _AGGREGATION.match(said)
    if found is None:
        return None
    part = _plain(last.measures[0], context) if len(last.measures) == 1 else None
    wanted = _KINDS[found["kind"].casefold()]
    other = context.aggregated(part, wanted) if part is not None else None
    if part is None or other == part or last.having:
        return Unchanged(Why.DOES_NOT_FIT)
    grained = last.time is not None and last.time.grain is not None
    if grained and context.is_sum(part) and wanted in (Aggregation.AVG, Aggregation.MEDIAN):
        return _averaged(last, other, wanted, context)
    return _with_measure(last, other) if other is not None else Unchanged(Why.DOES_NOT_FIT)


def _averaged(last: SemanticQuery, rows: Part | None, wanted: Aggregation, context: Context) -> Change:
    """The average of totals by period: of the rows of each, where there is a number to average, or of the
    totals themselves, where they are of whole periods. Which is meant is asked where it may be either."""
    totals = _of_totals(last, context) if wanted is Aggregation.AVG else None
    if totals is None or last.limit is not None:
        return Unchanged(Why.SEVERAL_MEANINGS if rows is not None else Why.DOES_NOT_FIT)
    if rows is None:
        return Patched(totals)
    grain = totals.measures[0].average_per
    noun = plural(context.dataset.row_noun if context.dataset.row_noun not in ("", "row") else "row")
    return asked(
        "Which average do you mean?",
        [
            Option(f"of the {noun} of each {grain}", _with_measure(last, rows).query),
            Option(f"of the totals of all {plural(str(grain))}", totals),
        ],
    )


def _of_totals(last: SemanticQuery, context: Context) -> SemanticQuery | None:
    """The average of the totals that are shown by period, of whole ones; None where those cannot be told."""
    time, (measure,) = last.time, last.measures
    if time is None or time.grain is None or time.period is None or time.comparison is not None:
        return None
    alias = f"{measure_alias(measure)}_per_{time.grain}"[:63]
    averaged = measure.model_copy(update={"average_per": time.grain, "alias": alias})
    order = (Order(by=alias, descending=True),) if last.group_by else ()
    plain = TimeSlice(field=time.field, period=time.period)
    if any(group.top is not None for group in last.group_by):
        return None
    query = last.model_copy(update={"measures": (averaged,), "time": plain, "order": order})
    return of_whole_periods(query, context.now)


def _with_measure(last: SemanticQuery, other: Part) -> Patched:
    """The query with another number in the place of its only one."""
    new, old = measure_of(other), measure_alias(last.measures[0])
    renamed = measure_alias(new)
    order = tuple(Order(by=renamed if o.by == old else o.by, descending=o.descending) for o in last.order)
    groups = tuple(
        g.model_copy(update={"top": g.top.model_copy(update={"by": renamed})}) if g.top else g
        for g in last.group_by
    )
    return Patched(last.model_copy(update={"measures": (new,), "order": order, "group_by": groups}))


def _plain(measure: Measure, context: Context) -> Part | None:
    """The measure as a metric, an aggregation or percentile of a field, with nothing else; or None."""
    part = Part(
        metric=measure.metric,
        aggregation=measure.aggregation,
        percentile=measure.percentile,
        field=measure.field,
    )
    metric = context.metric(measure.metric) if measure.metric is not None else None
    computed = metric is not None and (
        metric.where or metric.minus or metric.per or metric.cumulative or metric.non_additive
    )
    same = measure == measure_of(part).model_copy(update={"alias": measure.alias})
    return part if same and not computed else None


def bounded(said: str, last: SemanticQuery, context: Context) -> Change | None:
    """Only the groups whose shown number passes a bound: those above 3.4; None where no such is said."""
    those = _THOSE.match(said)
    bounds = whole(said[those.end() :], "Bound", context) if those is not None else []
    values = {item.value for item in bounds if isinstance(item.value, Bound)}
    if not values:
        return None
    part = _plain(last.measures[0], context) if len(last.measures) == 1 else None
    if len(values) > 1 or part is None or not _can_be_bounded(last):
        return Unchanged(Why.DOES_NOT_FIT)
    (bound,) = values
    having = having_of(context, Threshold(bound, part=part))
    kept = [one.model_copy(update={"measure": measure_alias(last.measures[0])}) for one in having]
    if not kept or any(not _goes_with_top(last, one) for one in kept):
        return Unchanged(Why.DOES_NOT_FIT)
    update: dict[str, object] = {"having": (*last.having, *kept)}
    if last.time is not None and last.time.grain is not None:
        update["time"] = last.time.model_copy(update={"fill_gaps": False})
    return Patched(last.model_copy(update=update))


def _can_be_bounded(last: SemanticQuery) -> bool:
    time = last.time
    shown = bool(last.group_by) or (time is not None and time.grain is not None)
    other = last.count_groups or last.limit is not None or (time is not None and time.comparison is not None)
    narrowed = any(g.only or (g.top is not None and g.top.each) for g in last.group_by)
    return shown and not other and not narrowed


def _goes_with_top(last: SemanticQuery, having: Having) -> bool:
    """Whether the first few of those that pass are those that pass of the first few."""
    top = next((group.top for group in last.group_by if group.top is not None), None)
    return top is None or top.descending is (Operator(having.operator) in _UPWARDS)
