"""Times of day, as people write them (13:45, 1:45 pm)."""

from __future__ import annotations

import re
from datetime import time

from sqlglot import exp

from answerable.data.ingestion import sql

_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,6}))?)?\s*([AaPp])?\.?(?:[Mm]\.?)?")


def parse_time(text: str) -> time | None:
    """A time of day (13:45, 1:45 pm); None for anything else, also for durations beyond 24 hours."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hour, half = int(match[1]), (match[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23:
        return None
    return time(hour, int(match[2]), int(match[3] or 0), int((match[4] or "0").ljust(6, "0")))


def time_sql(cell: exp.Expression) -> exp.Expression:
    """`parse_time` as an expression over a VARCHAR."""
    half = sql.call("lower", sql.call("regexp_extract", cell, r"([AaPp])\.?[Mm]?\.?\s*$", 1))
    bare = sql.call("trim", sql.call("regexp_replace", cell, r"\s*[AaPp]\.?[Mm]?\.?\s*$", ""))
    full = sql.when(
        [(sql.matches(bare, r"\d{1,2}:\d{2}"), exp.DPipe(this=bare, expression=sql.text(":00")))],
        sql.call("replace", bare, ",", "."),
    )
    moment = sql.cast(
        sql.when([(sql.matches(bare, r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?"), full)], sql.null()),
        "TIME",
        lenient=True,
    )
    hour = exp.Extract(this=exp.Var(this="hour"), expression=moment)
    noon = exp.EQ(this=hour, expression=exp.Literal.number(12))
    pm = exp.EQ(this=half, expression=sql.text("p"))
    am = exp.EQ(this=half, expression=sql.text("a"))
    wrong = exp.And(
        this=exp.NEQ(this=half, expression=sql.text("")),
        expression=exp.Paren(
            this=exp.Or(
                this=exp.GT(this=hour, expression=exp.Literal.number(12)),
                expression=exp.EQ(this=hour, expression=exp.Literal.number(0)),
            )
        ),
    )
    twelve = sql.call("to_hours", 12)
    shifted = [
        (wrong, sql.null()),
        (
            exp.And(this=pm, expression=exp.Not(this=exp.Paren(this=noon))),
            exp.Add(this=moment, expression=twelve),
        ),
        (exp.And(this=am, expression=noon), exp.Sub(this=moment, expression=twelve)),
    ]
    return sql.when(shifted, moment)
