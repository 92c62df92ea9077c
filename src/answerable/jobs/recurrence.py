"""When people want something done again: `every 15m`, `every 2h`, `every 1d`, or a cron line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

_EVERY = re.compile(r"every (\d{1,5}) ?([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def is_schedule(text: str) -> bool:
    """Whether it can be read and its time ever comes (30 February does not); a cron line has five fields, so
    that nothing runs more often than each minute."""
    match = _EVERY.fullmatch(text)
    if match:
        return int(match[1]) > 0
    if len(text.split()) != 5 or not croniter.is_valid(text):
        return False
    try:
        croniter(text).get_next()
    except CroniterBadDateError:
        return False
    return True


def next_time(schedule: str, after: datetime, time_zone: str = "UTC") -> datetime:
    """The first moment after one, in UTC, that the schedule names; a cron line is read by the clocks of the
    time zone. What falls into an hour that they leave out comes an hour later."""
    match = _EVERY.fullmatch(schedule)
    if match:
        return after.astimezone(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})
    # By the hands of the clock: an hour that comes twice in autumn has one run of a daily line, not two.
    zone = ZoneInfo(time_zone)
    hands = croniter(schedule, after.astimezone(zone).replace(tzinfo=None))
    while True:
        local: datetime = hands.get_next(datetime)
        if (found := local.replace(tzinfo=zone).astimezone(UTC)) > after:
            return found
