"""A call that was let through: what it has reserved, and what its answer's headers say."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from answerable.inference.limits.bucket import ZERO, Bucket
from answerable.inference.limits.errors import LimitExceeded, plain, refusal
from answerable.inference.limits.limit import Measure

Headers = tuple[tuple[bytes, bytes], ...]
Hold = tuple[Bucket, Decimal]
OnFreed = Callable[[Bucket], None]
"""Told of a bucket with something free that others may wait for; must return at once."""

_ONE = Decimal(1)
# An enum's member is slow to look up by its class, and these stand on every call's way.
_COST, _TOKENS, _CONCURRENT = Measure.COST_USD, Measure.TOKENS, Measure.CONCURRENT
_HEADERS = (
    (
        Measure.REQUESTS,
        b"x-ratelimit-limit-requests",
        b"x-ratelimit-remaining-requests",
        b"x-ratelimit-reset-requests",
    ),
    (
        Measure.TOKENS,
        b"x-ratelimit-limit-tokens",
        b"x-ratelimit-remaining-tokens",
        b"x-ratelimit-reset-tokens",
    ),
)


class Estimate(Struct, frozen=True, gc=False):
    """What a call may come to at most. `names` are the one that the caller asked for, then those of the
    models that it may be sent to.

    `requests` is 0 for a leg of a call that was let through before (a fallback, a stage of a cascade),
    whose usage row names its parent.
    """

    names: tuple[str, ...]
    tokens: int
    cost_usd: Decimal
    requests: int = 1

    def of(self, measure: Measure) -> Decimal:
        """The part that a measure counts."""
        if measure is _COST:
            return self.cost_usd
        if measure is _TOKENS:
            return Decimal(self.tokens)
        return _ONE if self.requests else ZERO


class Admission:
    """Reservations of one call. Exactly one of `settle` and `release` counts, the first that is called.

    Settle with exactly the tokens and the cost of the usage record that is closed, and close it in the same
    step, without awaiting between: the database counts by the records, this process by what it is told here.
    """

    __slots__ = ("_holds", "_now", "_on_freed")

    def __init__(self, holds: Sequence[Hold], now: datetime, on_freed: OnFreed) -> None:
        self._holds = holds
        self._now = now
        self._on_freed = on_freed

    @property
    def headers(self) -> Headers:
        """`x-ratelimit-…` of the tightest limits on requests and tokens, as OpenAI names them, and a
        warning for each soft limit that is passed."""
        return limit_headers([bucket for bucket, _ in self._holds], self._now) if self._holds else ()

    def settle(self, tokens: int, cost_usd: Decimal, names: Sequence[str] | None = None) -> None:
        """The call ended and gave a usage record with these figures (input and output tokens).

        `names` are the one that was asked for and those of the model that the record names; a limit on
        another model that might have been asked counts nothing. None: whatever was reserved counts.
        """
        holds, self._holds = self._holds, ()
        for bucket, reserved in holds:
            measure, model = bucket.measure, bucket.limit.model
            if model is not None and names is not None and model not in names:
                bucket.settle(reserved, ZERO)
            elif measure is _COST:
                bucket.settle(reserved, cost_usd)
            elif measure is _TOKENS:
                bucket.settle(reserved, Decimal(tokens))
            else:
                bucket.settle(reserved, ZERO if measure is _CONCURRENT else reserved)
            self._tell(bucket)

    def release(self) -> None:
        """Nothing was sent and nothing is counted: the usage record says refused, or there is none."""
        holds, self._holds = self._holds, ()
        for bucket, reserved in holds:
            bucket.settle(reserved, ZERO)
            self._tell(bucket)

    def _tell(self, bucket: Bucket) -> None:
        # Others wait for what is left over near a limit.
        if bucket.tight_until and time.monotonic() < bucket.tight_until and bucket.free > 0:
            self._on_freed(bucket)


def limit_headers(buckets: Sequence[Bucket], now: datetime) -> Headers:
    """The headers that tell a client how near it is to its limits."""
    found: list[tuple[bytes, bytes]] = []
    for measure, limit, remaining, reset in _HEADERS:
        tightest: Bucket | None = None
        for bucket in buckets:
            if bucket.measure is measure and (
                tightest is None or _share_left(bucket) < _share_left(tightest)
            ):
                tightest = bucket
        if tightest is not None:
            seconds = max(0, round((tightest.window.end - now).total_seconds()))
            found.append((limit, b"%d" % tightest.limit.amount))
            found.append((remaining, b"%d" % tightest.headroom))
            found.append((reset, b"%ds" % seconds))
    for bucket in buckets:
        if bucket.over:
            words = f"soft {bucket.limit.words} is passed ({bucket.limit.id})"
            found.append((b"x-answerable-warning", words.encode("ascii", "replace")))
    return tuple(found)


def refused(bucket: Bucket, need: Decimal, now: datetime) -> LimitExceeded:
    """The error for a call that may come to `need`, for which the bucket has no room."""
    return refusal(
        bucket.limit,
        bucket.window,
        now,
        need=need,
        left=bucket.headroom,
        headers=_refusal_headers(bucket, now),
    )


def _refusal_headers(bucket: Bucket, now: datetime) -> dict[str, str]:
    """How the limit stands that refused a call. Of budgets this is told with the refusal alone: what a
    workspace has spent is not for everybody who calls a model."""
    limit = bucket.limit
    name = limit.measure.value.replace("_", "-")
    told = {
        f"x-ratelimit-limit-{name}": plain(limit.amount),
        f"x-ratelimit-remaining-{name}": plain(bucket.headroom),
    }
    if limit.period is not None:
        told[f"x-ratelimit-reset-{name}"] = f"{max(0, round((bucket.window.end - now).total_seconds()))}s"
    return told


def _share_left(bucket: Bucket) -> Decimal:
    return bucket.headroom / bucket.limit.amount if bucket.limit.amount else ZERO
