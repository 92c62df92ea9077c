"""How a change splits up. Pure arithmetic: whatever the numbers, the parts sum to the change.

Sums and counts split by group into what each group's own sum changed by. An average splits into mix (groups
that are above or below the average became more or less common) and rate (the groups' own averages changed),
by the midpoint method of Marshall (1890) and Edgeworth, which leaves no residue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One group's part of the change. For an average, `mix` and `rate` are its two halves; for a sum the
    whole is `rate`."""

    group: str
    before: float
    now: float
    mix: float
    rate: float

    @property
    def amount(self) -> float:
        """The group's part of the change."""
        return self.mix + self.rate


def of_sums(before: Mapping[str, float], now: Mapping[str, float]) -> list[Contribution]:
    """The groups' own changes, the largest first; a group that one side lacks has 0 there."""
    names = dict.fromkeys([*now, *before])
    found = [
        Contribution(
            name, before.get(name, 0.0), now.get(name, 0.0), 0.0, now.get(name, 0.0) - before.get(name, 0.0)
        )
        for name in names
    ]
    return sorted(found, key=lambda c: -abs(c.amount))


def of_averages(before: Mapping[str, Pair], now: Mapping[str, Pair]) -> list[Contribution]:
    """The groups' parts of an average's change, from (sum, count) of each group on both sides.

    With weights w and averages r, each group gives (w₁-w₀)·(½(r₀+r₁)-R) by mix, where R is half of both whole
    averages, and ½(w₀+w₁)·(r₁-r₀) by rate. A group that one side lacks keeps its average, so all is mix.
    Empty where a side has no rows."""
    count_before, count_now = (sum(count for _, count in side.values()) for side in (before, now))
    if not count_before or not count_now:
        return []
    whole = [
        sum(total for total, _ in side.values()) / n for side, n in ((before, count_before), (now, count_now))
    ]
    middle = sum(whole) / 2
    found = []
    for name in dict.fromkeys([*now, *before]):
        sums = before.get(name, (0.0, 0.0)), now.get(name, (0.0, 0.0))
        averages = [total / count if count else None for total, count in sums]
        own = [average for average in averages if average is not None]
        if not own:
            continue
        first, last = (average if average is not None else own[0] for average in averages)
        weight_before, weight_now = sums[0][1] / count_before, sums[1][1] / count_now
        mix = (weight_now - weight_before) * ((first + last) / 2 - middle)
        rate = (weight_before + weight_now) / 2 * (last - first)
        found.append(Contribution(name, first, last, mix, rate))
    return sorted(found, key=lambda c: -abs(c.amount))


def volume_and_value(before: Pair, now: Pair) -> Pair:
    """A sum's change split into that of how many rows there are and that of what one is worth, from
    (sum, count) of both sides; the two sum to the change."""
    value_before, value_now = (total / count if count else None for total, count in (before, now))
    known = [value for value in (value_before, value_now) if value is not None]
    if not known:
        return 0.0, now[0] - before[0]
    first = value_before if value_before is not None else known[0]
    last = value_now if value_now is not None else known[0]
    volume = (now[1] - before[1]) * (first + last) / 2
    return volume, (now[0] - before[0]) - volume


def surprise(parts: list[Contribution], change: float) -> float:
    """How much more of the change the few largest groups give than their size lets expect, 0 to about 1.

    A dimension whose every group fell by the same part explains nothing: it has 0."""
    whole = sum(abs(part.before) for part in parts)
    if not change or not whole or len(parts) < 2:
        return 0.0
    same_way = [part for part in parts if part.amount * change > 0][:3]
    excess = [part.amount / change - abs(part.before) / whole for part in same_way]
    return max(0.0, sum(value for value in excess if value > 0))
