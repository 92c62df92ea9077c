"""The public price list in a small form, and how a model is found in it.

`genai-prices` brings its list as a hundred megabytes of Python objects. A short-lived child reads it
once per version (`python -m answerable.inference.usage.price_list`) and writes what is needed as JSON;
servers keep that file's bytes and decode only the providers that they are asked about.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import structlog
from platformdirs import user_cache_path

log = structlog.get_logger(__name__)

VERSION = f"genai-prices {version('genai-prices')}"
_CHILD_SECONDS = 60.0


class Match(msgspec.Struct, omit_defaults=True):
    """A condition on a model's name, in lower case: one of the fields is set."""

    equals: str | None = None
    starts: str | None = None
    ends: str | None = None
    contains: str | None = None
    regex: str | None = None
    any: list[Match] | None = None
    all: list[Match] | None = None

    def holds(self, name: str) -> bool:
        """Whether it holds for the name."""
        if self.any is not None:
            return any(part.holds(name) for part in self.any)
        if self.all is not None:
            return all(part.holds(name) for part in self.all)
        if self.equals is not None:
            return name == self.equals
        if self.starts is not None:
            return name.startswith(self.starts)
        if self.ends is not None:
            return name.endswith(self.ends)
        if self.contains is not None:
            return self.contains in name
        return self.regex is not None and re.search(self.regex, name) is not None


class Rates(msgspec.Struct, omit_defaults=True):
    """US dollars per million tokens, for calls with more input tokens than `above`."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    above: int = 0


class ListedPrice(msgspec.Struct, omit_defaults=True):
    """Rates, the highest `above` first, from a day on or within hours of each day (UTC)."""

    rates: list[Rates]
    from_day: date | None = None
    from_time: time | None = None
    to_time: time | None = None

    def active(self, moment: datetime) -> bool:
        """Whether it is in force at the moment."""
        at = moment.astimezone(UTC)
        if self.from_day is not None:
            return at.date() >= self.from_day
        if self.from_time is None or self.to_time is None:
            return True
        now, start, end = at.time(), self.from_time.replace(tzinfo=None), self.to_time.replace(tzinfo=None)
        return start <= now < end if start <= end else now >= start or now < end


class ListedModel(msgspec.Struct):
    """A model; of its prices the last one that is active holds, else the first."""

    match: Match
    prices: list[ListedPrice]


class ListedProvider(msgspec.Struct):
    """A provider, known by its address; `others` name those whose models it resells."""

    id: str
    address: str
    others: list[str]
    models: msgspec.Raw


class PriceList:
    """The list, searched by a provider's address and a model's name."""

    def __init__(self, document: bytes) -> None:
        self._providers = msgspec.json.decode(document, type=list[ListedProvider])
        self._models: dict[str, list[ListedModel]] = {}

    def find(self, base_url: str, model: str) -> list[ListedPrice]:
        """The prices of a model at an address; none when the list does not know it."""
        name = model.lower()
        for provider in self._providers:
            if re.match(provider.address, base_url):
                for known in (provider.id, *provider.others):
                    for listed in self._models_of(known):
                        if listed.match.holds(name):
                            return listed.prices
        return []

    def _models_of(self, provider_id: str) -> list[ListedModel]:
        if provider_id not in self._models:
            raw = next((p.models for p in self._providers if p.id == provider_id), msgspec.Raw(b"[]"))
            self._models[provider_id] = msgspec.json.decode(raw, type=list[ListedModel])
        return self._models[provider_id]


def load_price_list() -> PriceList:
    """The list of the installed version, from this user's cache or made now (about a second). An empty
    one, with a warning, when it cannot be made: prices are then unknown, not wrong."""
    path = user_cache_path("answerable") / f"{VERSION.replace(' ', '-')}.json"
    try:
        return PriceList(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        pass  # the first time, or a file that was not written to its end
    try:
        command = [sys.executable, "-m", "answerable.inference.usage.price_list"]
        made = subprocess.run(command, capture_output=True, check=True, timeout=_CHILD_SECONDS).stdout
        prices = PriceList(made)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
        log.warning("no_price_list", error=str(error))
        return PriceList(b"[]")
    _keep(path, made)
    return prices


def _keep(path: Path, document: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(document)
        unfinished.replace(path)
    except OSError as error:
        log.info("price_list_not_kept", error=str(error))


def _export() -> bytes:
    """In the child: the package's list in the small form."""
    from genai_prices.data import providers  # noqa: PLC0415 (a hundred megabytes, in the child alone)

    return msgspec.json.encode(
        [
            {
                "id": provider.id,
                "address": provider.api_pattern,
                "others": provider.fallback_model_providers or [],
                "models": [
                    ListedModel(_match(model.match), prices)
                    for model in provider.models
                    if (prices := list(_prices(model.prices)))
                ],
            }
            for provider in providers
        ]
    )


# Any: the package's clauses and prices are classes of a module that only the child may load.
def _match(clause: Any) -> Match:
    fields: dict[str, Any] = vars(clause)
    if "or_" in fields:
        return Match(any=[_match(part) for part in fields["or_"]])
    if "and_" in fields:
        return Match(all=[_match(part) for part in fields["and_"]])
    [(name, value)] = fields.items()
    names = {"starts_with": "starts", "ends_with": "ends"}
    return Match(**{names.get(name, name): value if name == "regex" else value.lower()})


def _prices(prices: Any) -> Iterator[ListedPrice]:
    for entry in prices if isinstance(prices, list) else [prices]:
        model_price, constraint = getattr(entry, "prices", entry), getattr(entry, "constraint", None)
        units: dict[str, Any] = vars(model_price)
        if units.get("input_mtok") is None and units.get("output_mtok") is None:
            continue  # priced by the hour, by characters or by images
        yield ListedPrice(
            rates=[_rates(units, above) for above in sorted(_thresholds(units), reverse=True)],
            from_day=getattr(constraint, "start_date", None),
            from_time=getattr(constraint, "start_time", None),
            to_time=getattr(constraint, "end_time", None),
        )


def _thresholds(units: dict[str, Any]) -> set[int]:
    return {0} | {tier.start for unit in units.values() for tier in getattr(unit, "tiers", ())}


def _rates(units: dict[str, Any], above: int) -> Rates:
    def rate(unit: str) -> Decimal | None:
        price = units.get(unit)
        if price is None or isinstance(price, Decimal):
            return price
        reached = [tier for tier in price.tiers if tier.start <= above and above]
        base: Decimal = max(reached, key=lambda tier: tier.start).price if reached else price.base
        return base

    nothing = Decimal(0)
    return Rates(
        rate("input_mtok") or nothing,
        rate("output_mtok") or nothing,
        rate("cache_read_mtok"),
        rate("cache_write_mtok"),
        above,
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(_export())
