"""Times of day (13:45, 1:45 pm) and lengths of time (26:45), as people write them."""

from __future__ import annotations

import re
from datetime import time

from sqlglot import exp

from answerable.data.ingestion import sql

_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,6}))?)?\s*([AaPp])?\.?(?:[Mm]\.?)?")

DURATION = r"\s*([-+−])?(\d{1,5}):([0-5]\d)(?::([0-5]\d(?:[.,]\d{1,6})?))?\s*"
_DURATION = re.compile(DURATION, re.ASCII)
_MINUTES, _SECONDS = 60, 3600


def parse_hours(text: str) -> float | None:
    """A length of time (7:30, 26:45:30) in hours; None for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    seconds = float((match[4] or "0").replace(",", "."))
    hours = int(match[2]) + int(match[3]) / _MINUTES + seconds / _SECONDS
    return -hours if match[1] in ("-", "−") else hours


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


def hours_sql(cell: exp.Expression) -> exp.Expression:
    """`parse_hours` as an expression over a VARCHAR."""

    def part(group: int, divisor: int) -> exp.Expression:
        found = sql.call("nullif", sql.call("regexp_extract", cell.copy(), DURATION, group), "")
        number = sql.call("coalesce", sql.cast(sql.call("replace", found, ",", "."), "DOUBLE"), 0)
        return exp.Div(this=number, expression=exp.Literal.number(f"{divisor}.0"))

    whole = exp.Paren(
        this=exp.Add(
            this=exp.Add(this=part(2, 1), expression=part(3, _MINUTES)), expression=part(4, _SECONDS)
        )
    )
    signed = sql.when(
        [(sql.call("regexp_matches", cell.copy(), r"^\s*[-−]"), exp.Neg(this=whole.copy()))], whole
    )
    return sql.when([(sql.matches(cell.copy(), DURATION), signed)], sql.null())
