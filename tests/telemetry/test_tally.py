"""Metrics that are gathered say what metrics that are written one by one would say."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from answerable.telemetry.tally import Tally
from tests.factories.waiting import eventually

BOUNDS = (0.1, 0.5, 1.0)
REGISTRY = CollectorRegistry()  # of their own: all that the process counts takes long to write out
TIMES = Histogram("test_tally_seconds", "Times.", ["how"], buckets=BOUNDS, registry=REGISTRY)
CALLS = Counter("test_tally_calls", "Calls.", ["how"], registry=REGISTRY)
VALUES = st.one_of(st.floats(0, 3), st.sampled_from(BOUNDS))


def lines(how: str) -> dict[str, str]:
    """What is exposed under a label, without the label and the time that it was made."""
    exposed = generate_latest(REGISTRY).decode().splitlines()
    found = [line for line in exposed if f'how="{how}"' in line and "_created" not in line]
    return dict(line.replace(how, "").rsplit(" ", 1) for line in found)


@given(st.lists(VALUES, min_size=1, max_size=30))
def test_gathered_times_fall_into_the_same_buckets(values: list[float]) -> None:
    one_by_one, gathered = uuid.uuid4().hex, uuid.uuid4().hex
    tally = Tally()
    for value in values:
        TIMES.labels(one_by_one).observe(value)
        tally.observe(TIMES.labels(gathered), value)
    tally.write()
    expected, found = lines(one_by_one), lines(gathered)
    assert expected.keys() == found.keys()
    assert all(abs(float(expected[name]) - float(found[name])) < 1e-9 for name in expected)


async def test_what_is_gathered_is_written_soon_and_once() -> None:
    how = uuid.uuid4().hex
    tally = Tally()
    for _ in range(3):
        tally.count(CALLS.labels(how))
    assert not lines(how) or list(lines(how).values()) == ["0.0"]

    async def written() -> bool:
        return list(lines(how).values()) == ["3.0"]

    await eventually(written)
    tally.write()
    assert list(lines(how).values()) == ["3.0"]
