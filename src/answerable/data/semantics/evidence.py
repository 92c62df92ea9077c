"""How far what was seen bears a guess out, from 0 to 1.

What values say is a share of them, and how sure that is depends on how many there were: three of three tell
less than three thousand of three thousand. Taken is the end of the interval in which the share lies with 95 %
(Wilson 1927). A name that says the same is worth as much as all values: each is half of the whole.
"""

from __future__ import annotations

import math

_Z = 1.96


def at_least(share: float, count: int) -> float:
    """How large a share is at least, that was seen of so many; 0 of nothing."""
    return _end(share, count, -1) if count > 0 else 0.0


def at_most(share: float, count: int) -> float:
    """How large it is at most; 1 of nothing."""
    return _end(share, count, 1) if count > 0 else 1.0


def borne_out(*, by_name: bool, share: float, count: int) -> float:
    """The confidence in a guess of which a name may speak, and that share of so many values."""
    return round(0.5 * by_name + 0.5 * at_least(share, count), 3)


def seen(share: float, count: int) -> float:
    """The confidence in a guess that values alone decide."""
    return round(at_least(share, count), 3)


def _end(share: float, count: int, sign: int) -> float:
    middle = share + _Z**2 / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return min(1.0, max(0.0, (middle + sign * spread) / (1 + _Z**2 / count)))
