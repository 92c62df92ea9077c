"""What is configured: providers with their models, and aliases; by a workspace or by the operator."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.inference.cascade.rules import stage_rules
from answerable.inference.failures import FailureKind
from answerable.inference.models.names import PLAIN, AliasName, TargetName
from answerable.inference.models.plan import (
    CacheRule,
    Capability,
    CascadeStage,
    Price,
    RetryRule,
    Target,
    Timeouts,
)

DEFAULT_ADDRESSES: Mapping[str, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
}

_CHATS = frozenset({Capability.CHAT, Capability.TOOLS, Capability.JSON_SCHEMA, Capability.IMAGES})
_EMBEDS = ("embed", "bge-", "e5-", "gte-", "minilm")
_SPEAKS = ("tts", "speech")


def usual_capabilities(kind: str, base_url: str, upstream_name: str) -> frozenset[Capability]:
    """What a model is taken to do when its configuration does not say; told by its name."""
    name = upstream_name.lower()
    if any(word in name for word in _EMBEDS):
        return frozenset({Capability.EMBEDDINGS})
    if any(word in name for word in _SPEAKS):
        return frozenset({Capability.SPEECH})
    stands_for_many = frozenset({Capability.EMBEDDINGS, Capability.SPEECH})
    able = _CHATS | stands_for_many if name.endswith("*") else _CHATS
    serves_responses = kind == "openai" and base_url.startswith(DEFAULT_ADDRESSES["openai"])
    return able | {Capability.RESPONSES} if serves_responses else able


@dataclass(frozen=True, slots=True)
class ConfiguredModel:
    """One model of a provider. A name that ends with `*` stands for every name that begins so."""

    name: str
    upstream_name: str
    capabilities: frozenset[Capability]
    context_window: int | None = None
    max_output_tokens: int | None = None
    price: Price | None = None

    @property
    def is_pattern(self) -> bool:
        """Whether the name stands for many."""
        return self.name.endswith("*")

    def matches(self, name: str) -> bool:
        """Whether a pattern stands for a name."""
        return self.is_pattern and name.startswith(self.name[:-1])


@dataclass(frozen=True, slots=True)
class ConfiguredProvider:
    """A provider with its key in clear, in memory alone; no repr shows it."""

    id: str
    name: str
    kind: str
    base_url: str
    models: tuple[ConfiguredModel, ...]
    api_key: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeouts: Timeouts = field(default_factory=Timeouts)
    by_operator: bool = False
    allow_private_address: bool = False
    fingerprint: str = field(init=False, repr=False)
    """Tells keys and addresses apart without telling what they are."""

    def __post_init__(self) -> None:
        text = f"{self.base_url}\0{self.api_key}\0{self.headers}"
        object.__setattr__(self, "fingerprint", hashlib.sha256(text.encode()).hexdigest()[:12])

    def target(self, model: ConfiguredModel, called: str) -> Target:
        """The target that a call goes to; `called` is the name within the provider, for patterns."""
        upstream = called if model.is_pattern else model.upstream_name
        return Target(
            provider_id=self.id,
            provider=self.name,
            kind=self.kind,
            base_url=self.base_url,
            model=called,
            upstream_model=upstream,
            capabilities=model.capabilities,
            api_key=self.api_key,
            headers=self.headers,
            context_window=model.context_window,
            max_output_tokens=model.max_output_tokens,
            price=model.price,
            timeouts=self.timeouts,
            allow_private_address=self.allow_private_address,
            breaker_key=f"{self.id} {upstream} {self.fingerprint}",
            configured_by_operator=self.by_operator,
        )


Seconds = Annotated[float, Field(gt=0, le=3_600)]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=16, decimal_places=8)]


class _Configured(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriceSetting(_Configured):
    """US dollars per million tokens."""

    input_per_mtok: Dollars
    output_per_mtok: Dollars
    cached_input_per_mtok: Dollars | None = None

    def price(self) -> Price:
        """As calls are billed."""
        return Price.configured(self.input_per_mtok, self.output_per_mtok, self.cached_input_per_mtok)


class TimeoutSetting(_Configured):
    """Seconds; what is left out keeps the provider's or the system's own."""

    connect: Seconds | None = None
    first_byte: Seconds | None = None
    idle: Seconds | None = None
    total: Seconds | None = None

    def over(self, present: Timeouts) -> Timeouts:
        """The present timeouts, with those that are set here."""
        return Timeouts(
            connect=self.connect or present.connect,
            first_byte=self.first_byte or present.first_byte,
            idle=self.idle or present.idle,
            total=self.total or present.total,
        )


class RetrySetting(_Configured):
    """`attempts` are those within one group, the first included."""

    attempts: Annotated[int, Field(ge=1, le=10)] = RetryRule().attempts
    base_seconds: Annotated[float, Field(ge=0, le=60)] = RetryRule().base_seconds
    max_seconds: Annotated[float, Field(ge=0, le=300)] = RetryRule().max_seconds


class CacheSetting(_Configured):
    """What may be answered from earlier calls; `default` leaves that to the server's settings."""

    mode: Literal["default", "off", "exact", "semantic"] = "default"
    ttl_seconds: Annotated[int, Field(ge=1, le=30 * 86_400)] = 3_600
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None


