"""Questions for reasons: why did revenue fall in March, what caused the drop in orders last month."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum

from answerable.data.questions.notes import Note
from answerable.data.questions.outcome import Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now, add_months
from answerable.data.semantics.filters import Condition, Operator
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import Comparison, Period, SemanticQuery


class Direction(IntEnum):
    """Which way the number is said to have gone."""

    DOWN = -1
    EITHER = 0
    UP = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change to explain: one number over a period, beside the one that it is compared with."""

    query: SemanticQuery
    direction: Direction
    confidence: float
    notes: tuple[Note, ...] = ()


DOWN = (
    "fall|falls|fell|fallen|falling|drop|drops|dropped|dropping|decline|declines|declined|declining|decrease"
    "|decreases|decreased|decreasing|go down|gone down|went down|going down|shrink|shrank|shrinking|sink|sank"
    "|slump|slumped|plunge|plunged|lower"
)
UP = (
    "rise|rises|rose|risen|rising|grow|grows|grew|grown|growing|increase|increases|increased|increasing|go up"
    "|gone up|went up|going up|jump|jumped|climb|climbed|higher"
)
EITHER = "change|changes|changed|changing|move|moved|differ|develop like that|develop"
_VERB = rf"(?P<down>{DOWN})|(?P<up>{UP})|(?P<either>{EITHER})"
_OPENING = r"^\s*(?:please\s+)?(?:(?:can|could) you )?(?:tell me |explain )?"
_WHY = re.compile(
    rf"{_OPENING}(?:why|how come|what made|for what reason)\s+"
    r"(?:did|has|have|had|is|was|were|does|do|are)?\s*"
    rf"(?P<what>.+?)\s+(?:{_VERB})\b(?:\s+so much|\s+so sharply|\s+sharply|\s+strongly)?(?P<rest>.*)$",
    re.I,
)
_CAUSE = re.compile(
    rf"{_OPENING}(?:what|which factors?)\s+"
    r"(?:caused|drove|explains|explained|led to|is behind|was behind|is driving)"
    rf"\s+(?:the\s+)?(?:{_VERB})\s+(?:in|of)\s+(?P<rest>.+)$",
    re.I,
)


_FROM_TO = re.compile(r"^(?P<what>.+?)\s+from\s+(?P<first>.+?)\s+to\s+(?P<last>.+)$", re.I)


def asks_why(
    question: str, model: SemanticModel, as_of: datetime, scope: Collection[str] | None = None
) -> Wanted | None:
    """The change that is to be explained; None where the question asks for none, or what it says of it cannot
    be read in one way."""
    match = _WHY.match(question.strip().rstrip("?!. ")) or _CAUSE.match(question.strip().rstrip("?!. "))
    if match is None:
        return None
    said = match.groupdict()
    plain = " ".join(part.strip() for part in (said.get("what"), said["rest"]) if part and part.strip())
    direction = Direction.DOWN if said["down"] else Direction.UP if said["up"] else Direction.EITHER
    read = _compared(plain, model, as_of, scope)
    if read is None or read.query is None:
        return None
    query = compared_to_date(read.query, Now.at(as_of, model.calendar).today)
    return Wanted(query, direction, read.confidence, read.notes) if query is not None else None


def _compared(
    question: str, model: SemanticModel, as_of: datetime, scope: Collection[str] | None
) -> Parsed | None:
    """The number with what it is compared with: as it was said, else the period before."""
    # To fall from January to March is to be lower in March than in January, not in the three months.
    between = _FROM_TO.match(question)
    steps = [f"{between['what']} {between['first']} vs {between['last']}"] if between is not None else []
    for wording in (*steps, question, f"{question} compared to the previous period"):
        outcome: Outcome = read_question(wording, model, as_of, scope=scope)
        if isinstance(outcome, Parsed) and _is_change(outcome.query):
            return outcome
    plain = read_question(question, model, as_of, scope=scope)
    if isinstance(plain, Parsed) and plain.query is not None:
        share = _share(plain.query)
        if share is not None and _is_change(share):
            return replace(plain, query=share)
    return None


def _share(query: SemanticQuery) -> SemanticQuery | None:
    """One group's share of a total as the quotient of two numbers, beside that of the period before; None
    where the query is no such share."""
    if len(query.measures) != 1 or len(query.group_by) != 1 or query.time is None:
        return None
    measure, group, before = query.measures[0], query.group_by[0], _before(query.time.period)
    plain = not (measure.per or measure.minus or measure.where or group.top or group.part)
    if not (measure.share_of_total and plain and len(group.only) == 1 and before is not None):
        return None
    part = Condition(field=group.field, operator=Operator.EQ, values=group.only)
    whole = measure.model_copy(update={"share_of_total": False, "alias": None})
    share = whole.model_copy(update={"where": part, "per": whole, "alias": "share"})
    comparison = Comparison(kind="previous_period", period=before)
    time = query.time.model_copy(update={"comparison": comparison})
    return query.model_copy(update={"measures": (share,), "group_by": (), "time": time, "order": ()})


def _before(period: Period | None) -> Period | None:
    """As long a period that ends where this one starts: whole months before whole months."""
    if period is None or not isinstance(period.start, date) or not isinstance(period.end, date):
        return None
    start, end = period.start, period.end
    if start.day == end.day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month
        return Period(start=add_months(start, -months), end=start)
    return Period(start=start - (end - start), end=start)


def _is_change(query: SemanticQuery | None) -> bool:
    if query is None or len(query.measures) != 1 or query.group_by or query.having or query.limit:
        return False
    time = query.time
    return (
        time is not None
        and time.grain is None
        and time.comparison is not None
        and _is_bounded(time.period)
        and _is_bounded(time.comparison.period)
    )


def _is_bounded(period: Period | None) -> bool:
    return period is not None and period.start is not None and period.end is not None


def compared_to_date(query: SemanticQuery, today: date) -> SemanticQuery | None:
    """A period that is not over is compared as far as it has come: a month's first days do not fall short of
    a whole month. None for a period that lies ahead."""
    time = query.time
    if time is None or time.comparison is None or time.period is None:
        return None
    period, other = time.period, time.comparison.period
    if (
        not isinstance(period.start, date)
        or not isinstance(period.end, date)
        or not isinstance(other.start, date)
    ):
        return None
    if period.start >= today:
        return None
    if period.end <= today or (period.end - today).days == 1:
        return query
    length = today - period.start
    cut = Period(start=period.start, end=today, label=f"{period.label} up to yesterday")
    before = Period(start=other.start, end=other.start + length, label="the same days before")
    comparison = Comparison(kind="custom", period=before)
    return query.model_copy(
        update={"time": time.model_copy(update={"period": cut, "comparison": comparison})}
    )
