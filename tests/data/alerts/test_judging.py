"""Judgement on numbers: lines, changes, usual ranges, and when a state is left again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from answerable.data.alerts.errors import NotWatchable
from answerable.data.alerts.judging import Reading, State, Verdict, judge
from answerable.data.alerts.rules import Rule
from answerable.data.alerts.series import Point
from answerable.data.semantics.query import Grain

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
MONDAY = datetime.fromisoformat("2026-01-05")


def rule(kind: str, **parts: Any) -> Rule:
    return _RULE.validate_python({"kind": kind, **parts})


def number(value: float | None, before: float | None = None) -> Reading:
    return Reading([Point(None, value)], None, before)


def days(*values: float | None, over: bool = True) -> Reading:
    """A daily series from a Monday on; the last day is perhaps not over."""
    last = len(values) - 1
    points = [Point(MONDAY + timedelta(days=n), v, over or n < last) for n, v in enumerate(values)]
    return Reading(points, Grain.DAY)


@pytest.mark.parametrize(
    ("operator", "value", "standing", "state"),
    [
        ("above", 101, "ok", "firing"),
        ("above", 100, "ok", "ok"),
        ("above", 99, "ok", "ok"),
        # Whoever was above is below again only with some room.
        ("above", 99, "firing", "firing"),
        ("above", 97.9, "firing", "ok"),
        ("below", 99, "ok", "firing"),
        ("below", 101, "firing", "firing"),
        ("below", 102.1, "firing", "ok"),
        ("equal", 100, "ok", "firing"),
        ("equal", 100.001, "ok", "ok"),
        ("equal", 99, "firing", "ok"),
    ],
)
def test_lines(operator: str, value: float, standing: State, state: State) -> None:
    assert judge(rule("threshold", operator=operator, value=100), number(value), standing).state == state


@pytest.mark.parametrize(
    ("direction", "value", "before", "standing", "state"),
    [
        ("either", 110, 100, "ok", "firing"),
        ("either", 90, 100, "ok", "firing"),
        ("either", 109, 100, "ok", "ok"),
        ("either", 109.5, 100, "firing", "firing"),
        ("up", 90, 100, "ok", "ok"),
        ("down", 90, 100, "ok", "firing"),
        ("up", -90, -100, "ok", "firing"),
        ("either", 5, 0, "ok", "unknown"),
        ("either", 0, 0, "ok", "ok"),
        ("either", 5, None, "ok", "unknown"),
    ],
)
def test_changes(direction: str, value: float, before: float | None, standing: State, state: State) -> None:
    verdict = judge(rule("change", direction=direction, percent=10), number(value, before), standing)
    assert verdict.state == state


def test_a_series_changes_against_the_period_before() -> None:
    verdict = judge(rule("change", percent=50), days(10, 10, 20), "ok")
    assert (verdict.state, verdict.value, verdict.compared) == ("firing", 20, 10)


def test_a_period_that_is_not_over_is_left_out_and_that_is_said() -> None:
    verdict = judge(rule("threshold", operator="below", value=50), days(100, 100, 3, over=False), "ok")
    assert (verdict.state, verdict.value, verdict.partial) == ("ok", 100, False)
    assert verdict.skipped == MONDAY + timedelta(days=2)
    assert "the one from 2026-01-07 is not over" in verdict.reason


def test_a_period_that_is_not_over_counts_where_that_is_wanted_and_that_is_said() -> None:
    watched = rule("threshold", operator="above", value=50, partial="include")
    verdict = judge(watched, days(10, 10, 60, over=False), "ok")
    assert (verdict.state, verdict.value, verdict.partial) == ("firing", 60, True)
    assert "The period is not over." in verdict.reason


def test_the_usual_range_is_of_the_same_weekday() -> None:
    # Weeks with quiet ends: a Sunday of 10 is usual, a Sunday of 100 is not, though any Monday has that.
    week = [100, 101, 99, 100, 102, 20, 10]
    usual = judge(rule("usual_range"), days(*week * 9), "ok")
    assert (usual.state, usual.history, usual.compared) == ("ok", 8, 10)
    odd = judge(rule("usual_range"), days(*week * 8, *week[:6], 100), "ok")
    assert (odd.state, odd.value) == ("firing", 100)
    everything = judge(rule("usual_range", season="none"), days(*week * 8, *week[:6], 100), "ok")
    assert everything.state == "ok"


def test_the_usual_range_is_median_and_scaled_mad() -> None:
    verdict = judge(rule("usual_range", season="none", k=2), days(8, 9, 10, 10, 10, 11, 12, 100, 10), "ok")
    # Median 10; deviations 2 1 0 0 0 1 2 90, their median 1: one outlier of ninety moves nothing.
    assert (verdict.low, verdict.high) == pytest.approx((10 - 2 * 1.4826, 10 + 2 * 1.4826))


def test_noise_in_a_constant_history_is_nothing_unusual() -> None:
    flat = [100.0] * 10
    assert judge(rule("usual_range", season="none"), days(*flat, 101), "ok").state == "ok"
    assert judge(rule("usual_range", season="none"), days(*flat, 110), "ok").state == "firing"


def test_who_left_the_usual_range_is_back_with_some_room() -> None:
    history = [100.0] * 10
    watched = rule("usual_range", season="none")
    assert judge(watched, days(*history, 103.4), "ok").state == "ok"
    assert judge(watched, days(*history, 103.4), "firing").state == "firing"
    assert judge(watched, days(*history, 103.0), "firing").state == "ok"


def test_too_little_history_is_said() -> None:
    verdict = judge(rule("usual_range"), days(*[10] * 40), "ok")
    assert (verdict.state, verdict.history) == ("unknown", 5)
    assert "8 are needed" in verdict.reason


def test_the_usual_range_never_judges_a_period_that_is_not_over() -> None:
    verdict = judge(rule("usual_range", season="none"), days(*[100] * 10, 1, over=False), "ok")
    assert (verdict.state, verdict.value) == ("ok", 100)
    assert verdict.skipped is not None


@pytest.mark.parametrize(
    "reading", [Reading([], Grain.DAY), number(None), days(5, over=False), days(1, 2, None)]
)
def test_what_is_not_known(reading: Reading) -> None:
    assert judge(rule("threshold", operator="above", value=1), reading, "firing").state == "unknown"


def test_a_season_that_a_period_does_not_have_is_refused() -> None:
    months = Reading([Point(MONDAY, 1.0)] * 20, Grain.MONTH)
    with pytest.raises(NotWatchable, match="year"):
        judge(rule("usual_range", season="week"), months, "ok")


@pytest.mark.parametrize(
    ("verdict", "code", "numbers"),
    [
        (
            judge(rule("threshold", operator="above", value=100), number(101), "ok"),
            "above",
            {"compared": 100},
        ),
        (judge(rule("threshold", operator="below", value=5), number(7), "ok"), "not_below", {"compared": 5}),
        (
            judge(rule("threshold", operator="above", value=100, hysteresis=10), number(95), "firing"),
            "returning",
            {"compared": 100, "hysteresis": 10},
        ),
        (
            judge(rule("change", percent=10), number(90, 100), "ok"),
            "changed",
            {"percent": -10, "compared": 100},
        ),
        (judge(rule("change", percent=10), number(3, 0), "ok"), "no_percentage", {"value": 3}),
        (judge(rule("change", percent=10), number(3), "ok"), "nothing_before", {"value": 3}),
        (judge(rule("usual_range"), days(1, 2, 3), "ok"), "too_little_history", {"needed": 8}),
        (judge(rule("threshold", operator="above", value=1), number(None), "ok"), "no_number", {}),
        (judge(rule("threshold", operator="above", value=1), Reading([]), "ok"), "no_rows", {}),
    ],
)
def test_a_reason_has_a_code_and_the_numbers_that_belong_to_it(
    verdict: Verdict, code: str, numbers: dict[str, float]
) -> None:
    assert verdict.code == code
    assert {name: getattr(verdict, name) for name in numbers} == pytest.approx(numbers)
    assert verdict.reason
