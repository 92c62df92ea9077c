"""When a source is synced: `every 15m`, `every 2h`, `every 1d`, or a cron line in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from croniter import croniter

_EVERY = re.compile(r"every (\d{1,5}) ?([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def is_schedule(text: str) -> bool:
    """Whether it can be read; a cron line has five fields, so that nothing runs more often than each
    minute."""
    match = _EVERY.fullmatch(text)
    if match:
        return int(match[1]) > 0
    return len(text.split()) == 5 and croniter.is_valid(text)


def next_time(schedule: str, after: datetime) -> datetime:
    """The first moment after one, in UTC, that the schedule names."""
    match = _EVERY.fullmatch(schedule)
    if match:
        return after.astimezone(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})
    found: datetime = croniter(schedule, after.astimezone(UTC)).get_next(datetime)
    return found
