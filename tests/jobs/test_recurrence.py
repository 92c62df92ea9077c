"""When something is due again, by the clocks of a place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from answerable.jobs.recurrence import is_schedule, next_time


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "zone", "after", "then"),
    [
        ("every 15m", "UTC", "2026-06-15T12:00", "2026-06-15T12:15"),
        ("0 7 * * 1-5", "UTC", "2026-06-12T12:00", "2026-06-15T07:00"),
        ("0 7 * * *", "Europe/Berlin", "2026-06-15T12:00", "2026-06-16T05:00"),
        ("0 7 * * *", "Europe/Berlin", "2026-12-15T12:00", "2026-12-16T06:00"),
        # Half past two does not exist on that day, and comes twice on the other.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
        # In the hour that comes again time does not go back.
        ("*/30 * * * *", "Europe/Berlin", "2026-10-25T01:10", "2026-10-25T02:00"),
    ],
)
def test_the_next_time(schedule: str, zone: str, after: str, then: str) -> None:
    assert next_time(schedule, moment(after), zone) == moment(then)


@pytest.mark.parametrize(
    "text", ["every 0m", "every day", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", ""]
)
def test_what_is_no_schedule(text: str) -> None:
    assert not is_schedule(text)
