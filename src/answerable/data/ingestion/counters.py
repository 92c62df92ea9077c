"""How numbers that are named as a counter's or a stock's go on: whether those of a thing hardly ever fall,
and what tells the things apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from answerable.data.ingestion.outcome import ColumnProfile, Course
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldType
from answerable.data.semantics.telling_names import IDENTIFIER, STOCK, THING, is_counted

_MOST_TIMES = 3
_MOST_THINGS = 8
_MOST_ROWS = 200_000
_LEAST_ROWS_A_THING = 2


class _Steps(NamedTuple):
    rises: int
    falls: int
    several: bool
    clocked: bool  # there are several times a day
    alone: bool  # each thing has one number at a time
    time: str
    things: tuple[str, ...]


def with_courses(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[ColumnProfile]
) -> list[ColumnProfile]:
    """The columns, those named as counters or stocks with their course over time."""
    times = [c.name for c in columns if c.type in TEMPORAL_TYPES][:_MOST_TIMES]
    things = [c.name for c in columns if _may_tell_things(c)][:_MOST_THINGS]
    if not times:
        return columns
    return [
        c.model_copy(update={"course": _course(connection, source, c, times, things)}) if _is_named(c) else c
        for c in columns
    ]


def _is_named(column: ColumnProfile) -> bool:
    return column.type in NUMERIC_TYPES and (is_counted(column.name) or STOCK.search(column.name) is not None)


def _may_tell_things(column: ColumnProfile) -> bool:
    """Whether rows of one value may be those of one thing: values that come again."""
    kept = column.type in (FieldType.STRING, FieldType.INTEGER) and not _is_named(column)
    return kept and column.distinct_count > 1 and not column.unique


def _course(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    column: ColumnProfile,
    times: Sequence[str],
    things: Sequence[str],
) -> Course | None:
    """The steadiest course along a time and within a thing; None where no thing comes at several times."""
    partitions = [[], *([thing] for thing in things), *([list(things)] if len(things) > 1 else [])]
    found = [
        _steps(connection, source, column.name, time, partition) for time in times for partition in partitions
    ]
    steps = [each for each in found if each is not None and each.rises + each.falls]
    if not steps:
        return None
    if not is_counted(column.name):
        return _course_of_stock(steps, single=not things)
    best = max(steps, key=lambda each: (each.rises / (each.rises + each.falls), each.rises))
    return Course(
        rises=best.rises,
        falls=best.falls,
        several_a_day=best.several,
        time=best.time,
        things=best.things if best.alone else None,
    )


def _course_of_stock(steps: Sequence[_Steps], *, single: bool) -> Course:
    """A stock goes up and down: only names tell what it is of, or that all is of a
    `single` thing."""
    found = {
        time: _things_of(steps, time, single=single) for time in dict.fromkeys(each.time for each in steps)
    }
    time = next((time for time, known in found.items() if known is not None), steps[0].time)
    own = [each for each in steps if each.time == time]
    several = any(each.clocked for each in own if not each.things)
    rises, falls = own[0].rises, own[0].falls
    return Course(rises=rises, falls=falls, several_a_day=several, time=time, things=found[time])


def _things_of(steps: Sequence[_Steps], time: str, *, single: bool) -> tuple[str, ...] | None:
    """The one column that names things, or all that may tell them apart; None where two columns name some."""
    own = [each for each in steps if each.time == time and each.alone]
    columns = [each.things for each in own if len(each.things) == 1]
    named = [things for things in columns if IDENTIFIER.search(things[0]) or THING.search(things[0])]
    if columns:
        return named[0] if len(named) == 1 else columns[0] if len(columns) == 1 else None
    found = max((each.things for each in own), key=len, default=None)
    return found if found or single else None


def _steps(
    connection: duckdb.DuckDBPyConnection, source: str, value: str, time: str, things: Sequence[str]
) -> _Steps | None:
    """The steps from each time of a thing to its next; None where most things come but once. Numbers of one
    moment have no order: all of a step's lie above all of those before, or it is a fall."""
    by = ", ".join(f'"{thing}"' for thing in things)
    keys, apart = (f"{by}, ", f"PARTITION BY {by}") if by else ("", "")
    # Names of columns are letters, digits and underscores, see `snake_case`.
    query = f"""
        WITH rows AS (
            SELECT {keys}"{time}" AS t, "{value}" AS v FROM {source}
            WHERE "{time}" IS NOT NULL AND "{value}" IS NOT NULL LIMIT {_MOST_ROWS}
        ), moments AS (
            SELECT {keys}t, count(*) AS n, min(v) AS low, max(v) AS high FROM rows GROUP BY {keys}t
        ), steps AS (
            SELECT *, lag(high) OVER ({apart} ORDER BY t) AS was,
                lag(CAST(t AS DATE)) OVER ({apart} ORDER BY t) AS day
            FROM moments
        )
        SELECT count(*) FILTER (low >= was AND high > was), count(*) FILTER (low < was), count(was),
            sum(n), count(DISTINCT CAST(t AS DATE)) FILTER (n > 1 OR day = CAST(t AS DATE)),
            count(DISTINCT t) > count(DISTINCT CAST(t AS DATE)), max(n) = 1
        FROM steps
    """  # noqa: S608
    found = connection.execute(query).fetchone() or (0, 0, 0, 0, 0, False, False)
    rises, falls, steps, rows, several, clocked, alone = found
    if not rows or steps * _LEAST_ROWS_A_THING < rows - steps:
        return None
    return _Steps(int(rises), int(falls), bool(several), bool(clocked), bool(alone), time, tuple(things))
