"""A confirmed query on another day: "last month" goes on meaning last month.

A query holds dates, never "last month". Asked again on another day, its periods are counted anew from the
question's own words; where that cannot be done for certain, there is no query for that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from answerable.data.questions.time.resolve import Now
from answerable.data.questions.time_spans import Days, named_spans
from answerable.data.questions.unfinished import as_far_as_known
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    InSegment,
    Not,
)
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import Period, SemanticQuery, parts_of
from answerable.data.verified.readings import queries_of


def query_at(
    query: SemanticQuery, question: str, model: SemanticModel, then: datetime, now: datetime
) -> SemanticQuery | None:
    """The query that was confirmed for the question `then`, as it is meant `now`; None where the question's
    words do not tell how its dates move."""
    today = Now.at(now, model.calendar).today
    if today == Now.at(then, model.calendar).today or not _has_dates(query):
        return query
    before, after = queries_of(question, model, then), queries_of(question, model, now)
    at = next((n for n, q in enumerate(before) if q.canonical_hash == query.canonical_hash), None)
    if at is not None and len(before) == len(after) and _undated(before[at]) == _undated(after[at]):
        return after[at]
    if any(_is_dated(where) for where in _wheres(query)):
        return None  # a date in a condition is no period that the words of time give
    moved = _with_periods(query, _moves(query, question, model, then, now))
    if moved is None or moved.time is None:
        return moved
    time, _ = as_far_as_known(moved.time, Now.at(now, model.calendar))
    return moved.model_copy(update={"time": time})


def _moves(
    query: SemanticQuery, question: str, model: SemanticModel, then: datetime, now: datetime
) -> dict[Days, tuple[Days, str] | None]:
    """What each stretch of time that the question names has become; None where it may be several."""
    dataset = model.dataset(query.dataset)
    if dataset is None:
        return {}
    moves: dict[Days, tuple[Days, str] | None] = {}
    after = named_spans(question, model, dataset, now)
    for place, meanings in named_spans(question, model, dataset, then).items():
        later = after.get(place, [])
        for number, (days, _) in enumerate(meanings):
            new = later[number] if len(later) == len(meanings) else None
            known = moves.get(days, new)
            moves[days] = new if known is not None and new is not None and known[0] == new[0] else None
    return moves


def _with_periods(
    query: SemanticQuery, moves: Mapping[Days, tuple[Days, str] | None]
) -> SemanticQuery | None:
    time = query.time
    if time is None:
        return None
    changed: dict[str, object] = {"fill_until": None}
    if time.period is not None and (time.period.start or time.period.end):
        if (period := _moved(time.period, moves)) is None:
            return None
        changed["period"] = period
    if time.comparison is not None and (time.comparison.period.start or time.comparison.period.end):
        if (period := _moved(time.comparison.period, moves)) is None:
            return None
        changed["comparison"] = time.comparison.model_copy(update={"period": period})
    return query.model_copy(update={"time": time.model_copy(update=changed)})


def _moved(period: Period, moves: Mapping[Days, tuple[Days, str] | None]) -> Period | None:
    if isinstance(period.start, datetime) or isinstance(period.end, datetime):
        return None
    new = moves.get((period.start, period.end))
    return None if new is None else Period(start=new[0][0], end=new[0][1], label=new[1])


def _has_dates(query: SemanticQuery) -> bool:
    time = query.time
    periods = [] if time is None else [time.period, time.comparison.period if time.comparison else None]
    stated = any(period is not None and (period.start or period.end) for period in periods)
    return stated or any(_is_dated(where) for where in _wheres(query))


def _undated(query: SemanticQuery) -> SemanticQuery:
    """The query with its periods taken out: what must stay the same from day to day."""
    time = query.time
    if time is None:
        return query
    comparison = time.comparison
    if comparison is not None:
        comparison = comparison.model_copy(update={"period": Period()})
    bare = time.model_copy(update={"period": None, "comparison": comparison, "fill_until": None})
    return query.model_copy(update={"time": bare})


def _wheres(query: SemanticQuery) -> Iterator[Filter]:
    for where in (query.where, *(measure.where for measure in parts_of(query.measures))):
        if where is not None:
            yield where


def _is_dated(where: Filter) -> bool:
    if isinstance(where, Condition):
        return any(isinstance(value, date) or _is_written_date(value) for value in where.values)
    if isinstance(where, Not):
        return _is_dated(where.negated)
    if isinstance(where, AllOf | AnyOf):
        return any(_is_dated(part) for part in (where.all if isinstance(where, AllOf) else where.any))
    if isinstance(where, InSegment):
        return False  # it is the model's, and the same whenever it is asked for
    return where.where is not None and _is_dated(where.where)


def _is_written_date(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