Check = Annotated[str, Field(pattern=PLAIN, max_length=200)]


class StageSetting(_Configured):
    """One stage of a cascade: a model or alias, or `answerable` for the answerer without a model."""

    model: TargetName
    checks: Annotated[tuple[Check, ...], Field(max_length=20)] = ()
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None

    @model_validator(mode="after")
    def _checks_can_be_run(self) -> Self:
        stage_rules(self.checks)  # a BadRule is a ValueError, whose words name the remedy
        return self


class TargetSetting(_Configured):
    """Where an alias leads: groups are tried in order, weights share a group's calls."""

    model: TargetName
    weight: Annotated[float, Field(gt=0, le=1_000)] = 1.0
    group: Annotated[int, Field(ge=0, le=100)] = 0


class AliasDefinition(_Configured):
    """An alias as it is configured."""

    name: AliasName
    targets: Annotated[tuple[TargetSetting, ...], Field(max_length=50)] = ()
    retry: RetrySetting = RetrySetting()
    timeouts: TimeoutSetting | None = None
    fallback_on: tuple[FailureKind, ...] | None = None
    cache: CacheSetting = CacheSetting()
    cascade: Annotated[tuple[StageSetting, ...], Field(max_length=10)] = ()
    cascade_order: Literal["price", "as_given"] = Field(
        "price", description="`price` refuses a stage before a cheaper one; `as_given` takes any order."
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if not self.targets and not self.cascade:
            raise ValueError("give at least one target, or the stages of a cascade")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it leads to."""
        return (*(each.model for each in self.targets), *(each.model for each in self.cascade))

    def retry_rule(self) -> RetryRule:
        """As the router reads it."""
        rule = self.retry
        kinds = RetryRule().fall_back_on if self.fallback_on is None else frozenset(self.fallback_on)
        return RetryRule(rule.attempts, rule.base_seconds, rule.max_seconds, kinds)

    def cache_rule(self) -> CacheRule:
        """As the cache reads it."""
        return CacheRule(self.cache.mode, self.cache.ttl_seconds, self.cache.threshold)

    def stages(self) -> tuple[CascadeStage, ...]:
        """As the cascade reads them."""
        return tuple(CascadeStage(each.model, each.checks, each.min_confidence) for each in self.cascade)

    def target_groups(self) -> Sequence[Sequence[TargetSetting]]:
        """The targets by group, the first group first."""
        numbers = sorted({each.group for each in self.targets})
        return [[each for each in self.targets if each.group == number] for number in numbers]
