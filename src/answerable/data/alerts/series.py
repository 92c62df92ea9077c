"""The numbers of an insight's result by period, and which periods are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from answerable.data.alerts.errors import NotWatchable
from answerable.data.semantics.query import Grain, SemanticQuery

Season = Literal["auto", "none", "day", "week", "year"]
_STEPS = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(weeks=1)}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_SEASONS: Mapping[Grain, tuple[Season, ...]] = {
    Grain.HOUR: ("none", "day", "week"),
    Grain.DAY: ("none", "week", "year"),
    Grain.WEEK: ("none", "year"),
    Grain.MONTH: ("none", "year"),
    Grain.QUARTER: ("none", "year"),
    Grain.YEAR: ("none",),
}
_AUTO: Mapping[Grain, Season] = {Grain.HOUR: "day", Grain.DAY: "week"}


@dataclass(frozen=True, slots=True)
class Point:
    """The number of a period, which begins at `start` by the model's clocks; None where it has none. One
    number without periods has no start. `whole`: nothing of the period lies beyond what the data can have."""

    start: datetime | None
    value: float | None
    whole: bool = True


def points(
    result: Mapping[str, Any],  # Any: a result as it was kept, QueryAnswer's
    query: SemanticQuery,
    column: str | None,
    *,
    time_zone: str,
    known_until: datetime,
) -> list[Point]:
    """The numbers of a result, oldest first. `known_until` is the moment beyond which the data has nothing.
    Raises NotWatchable for a result that is neither one number nor one series, or that lacks the column."""
    place = number_column(result["columns"], column)
    starts = [n for n, each in enumerate(result["columns"]) if each["kind"] == "period"]
    if any(each["kind"] in ("group", "value") for each in result["columns"]):
        raise NotWatchable(
            "An alert watches one number or one series. Pin the question without groups.",
            reason="watch_without_groups",
        )
    if not starts:
        return [Point(None, _number(row[place])) for row in result["rows"][:1]]
    grain = query.time.grain if query.time is not None else None
    if grain is None:
        raise NotWatchable(
            "An alert watches one number or one series. Pin the question by day, week or month.",
            reason="watch_by_period",
        )
    zone = ZoneInfo(time_zone)
    found = [
        Point(
            start,
            _number(row[place]),
            _whole(start, grain, query, known_until.astimezone(zone).replace(tzinfo=None)),
        )
        for row in result["rows"]
        if (start := _start(row[starts[0]])) is not None
    ]
    return sorted(found, key=lambda point: str(point.start))


def number_column(columns: Sequence[Mapping[str, Any]], wanted: str | None) -> int:
    """The place of the watched number among a result's columns. Raises NotWatchable."""
    numbers = {each["name"]: n for n, each in enumerate(columns) if each["kind"] in ("measure", "derived")}
    if wanted is not None and wanted not in numbers:
        raise NotWatchable(f"The insight has no number {wanted!r}. It has: {', '.join(numbers) or 'none'}.")
    if not numbers:
        raise NotWatchable(
            "The insight has no number to watch. Pin a question that computes one.", reason="nothing_to_watch"
        )
    return numbers[wanted] if wanted is not None else min(numbers.values())


def season_of(grain: Grain, wanted: Season) -> Season:
    """What periods are compared with. Raises NotWatchable for a season that periods so long do not have."""
    if wanted == "auto":
        return _AUTO.get(grain, "none")
    if wanted not in _SEASONS[grain]:
        raise NotWatchable(
            f"A {grain} has no season '{wanted}'. Choose one of: auto, {', '.join(_SEASONS[grain])}."
        )
    return wanted


def same_season(one: datetime, other: datetime, grain: Grain, season: Season) -> bool:
    """Whether two periods are the same part of a season."""
    if season == "day":
        return one.hour == other.hour
    if season == "week":
        return (one.weekday(), one.hour) == (other.weekday(), other.hour)
    if season == "year" and grain is Grain.WEEK:
        return one.isocalendar().week == other.isocalendar().week
    if season == "year":
        return (one.month, one.day) == (other.month, other.day)
    return True


def following(start: datetime, grain: Grain) -> datetime:
    """Where the next period begins."""
    if grain in _STEPS:
        return start + _STEPS[grain]
    months = start.month - 1 + _MONTHS[grain]
    return start.replace(year=start.year + months // 12, month=months % 12 + 1)


def _whole(start: datetime, grain: Grain, query: SemanticQuery, known_until: datetime) -> bool:
    """Whether all of a period is within the query's own period, and over by what the data can know."""
    period = query.time.period if query.time is not None else None
    first, last = (None, None) if period is None else (_start(period.start), _start(period.end))
    end = following(start, grain)
    return end <= known_until and (first is None or start >= first) and (last is None or end <= last)


def _start(cell: object) -> datetime | None:
    if isinstance(cell, str):
        cell = datetime.fromisoformat(cell)
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    return datetime.combine(cell, time.min) if isinstance(cell, date) else None


def _number(cell: object) -> float | None:
    if cell is None or isinstance(cell, bool):
        return None
    try:
        return float(cell) if isinstance(cell, int | float | str) else None
    except ValueError:
        return None
