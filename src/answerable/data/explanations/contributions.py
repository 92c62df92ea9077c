"""How a change splits up. Pure arithmetic: whatever the numbers, the parts sum to the change.

Sums and counts split by group into what each group's own sum changed by. An average or a ratio splits into
mix (groups that are above or below it became more or less common) and rate (the groups' own numbers changed),
by the midpoint method of Marshall (1890) and Edgeworth, which leaves no residue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One group's part of the change. `before` and `now` are its own numbers, None where a side has no rows
    of it. For an average or a ratio, `mix` and `rate` are the part's two halves; for a sum the whole is
    `rate`. `size` is how much of the number the group was, which tells what its part would be if all changed
    alike."""

    group: str
    before: float | None
    now: float | None
    mix: float
    rate: float
    size: float

    @property
    def amount(self) -> float:
        """The group's part of the change."""
        return self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the numbers that another is computed from, with its part of that one's change."""

    label: str
    before: float
    now: float
    amount: float


def of_sums(before: Mapping[str, float], now: Mapping[str, float]) -> list[Contribution]:
    """The groups' own changes, the largest first; a group that one side lacks has 0 there."""
    names = dict.fromkeys([*now, *before])
    found = []
    for name in names:
        first, last = before.get(name, 0.0), now.get(name, 0.0)
        found.append(Contribution(name, first, last, 0.0, last - first, abs(first)))
    return sorted(found, key=lambda c: -abs(c.amount))


def of_rates(before: Mapping[str, Pair], now: Mapping[str, Pair]) -> list[Contribution]:
    """The groups' parts of an average's or a ratio's change, from what stands above and below the line (sum
    and count) in each group on both sides.

    With weights w (the groups' parts of what is below) and rates r, each group gives (w₁-w₀)·(½(r₀+r₁)-R) by
    mix, where R is half of both whole rates, and ½(w₀+w₁)·(r₁-r₀) by rate. A group that one side lacks keeps
    its rate, so all is mix. What stands above nothing has no rate and counts as such. Empty where a side has
    nothing below."""
    below = [sum(part for _, part in side.values()) for side in (before, now)]
    if not below[0] or not below[1]:
        return []
    whole = [sum(part for part, _ in side.values()) / n for side, n in zip((before, now), below, strict=True)]
    middle = sum(whole) / 2
    found = []
    for name in dict.fromkeys([*now, *before]):
        sides = before.get(name, (0.0, 0.0)), now.get(name, (0.0, 0.0))
        if not any((*sides[0], *sides[1])):
            continue
        first, last = (part / base if base else None for part, base in sides)
        weights = [base / n for (_, base), n in zip(sides, below, strict=True)]
        gained = sides[1][0] / below[1] - sides[0][0] / below[0] - (weights[1] - weights[0]) * middle
        own = [rate for rate in (first, last) if rate is not None]
        mix = (weights[1] - weights[0]) * (sum(own) / len(own) - middle) if own else 0.0
        found.append(Contribution(name, first, last, mix, gained - mix, sum(weights) / 2))
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


def above_and_below(before: Pair, now: Pair) -> Pair:
    """A ratio's change split into that of what stands above the line and that of what stands below, from
    (above, below) of both sides, each at the middle of the other; the two sum to the change. What stands
    below must not be 0."""
    above = (now[0] - before[0]) * (1 / before[1] + 1 / now[1]) / 2
    return above, now[0] / now[1] - before[0] / before[1] - above


def surprise(parts: list[Contribution], change: float) -> float:
    """How much more of the change the few largest groups give than their size lets expect, 0 to about 1.

    A dimension whose every group fell by the same part explains nothing: it has 0."""
    whole = sum(part.size for part in parts)
    if not change or not whole or len(parts) < 2:
        return 0.0
    same_way = [part for part in parts if part.amount * change > 0][:3]
    excess = [part.amount / change - part.size / whole for part in same_way]
    return max(0.0, sum(value for value in excess if value > 0))
