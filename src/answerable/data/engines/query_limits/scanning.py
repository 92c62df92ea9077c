"""Holding an estimate against limits, in the process that would read: imports nothing slow to load."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.kit.sandbox.limits import Refusal

TOO_LARGE = "too_large"


def hold_against_limits(expected: Mapping[str, int], most: Mapping[str, int]) -> None:
    """Raises Refusal where the estimate of rows or bytes exceeds the most of `QueryLimits.scans`."""
    for unit, limit in most.items():
        if expected[unit] > limit:
            raise Refusal(TOO_LARGE, f"{unit} {expected[unit]}")


def excess_of(detail: str) -> tuple[str, int]:
    """The unit and the estimate that such a refusal carries; whoever knows whose limit it is says so."""
    unit, _, estimate = detail.partition(" ")
    return unit, int(estimate)
