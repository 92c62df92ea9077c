"""Averages per period of a question that says no time: over the whole periods that the rows have."""

from __future__ import annotations

from datetime import date, datetime

from answerable.data.engines.service import run_query
from answerable.data.engines.snapshot import DataSnapshot
from answerable.data.questions.notes import Note
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.whole_periods import days_asked_for, within_days
from answerable.data.semantics.query import SemanticQuery
from answerable.kit.errors import InvalidInput
from answerable.kit.runtime import Runtime


async def over_whole_periods(
    runtime: Runtime, data: DataSnapshot, query: SemanticQuery, as_of: datetime | None
) -> tuple[SemanticQuery, tuple[Note, ...]]:
    """The query with its time said, and how it was found; the query itself where it needs no such time.

    Raises what `run_query` does, and InvalidInput where the rows have no whole period."""
    asked = days_asked_for(query)
    if asked is None:
        return query, ()
    executed = await run_query(runtime, data, asked, as_of=as_of)
    ends = [_day(cell) for row in executed.result.rows for cell in row]
    now = Now.at(as_of or runtime.clock.now(), data.model.calendar)
    first, last = (*ends, None, None)[:2]
    found = within_days(query, first, last, now) if first is not None and last is not None else None
    if found is None:
        raise InvalidInput(
            "There is no whole period in the data to take an average of. Say of when it is to be."
        )
    return found[0], (found[1],)


def _day(cell: object) -> date | None:
    """The day of a cell: a date, a moment, or either as text."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    return date.fromisoformat(cell[:10]) if isinstance(cell, str) else None
