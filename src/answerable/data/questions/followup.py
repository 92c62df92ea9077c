"""A few words after an answer change its query: only Germany, by month, and last year, as a share, top 5.

The words are read by the same grammar as a question, beside a count of the same rows, so that they mean
what they would mean there; what was read is then put into the query's slots. Pure, as reading is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from answerable.data.questions.numbers import cardinal
from answerable.data.questions.outcome import Ambiguous, Parsed, Unparsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Filter,
    Operator,
)
from answerable.data.semantics.model import Aggregation, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import (
    GroupBy,
    Measure,
    Order,
    SemanticQuery,
    TimeSlice,
    TopN,
)

_OPENING = re.compile(
    r"^(?:and |but |now |then |ok |okay |just |what about |how about |the same |same )+", re.I
)
_SHARE = re.compile(
    r"^(?:as|in|show)? ?(?:an? )?(?:shares?|percentages?|percent|%)(?: of (?:the )?total)?$", re.I
)
_TOP = re.compile(r"^(?:only |show )?(?:the )?(top|best|bottom|worst) (\w+)$", re.I)
_ALSO = re.compile(r"^(?:and |also |additionally )+(?:also )?(?=by |per )", re.I)
_ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
_CHOOSING = frozenset({Operator.EQ, Operator.IN})
_REFUSING = frozenset({Operator.NE, Operator.NOT_IN})


class Why(StrEnum):
    """Why a few words change nothing."""

    NOT_UNDERSTOOD = "not_understood"  # words are left over, or they make no change together
    SEVERAL_MEANINGS = "several_meanings"
    ANOTHER_TABLE = "another_table"
    DOES_NOT_FIT = "does_not_fit"  # understood, but this query has no place for it


@dataclass(frozen=True, slots=True)
class Patched:
    """The changed query."""

    query: SemanticQuery


@dataclass(frozen=True, slots=True)
class Unchanged:
    """No change, and why; `left_over` are the words that were not understood."""

    why: Why
    left_over: tuple[str, ...] = ()


def follow_up(text: str, last: SemanticQuery, model: SemanticModel, as_of: datetime) -> Patched | Unchanged:
    """The query `last` changed as `text` says, or why not. Relative time counts from `as_of`. Nothing of the
    words is ignored: a change that cannot be made whole is not made."""
    also = bool(_ALSO.match(text.strip()))
    said = _OPENING.sub("", text.strip().rstrip("?!. ")).strip()
    said = re.sub(r"^also ", "", said, flags=re.I)
    if _SHARE.match(said):
        return _as_share(last, model)
    if (ranked := _TOP.match(said)) is not None:
        return _top(last, ranked.group(1).casefold() in ("top", "best"), ranked.group(2))
    dataset = model.dataset(last.dataset)
    if dataset is None or not said:
        return Unchanged(Why.NOT_UNDERSTOOD)
    scope = [dataset.name, *sole_paths(model, dataset.name)]
    noun = dataset.row_noun if dataset.row_noun not in ("", "row") else "rows"
    read = read_question(f"number of {noun} {said}", model, as_of, scope=scope)
    if isinstance(read, Unparsed):
        return Unchanged(Why.NOT_UNDERSTOOD, read.left_over)
    if isinstance(read, Ambiguous):
        return Unchanged(Why.SEVERAL_MEANINGS)
    return _patched(last, read, model, also=also)


def _patched(last: SemanticQuery, read: Parsed, model: SemanticModel, *, also: bool) -> Patched | Unchanged:
    change = read.query
    if change is None or not _is_count(change, model):
        return Unchanged(Why.NOT_UNDERSTOOD)
    if change.dataset != last.dataset:
        return Unchanged(Why.ANOTHER_TABLE)
    beyond = change.having or change.limit is not None or any(g.top or g.only for g in change.group_by)
    if beyond or any(measure.share_of_total for measure in change.measures):
        return Unchanged(Why.NOT_UNDERSTOOD)
    grouped = bool(change.group_by or (change.time and change.time.grain))
    if grouped and (not last.measures or last.having):
        return Unchanged(Why.DOES_NOT_FIT)
    query = last
    if change.where is not None:
        where = _narrowed(last.where, change.where)
        if where is None:
            return Unchanged(Why.DOES_NOT_FIT)
        query = query.model_copy(update={"where": where})
    if change.time is not None and (change.time.period or change.time.comparison):
        if last.time is not None and last.time.comparison is not None:
            return Unchanged(Why.DOES_NOT_FIT)  # the other side of the comparison would have to move too
        if change.time.comparison is not None and not last.measures:
            return Unchanged(Why.DOES_NOT_FIT)
        query = query.model_copy(update={"time": _moved(query.time, change.time, model)})
    if grouped:
        query = _regrouped(query, change, also=also)
    return Patched(query) if query != last else Unchanged(Why.DOES_NOT_FIT)


def _is_count(change: SemanticQuery, model: SemanticModel) -> bool:
    """Whether nothing but the count that was put in front is measured."""
    if len(change.measures) != 1:
        return False
    metric = model.face(change.measures[0].metric)
    part = metric or change.measures[0]
    return part.aggregation is Aggregation.COUNT and part.field is None


def _narrowed(where: Filter | None, more: Filter) -> Filter | None:
    """Both filters; a chosen value takes the place of the one chosen before, and so does one that is left out
    of what was chosen alone. None where the filter is nested, so that what it says of the field cannot be
    replaced."""
    new = more.all if isinstance(more, AllOf) else (more,)
    old = where.all if isinstance(where, AllOf) else (where,) if where is not None else ()
    chosen = {c.field for c in new if isinstance(c, Condition) and c.operator in _CHOOSING}
    if chosen and not all(isinstance(part, Condition) for part in old):
        return None
    left_out = {c.field: set(c.values) for c in new if isinstance(c, Condition) and c.operator in _REFUSING}
    undone = [
        p
        for p in old
        if isinstance(p, Condition)
        and (p.field in chosen or (p.operator in _CHOOSING and set(p.values) <= left_out.get(p.field, set())))
    ]
    kept = [p for p in old if p not in undone and p not in new]
    parts = tuple([*kept, *new])
    return parts[0] if len(parts) == 1 else AllOf(all=parts)


def _moved(time: TimeSlice | None, change: TimeSlice, model: SemanticModel) -> TimeSlice:
    """The period (and comparison) of the change in the query's own time; a grain of the query stays."""
    if time is None:
        return change.model_copy(update={"grain": None})
    defaults = {dataset.default_time for dataset in model.datasets}
    field = time.field if change.field in defaults else change.field
    return time.model_copy(update={"field": field, "period": change.period, "comparison": change.comparison})


