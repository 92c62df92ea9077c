"""What HTTP, and the operator's file, carry about providers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from answerable.inference.models.address import well_formed_address
from answerable.inference.models.configured import (
    DEFAULT_ADDRESSES,
    ConfiguredModel,
    PriceSetting,
    TimeoutSetting,
    usual_capabilities,
)
from answerable.inference.models.names import PLAIN, ModelName, ProviderName
from answerable.inference.models.plan import Capability, Price
from answerable.inference.models.reading import model_of
from answerable.inference.models.tables import ProviderModelRow, ProviderRow

_MOST_MODELS = 200
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def _sendable(value: SecretStr) -> SecretStr:
    """Header values are visible ASCII (RFC 9110, section 5.5); a pasted line end would be smuggled."""
    text = value.get_secret_value()
    if not text or len(text) > 8_192 or any(not " " <= letter <= "~" for letter in text):
        raise ValueError("must be 1 to 8192 visible ASCII characters; was a line break copied with it?")
    return value


def _not_ours(name: str) -> str:
    if name.lower() in _FRAMING:
        raise ValueError(f"{name} is set by the connection itself; leave it out")
    return name


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _from_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
Secret = Annotated[SecretStr, BeforeValidator(_trimmed), AfterValidator(_sendable)]
HeaderName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", max_length=100),
    AfterValidator(_not_ours),
]
Address = Annotated[str, AfterValidator(well_formed_address)]
Tokens = Annotated[int, Field(gt=0, le=100_000_000)]


class ModelIn(BaseModel):
    """A model, or its name alone. `upstream_name` is the provider's own name for it. A name that ends
    with `*` passes on every name that begins so; `*` alone every name after `provider/`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ModelName
    upstream_name: Annotated[str, StringConstraints(pattern=PLAIN, max_length=300)] | None = None
    capabilities: Annotated[frozenset[Capability], Field(min_length=1)] | None = None
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None
    price: PriceSetting | None = None

    @model_validator(mode="after")
    def _pattern_is_passed_on(self) -> Self:
        if self.name.endswith("*") and self.upstream_name is not None:
            raise ValueError("a name with * is passed on as it is: leave upstream_name out")
        return self

    def configured(self, kind: str, base_url: str) -> ConfiguredModel:
        """As the catalog holds it."""
        upstream = self.upstream_name or self.name
        return ConfiguredModel(
            name=self.name,
            upstream_name=upstream,
            capabilities=self.capabilities or usual_capabilities(kind, base_url, upstream),
            context_window=self.context_window,
            max_output_tokens=self.max_output_tokens,
            price=self.price.price() if self.price is not None else None,
        )


def _each_once(models: list[ModelIn]) -> list[ModelIn]:
    names = [model.name for model in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"'{twice[0]}' is listed twice; names are unique")
    return models


Models = Annotated[
    list[Annotated[ModelIn, BeforeValidator(_from_name)]],
    Field(max_length=_MOST_MODELS),
    AfterValidator(_each_once),
]
Headers = Annotated[dict[HeaderName, Secret], Field(max_length=20)]


class ProviderIn(BaseModel):
    """`base_url` may be left out for the providers whose address is known. `api_key` and the values of
    `headers` are kept encrypted and are never shown again."""

    model_config = ConfigDict(extra="forbid")

    name: ProviderName
    kind: Kind
    base_url: Address = ""
    api_key: Secret | None = None
    headers: Headers = {}
    models: Models = []
    timeouts: TimeoutSetting | None = None

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        if not self.base_url:
            if self.kind not in DEFAULT_ADDRESSES:
                raise ValueError(
                    f"base_url: give the address of the provider; '{self.kind}' has no usual one"
                )
            self.base_url = DEFAULT_ADDRESSES[self.kind]
        return self


class ProviderPatch(BaseModel):
    """What is to change; `models` replaces the list. `api_key` null takes the key away."""

    model_config = ConfigDict(extra="forbid")

    name: ProviderName | None = None
    base_url: Address | None = None
    api_key: Secret | None = None
    headers: Headers | None = None
    models: Models | None = None
    timeouts: TimeoutSetting | None = None


class PriceOut(BaseModel):
    """US dollars per million tokens; `version` says where the figures come from."""

    input_per_mtok: float
    output_per_mtok: float
    cached_input_per_mtok: float | None
    version: str

    @classmethod
    def of(cls, price: Price) -> PriceOut:
        """From the price; figures as JSON numbers."""
        cached = price.cached_input_per_mtok
        return cls(
            input_per_mtok=float(price.input_per_mtok),
            output_per_mtok=float(price.output_per_mtok),
            cached_input_per_mtok=None if cached is None else float(cached),
            version=price.version,
        )


class ModelOut(BaseModel):
    """A model as it is configured; `price` null where the public price list holds."""

    name: str
    upstream_name: str
    capabilities: list[Capability]
    context_window: int | None
    max_output_tokens: int | None
    price: PriceOut | None

    @classmethod
    def of(cls, model: ConfiguredModel) -> ModelOut:
        """From the configured model."""
        price = model.price
        return cls(
            name=model.name,
            upstream_name=model.upstream_name,
            capabilities=sorted(model.capabilities),
            context_window=model.context_window,
            max_output_tokens=model.max_output_tokens,
            price=None if price is None else PriceOut.of(price),
        )


class CheckIn(BaseModel):
    """`model` names the one to try; all of them otherwise."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class Problem(StrEnum):
    """What is wrong with a provider's configuration, or with the provider."""

    ADDRESS = "address"
    KEY = "key"
    MODEL = "model"
    LIMIT = "limit"
    BUDGET = "budget"
    REQUEST = "request"
    PROVIDER = "provider"


class CheckedModel(BaseModel):
    """How one model answered; `detail` says what to do."""

    model: str
    ok: bool
    problem: Problem | None
    detail: str | None
    latency_ms: float


class CheckOut(BaseModel):
    """`ok` when every model answered."""

    ok: bool
    models: list[CheckedModel]


class ProviderOut(BaseModel):
    """A provider without its secrets: `key_ending` is the key's last four characters."""

    id: str
    name: str
    kind: str
    base_url: str
    has_key: bool
    key_ending: str | None
    header_names: list[str]
    models: list[ModelOut]
    timeouts: TimeoutSetting | None
    created_at: datetime

    @classmethod
    def of(cls, row: ProviderRow, models: Sequence[ProviderModelRow]) -> ProviderOut:
        """From the rows."""
        return cls(
            id=row.id,
            name=row.name,
            kind=row.kind,
            base_url=row.base_url,
            has_key=row.has_key,
            key_ending=row.key_ending,
            header_names=list(row.header_names),
            models=[ModelOut.of(model_of(row, model)) for model in models],
            timeouts=None if row.timeouts is None else TimeoutSetting.model_validate(row.timeouts),
            created_at=row.created_at,
        )
