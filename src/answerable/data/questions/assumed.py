"""What is assumed by a query, told of it whichever way it came about: by a question, a choice or a change.

These follow from the query alone; what was assumed of the words is said where they are read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from answerable.data.questions.context import Context
from answerable.data.questions.notes import FieldNoted, Note, PeriodNoted, YearNoted, joined
from answerable.data.questions.time.resolve import Now
from answerable.data.semantics.model import Relationship, SemanticModel
from answerable.data.semantics.paths import sole_paths
from answerable.data.semantics.query import (
    Grain,
    SemanticQuery,
    TimeSlice,
    named_fields,
    pointing_datasets,
)
from answerable.data.semantics.segments import expanded


def assumptions(query: SemanticQuery, model: SemanticModel, as_of: datetime) -> tuple[Note, ...]:
    """What a reader should know of the query's time and of the tables that it takes in."""
    dataset, now = model.dataset(query.dataset), Now.at(as_of, model.calendar)
    notes: list[Note] = []
    if dataset is not None and query.time is not None:
        times = Context(dataset, (), model.calendar, now).times()
        field = dataset.field(query.time.field)
        if field is not None and len(times) > 1 and field.name in times:
            notes.append(FieldNoted(code="time_counted_by", field=field.label))
        notes += of_time(query.time, now)
    return (*notes, *notes_of_tables(tables_taken_in(query, model), model))


def of_time(time: TimeSlice, now: Now) -> list[Note]:
    """When the model's years begin, where that matters, and whether the period is open or ahead."""
    notes: list[Note] = []
    period = time.period
    coarse = time.grain in (Grain.YEAR, Grain.QUARTER)
    if now.is_fiscal and (coarse or (period is not None and "fiscal" in period.label)):
        notes.append(YearNoted(code="years_begin", month=now.first_month))
    if period is not None and period.end is not None and period.start is not None:
        start, end = _day(period.start), _day(period.end)
        if start <= now.today < end and (end - now.today).days > 1:
            notes.append(_of_period("period_open", period.label, start, end))
        elif start > now.today:
            notes.append(_of_period("period_ahead", period.label, start, end))
    return notes


def tables_taken_in(query: SemanticQuery, model: SemanticModel) -> list[Relationship]:
    """The relationships that the query's fields are reached by, and those of rows that point to its own."""
    query = expanded(query, model)
    paths = sole_paths(model, query.dataset)
    named = [field for field in named_fields(query) if "__" in field]
    goals = sorted({goal for goal in paths if any(name.startswith(f"{goal}__") for name in named)})
    links = list(dict.fromkeys(link for goal in goals for link in paths[goal]))
    pointing = pointing_datasets(query)
    return links + [
        link for link in model.relationships if link.left in pointing and link.right == query.dataset
    ]


def notes_of_tables(links: list[Relationship], model: SemanticModel) -> tuple[Note, ...]:
    """A note of each table that is taken in."""
    return tuple(joined(link, model) for link in links)


def _of_period(code: Literal["period_open", "period_ahead"], period: str, start: date, end: date) -> Note:
    return PeriodNoted(code=code, period=period, start=start, end=end)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
