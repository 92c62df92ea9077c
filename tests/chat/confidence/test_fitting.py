"""Confidence fitted to outcomes: the right way, little by little, within bounds, the same each time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.chat.confidence.fitting import HIGHEST, LOWEST, Curve, fit, reliability

_OUTCOMES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def test_without_outcomes_nothing_is_changed() -> None:
    assert fit([]) == Curve()
    assert [round(Curve()(raw), 6) for raw in (0.1, 0.5, 0.97)] == [0.1, 0.5, 0.97]


def test_wrong_answers_lower_and_right_ones_raise_it() -> None:
    assert fit([(0.9, False)] * 5)(0.9) < 0.9 < fit([(0.9, True)] * 20)(0.9)
    assert fit([(0.6, True)] * 20)(0.6) > 0.6 > fit([(0.6, False)] * 20)(0.6)


def test_few_outcomes_change_little_and_many_much() -> None:
    one, many = (fit([(0.97, False)] * count)(0.97) for count in (1, 200))
    assert 0.95 < one < 0.97
    assert many < 0.5


def test_many_outcomes_are_met() -> None:
    outcomes = [(0.95, number % 10 < 7) for number in range(3_000)]
    assert fit(outcomes)(0.95) == pytest.approx(0.7, abs=0.02)


@given(_OUTCOMES, st.floats(0, 1), st.floats(0, 1))
def test_it_is_bounded_keeps_the_order_and_does_not_depend_on_that_of_the_outcomes(
    outcomes: list[tuple[float, bool]], one: float, other: float
) -> None:
    curve = fit(outcomes)
    assert LOWEST <= curve(one) <= HIGHEST
    assert (curve(one) <= curve(other)) or one > other
    shuffled = random.Random(7).sample(outcomes, len(outcomes))
    assert fit(shuffled) == curve


def test_the_table_tells_predicted_and_observed_with_counts() -> None:
    outcomes = [(0.97, True), (0.99, False), (1.0, True), (0.72, False)]
    low, high = reliability(outcomes, Curve())
    assert (low.low, low.high, low.count, low.predicted, low.observed) == (0.7, 0.8, 1, 0.72, 0.0)
    assert (high.count, high.predicted, high.observed) == (3, 0.9867, 0.6667)
    assert reliability([], Curve()) == []
