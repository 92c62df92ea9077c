"""What HTTP carries about the names that a workspace may call."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from answerable.inference.failures import FailureKind
from answerable.inference.models.plan import Capability
from answerable.inference.models.providers.schemas import PriceOut
from answerable.inference.models.snapshot import NameKind
from answerable.inference.routing.breaker import BreakerState


class TargetOut(BaseModel):
    """A model that a name leads to. `state` is its circuit breaker's in the process that answers;
    `retry_in_seconds` is how long nothing is sent there, `reason` why."""

    provider: str
    model: str
    weight: float
    state: BreakerState
    reason: FailureKind | None
    retry_in_seconds: float


class ModelNameOut(BaseModel):
    """A name. `available` says whether at least one target may be called now; of an alias, capabilities
    are those that any target has, window and price those of its first target."""

    name: str
    kind: NameKind
    configured_by: Literal["workspace", "operator"]
    providers: list[str]
    capabilities: list[Capability]
    context_window: int | None
    max_output_tokens: int | None
    price: PriceOut | None
    available: bool
    targets: list[TargetOut]
