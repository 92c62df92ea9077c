"""Where a model name leads: ordered groups of weighted targets and the rules for trying them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from answerable.inference.failures import FailureKind


class Capability(StrEnum):
    """What a model can do; a call that needs more is refused before it is sent."""

    CHAT = "chat"
    TOOLS = "tools"
    JSON_SCHEMA = "json_schema"
    IMAGES = "images"
    EMBEDDINGS = "embeddings"
    SPEECH = "speech"
    RESPONSES = "responses"  # an OpenAI-compatible upstream that serves /v1/responses itself


@dataclass(frozen=True, slots=True)
class PriceTier:
    """What holds instead for a whole call with more input tokens than `above_input_tokens`."""

    above_input_tokens: int
    input_per_mtok: Decimal
    output_per_mtok: Decimal
    cached_input_per_mtok: Decimal | None = None
    cache_write_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, and where the figures come from (stored with each usage row).

    Without a price of their own, cached and cache-writing input cost what other input does. `tiers` come
    with the highest first.
    """

    input_per_mtok: Decimal
    output_per_mtok: Decimal
    cached_input_per_mtok: Decimal | None = None
    version: str = ""
    cache_write_per_mtok: Decimal | None = None
    tiers: tuple[PriceTier, ...] = ()

    @classmethod
    def configured(cls, given: Decimal, made: Decimal, cached: Decimal | None) -> Price:
        """A price that a workspace or its operator has set; its version says its figures, such as
        `configured:5/9` or `configured:5/9/0.5`, so that a row tells which price it had."""
        figures = [given, made] if cached is None else [given, made, cached]
        version = f"configured:{'/'.join(f'{figure.normalize():f}' for figure in figures)}"
        return cls(given, made, cached, version)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `first_byte` counts from the sent request, `idle` between two bytes of the answer."""

    connect: float = 5.0
    first_byte: float = 60.0
    idle: float = 60.0
    total: float = 600.0


@dataclass(frozen=True, slots=True)
class Target:
    """One model of one provider, with all that a call to it needs.

    `breaker_key` names the circuit breaker: provider, upstream model and key. `api_key` never
    appears in a repr. `allow_private_address` is set for providers that the operator configured, and
    for hosts that the operator lets workspaces name.
    """

    provider_id: str
    provider: str
    kind: str
    base_url: str
    model: str
    upstream_model: str
    capabilities: frozenset[Capability]
    api_key: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    context_window: int | None = None
    max_output_tokens: int | None = None
    price: Price | None = None
    weight: float = 1.0
    timeouts: Timeouts = Timeouts()
    allow_private_address: bool = False
    breaker_key: str = ""
    configured_by_operator: bool = False


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often and when a call is tried again; the breaker and the retry budget may stop it earlier."""

    attempts: int = 3
    base_seconds: float = 0.25
    max_seconds: float = 8.0
    fall_back_on: frozenset[FailureKind] = frozenset(FailureKind) - {
        FailureKind.INVALID_REQUEST,
        FailureKind.REFUSED_CONTENT,
    }

    @property
    def leaves_refusals(self) -> bool:
        """Whether a refusal of one target leads to the next."""
        return FailureKind.REFUSED_CONTENT in self.fall_back_on


@dataclass(frozen=True, slots=True)
class CacheRule:
    """What may be answered from earlier calls. `semantic` also allows calls that mean the same; `default`
    leaves mode and time to live to the settings."""

    mode: Literal["default", "off", "exact", "semantic"] = "default"
    ttl_seconds: int = 3_600
    threshold: float | None = None  # cosine; None takes the calibrated one


@dataclass(frozen=True, slots=True)
class CascadeStage:
    """One step of a cascade: a model name, and what its answer must satisfy to be good enough."""

    model: str
    checks: tuple[str, ...] = ()
    min_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the catalog says of a name: targets in groups, the first group first, weighted within."""

    name: str
    groups: tuple[tuple[Target, ...], ...]
    retry: RetryRule = RetryRule()
    cache: CacheRule = CacheRule()
    cascade: tuple[CascadeStage, ...] = ()
