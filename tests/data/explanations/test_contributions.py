"""However numbers change, the parts sum to the change."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from answerable.data.explanations.contributions import (
    above_and_below,
    of_rates,
    of_sums,
    surprise,
    volume_and_value,
)

_names = st.sampled_from(["North", "South", "East", "West", "(empty)"])
_values = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
_sums = st.dictionaries(_names, _values)
_pairs = st.dictionaries(_names, st.tuples(_values, st.integers(1, 1000).map(float)))


_bases = st.floats(0.5, 1e4).map(lambda value: round(value, 2))
_ratios = st.dictionaries(_names, st.tuples(_values, st.just(0.0) | _bases))


def close(left: float, right: float, scale: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, scale))


@given(_sums, _sums)
def test_the_groups_of_a_sum_sum_to_its_change(before: dict[str, float], now: dict[str, float]) -> None:
    parts = of_sums(before, now)
    change = sum(now.values()) - sum(before.values())
    assert close(sum(part.amount for part in parts), change, 1e7)
    assert {part.group for part in parts} == set(before) | set(now)
    assert all(part.amount == part.now - part.before for part in parts)


@given(_pairs, _pairs)
def test_mix_and_rate_of_an_average_sum_to_its_change(
    before: dict[str, tuple[float, float]], now: dict[str, tuple[float, float]]
) -> None:
    parts = of_rates(before, now)
    if not before or not now:
        assert parts == []
        return
    first, last = (
        sum(total for total, _ in side.values()) / sum(count for _, count in side.values())
        for side in (before, now)
    )
    assert close(sum(part.amount for part in parts), last - first, 1e7)


@given(_pairs)
def test_an_average_whose_groups_keep_theirs_changes_by_mix_alone(
    before: dict[str, tuple[float, float]],
) -> None:
    now = {name: (3 * total, 3 * count) for name, (total, count) in list(before.items())[:1]}
    now |= dict(list(before.items())[1:])
    assert all(math.isclose(part.rate, 0.0, abs_tol=1e-6) for part in of_rates(before, now))


@given(
    st.tuples(_values, st.integers(0, 1000).map(float)), st.tuples(_values, st.integers(0, 1000).map(float))
)
def test_volume_and_value_sum_to_the_change(before: tuple[float, float], now: tuple[float, float]) -> None:
    assert close(sum(volume_and_value(before, now)), now[0] - before[0], 1e7)


@given(_ratios, _ratios)
def test_mix_and_rate_of_a_ratio_sum_to_its_change_whatever_stands_above_nothing(
    before: dict[str, tuple[float, float]], now: dict[str, tuple[float, float]]
) -> None:
    above, below = zip(
        *((sum(a for a, _ in side.values()), sum(b for _, b in side.values())) for side in (before, now)),
        strict=True,
    )
    parts = of_rates(before, now)
    if not all(below):
        assert parts == []
        return
    assert close(sum(part.amount for part in parts), above[1] / below[1] - above[0] / below[0], 1e9)


@given(st.tuples(_values, _bases), st.tuples(_values, _bases))
def test_what_stands_above_and_below_sum_to_the_change(
    before: tuple[float, float], now: tuple[float, float]
) -> None:
    change = now[0] / now[1] - before[0] / before[1]
    assert close(sum(above_and_below(before, now)), change, 1e7)


def test_a_ratio_of_which_every_group_fell_alike_explains_nothing() -> None:
    before = {"a": (900.0, 90.0), "b": (100.0, 10.0)}
    parts = of_rates(before, {name: (above * 0.8, below) for name, (above, below) in before.items()})
    assert surprise(parts, -2.0) < 1e-9


def test_a_dimension_of_which_every_group_fell_alike_explains_nothing() -> None:
    alike = of_sums({"a": 100.0, "b": 50.0}, {"a": 80.0, "b": 40.0})
    one = of_sums({"a": 100.0, "b": 50.0}, {"a": 70.0, "b": 50.0})
    assert surprise(alike, -30.0) < 1e-9
    assert surprise(one, -30.0) > 0.3
