"""Targets, plans and failures for the router's tests."""

from __future__ import annotations

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.plan import Capability, Plan, RetryRule, Target


def target(name: str, *, weight: float = 1.0, window: int | None = None, key: str = "k") -> Target:
    """A model of a provider of its own."""
    return Target(
        provider_id=f"prv_{name}",
        provider=name,
        kind="openai",
        base_url="https://models.example.com",
        model=name,
        upstream_model=name,
        capabilities=frozenset({Capability.CHAT}),
        weight=weight,
        context_window=window,
        breaker_key=f"{name} {key}",
    )


def plan(*groups: tuple[Target, ...], retry: RetryRule | None = None) -> Plan:
    """A plan of these groups."""
    return Plan("name", groups, retry or RetryRule())


def failure(kind: FailureKind, retry_after: float | None = None) -> UpstreamFailure:
    """A failed attempt."""
    return UpstreamFailure(kind, kind.value, retry_after=retry_after)
