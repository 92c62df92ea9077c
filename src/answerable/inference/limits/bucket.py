"""What this process holds of one limit in one window: a share leased from the database.

While the share has room, taking from it is arithmetic. `granted` is what was leased and not given back,
`used` what calls under way have reserved plus what ended ones came to; the difference is free. What was
used moves from the lease to the counter when the usage rows are written, without a word to this object.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from answerable.inference.limits.limit import Limit, Mode, Window, window_of

ZERO = Decimal(0)
TIGHT_SECONDS = 10.0

_FIRST_BLOCK = 16
_LARGEST_BLOCK = 1 << 14
_QUICKLY = 2.0
_SLOWLY = 10.0


@dataclass(frozen=True, slots=True)
class Grant:
    """The database's answer to a process that asks for more of a limit.

    `forgiven` was spent beyond the lease and is in the counter already; `unclaimed` is what nobody holds,
    below zero for a soft limit that is passed; `waiting` says how many other processes were asked for
    their unused shares and have not answered. `tight`: shares are as small as the calls, for a while.
    """

    granted: Decimal
    forgiven: Decimal
    unclaimed: Decimal
    waiting: int
    tight: bool


class Bucket:
    """One limit's share in one window. Moments are seconds of the monotonic clock.

    `began` is the first moment whose calls reserve here: earlier ones are not taken off the lease.
    `wanted` is what calls that wait for a lease want together; they take turns by `turn`. `changed`: the
    limit has another amount than when the share was leased, so that nothing may be taken of it.
    """

    __slots__ = (
        "_block",
        "_leased_at",
        "began",
        "changed",
        "granted",
        "in_flight",
        "limit",
        "low",
        "measure",
        "refused",
        "refused_until",
        "tight_until",
        "touched_at",
        "turn",
        "unclaimed",
        "used",
        "valid_until",
        "wanted",
        "warned",
        "window",
    )

    def __init__(self, limit: Limit, window: Window, began: datetime) -> None:
        self.limit = limit
        self.measure = limit.measure
        self.window = window
        self.began = began
        self.changed = False
        self.granted = ZERO
        self.used = ZERO
        self.in_flight = ZERO
        self.unclaimed = limit.amount
        self.low = ZERO
        self.valid_until = 0.0
        self.tight_until = 0.0
        self.refused = ZERO
        self.refused_until = 0.0
        self.touched_at = 0.0
        self.warned = False
        self.wanted = ZERO
        self.turn = asyncio.Lock()
        self._block = _FIRST_BLOCK
        self._leased_at = 0.0

    @property
    def free(self) -> Decimal:
        """What the next calls may take; below zero after calls that cost more than was reserved."""
        return self.granted - self.used

    @property
    def over(self) -> bool:
        """Whether a soft limit is passed."""
        return self.unclaimed < 0 and self.limit.mode is Mode.SOFT

    @property
    def headroom(self) -> Decimal:
        """What is left of the limit, as far as this process knows; never below zero."""
        return max(ZERO, self.unclaimed + self.granted - self.used)

    def has(self, amount: Decimal, at: float) -> bool:
        """Whether so much can be taken now; nothing can be taken of the emptiest share."""
        return at < self.valid_until and (
            not amount or (self.granted - self.used >= amount and not self.changed)
        )

    def take(self, amount: Decimal, at: float) -> None:
        """Reserve; `has` said that there is room."""
        self.used += amount
        self.in_flight += amount
        self.touched_at = at

    def settle(self, reserved: Decimal, actual: Decimal) -> None:
        """A call that had reserved so much ended and came to `actual`."""
        self.in_flight -= reserved
        self.used += actual - reserved

    def runs_low(self, at: float) -> bool:
        """Whether the share is half gone while the limit has plenty: time to ask for more ahead of need."""
        return self.granted - self.used < self.low < self.unclaimed and at >= self.tight_until

    def block(self, amount: Decimal, at: float) -> Decimal:
        """How much to ask for beyond what is needed: the sooner the last share went, the more."""
        since = at - self._leased_at
        if since < _QUICKLY:
            self._block = min(2 * self._block, _LARGEST_BLOCK)
        elif since > _SLOWLY:
            self._block = max(self._block // 2, _FIRST_BLOCK)
        return amount * self._block

    def add(self, grant: Grant, *, at: float, valid_until: float) -> None:
        """Take in a lease that was asked for at `at`."""
        self.granted += grant.granted + grant.forgiven
        self.unclaimed = grant.unclaimed
        self.valid_until = valid_until
        if grant.granted > 0:
            self.changed = False
            self._leased_at = self.touched_at = at
            self.low = self.free / 2
        if grant.tight:
            self.tight_until = at + TIGHT_SECONDS

    def amount_changed(self) -> None:
        """The limit has another amount: the next call asks the database what there is now."""
        self.refused_until = 0.0
        self.changed = True

    def give_back(self) -> Decimal:
        """Let go of what is free; returns how much that is, for the database."""
        free = self.granted - self.used
        if free <= 0:
            return ZERO
        self.granted -= free
        self.low = ZERO
        return free

    def lapse(self) -> None:
        """The lease ran out unrenewed and belongs to nobody now: hold nothing, not even for calls under
        way. They are asked for again with the next need."""
        self.granted = self.used - self.in_flight
        self.valid_until = 0.0
        self.low = ZERO


class Meter:
    """A limit with its present window's bucket; earlier ones live on in the calls that reserved there."""

    __slots__ = ("_known", "bucket", "limit", "measure")

    def __init__(self, limit: Limit, known: dict[tuple[str, datetime], Bucket], now: datetime) -> None:
        self.limit = limit
        self.measure = limit.measure
        self._known = known
        self.bucket = self._roll(now)

    def at(self, now: datetime) -> Bucket:
        """The bucket of the window that `now` lies in."""
        bucket = self.bucket
        window = bucket.window
        return bucket if window.start <= now < window.end else self._roll(now)

    def _roll(self, now: datetime) -> Bucket:
        window = window_of(self.limit.period, now)
        key = (self.limit.id, window.start)
        bucket = self._known.get(key)
        if bucket is None:
            bucket = self._known[key] = Bucket(self.limit, window, now)
        self.bucket = bucket
        return bucket