def _regrouped(query: SemanticQuery, change: SemanticQuery, *, also: bool) -> SemanticQuery:
    """Broken down as the change says, in place of what it was broken down by, or beside that."""
    groups = tuple(group.model_copy(update={"top": None, "only": ()}) for group in query.group_by)
    new = change.group_by
    if also:
        new = (*groups, *(g for g in new if g.field not in {known.field for known in groups}))
    grain = change.time.grain if change.time is not None else None
    time = query.time
    if time is not None:
        time = time.model_copy(update={"grain": grain or (time.grain if also else None)})
    elif grain is not None and change.time is not None:
        time = change.time
    order: tuple[Order, ...] = ()
    if time is None or time.grain is None:
        order = (Order(by=_alias(query.measures[0]), descending=True),) if new else ()
    return query.model_copy(update={"group_by": new, "time": time, "order": order, "limit": None})


def _alias(measure: Measure) -> str:
    """The column of a measure, as the compiler names it."""
    if measure.alias or measure.metric:
        return measure.alias or measure.metric or ""
    return f"{measure.aggregation}_{measure.field}"[:63] if measure.field else "count"


def _as_share(last: SemanticQuery, model: SemanticModel) -> Patched | Unchanged:
    parts = [model.face(m.metric) or m for m in last.measures]
    fits = parts and all(part.aggregation in _ADDITIVE for part in parts)
    compared = last.time is not None and last.time.comparison is not None
    if not fits or not last.group_by or compared or all(m.share_of_total for m in last.measures):
        return Unchanged(Why.DOES_NOT_FIT)
    measures = tuple(measure.model_copy(update={"share_of_total": True}) for measure in last.measures)
    return Patched(last.model_copy(update={"measures": measures}))


def _top(last: SemanticQuery, descending: bool, number: str) -> Patched | Unchanged:
    count = cardinal(number)
    if count is None:
        return Unchanged(Why.NOT_UNDERSTOOD, (number,))
    grained = last.time is not None and last.time.grain is not None
    whole = count == count.to_integral_value() and 1 <= count <= 1000
    if len(last.group_by) != 1 or not last.measures or grained or not whole or last.group_by[0].only:
        return Unchanged(Why.DOES_NOT_FIT)
    by = _alias(last.measures[0])
    top = TopN(n=int(count), by=by, descending=descending)
    groups = (GroupBy(field=last.group_by[0].field, top=top),)
    return Patched(
        last.model_copy(update={"group_by": groups, "order": (Order(by=by, descending=descending),)})
    )
