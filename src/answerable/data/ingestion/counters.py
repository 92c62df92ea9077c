"""How numbers that are named as a counter's go on: whether those of a thing hardly ever fall over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from answerable.data.ingestion.outcome import ColumnProfile, Course
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldType
from answerable.data.semantics.telling_names import COUNTER, PERHAPS_COUNTER

_MOST_TIMES = 3
_MOST_THINGS = 8
_MOST_ROWS = 200_000
_LEAST_ROWS_A_THING = 2


class _Steps(NamedTuple):
    rises: int
    falls: int
    several: bool


def with_courses(
    connection: duckdb.DuckDBPyConnection, source: str, columns: list[ColumnProfile]
) -> list[ColumnProfile]:
    """The columns, those named as counters with their course over time."""
    times = [c.name for c in columns if c.type in TEMPORAL_TYPES][:_MOST_TIMES]
    things = [c.name for c in columns if _may_tell_things(c)][:_MOST_THINGS]
    if not times:
        return columns
    return [
        c.model_copy(update={"course": _course(connection, source, c, times, things)}) if _is_named(c) else c
        for c in columns
    ]


def _is_named(column: ColumnProfile) -> bool:
    named = COUNTER.search(column.name) or PERHAPS_COUNTER.search(column.name)
    return column.type in NUMERIC_TYPES and named is not None


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
    best = max(steps, key=lambda each: (each.rises / (each.rises + each.falls), each.rises))
    return Course(rises=best.rises, falls=best.falls, several_a_day=best.several)


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
            sum(n), count(DISTINCT CAST(t AS DATE)) FILTER (n > 1 OR day = CAST(t AS DATE))
        FROM steps
    """  # noqa: S608
    rises, falls, steps, rows, several = connection.execute(query).fetchone() or (0, 0, 0, 0, 0)
    if not rows or steps * _LEAST_ROWS_A_THING < rows - steps:
        return None
    return _Steps(int(rises), int(falls), bool(several))
