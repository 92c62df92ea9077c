"""What a call costs: the configured price of a model, else the public list's, else unknown.

An unknown price costs nothing and says so: `UNKNOWN` as its version is kept with the usage row and counted
in every report. All arithmetic is decimal and exact.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from answerable.inference.chat import TokenCount
from answerable.inference.models.plan import Price, PriceTier, Target
from answerable.inference.usage.price_list import VERSION, ListedPrice, PriceList, Rates, load_price_list

UNKNOWN = "unknown"

_NO_PRICE = Price(Decimal(0), Decimal(0), version=UNKNOWN)
_PER_MILLION = -6  # a power of ten


def price_of(target: Target) -> Price:
    """The price of a target now. `version` tells which it is: "configured:" with the figures that were set,
    the public list's version, or "unknown"."""
    if target.price is not None:
        return target.price
    listed = _listed(target.base_url, target.upstream_model)
    if len(listed) <= 1:
        return listed[0][1] if listed else _NO_PRICE
    now = datetime.now(UTC)
    return next((price for entry, price in reversed(listed) if entry.active(now)), listed[0][1])


def cost(price: Price, tokens: TokenCount) -> Decimal:
    """US dollars, exact. Reasoning tokens are output; cached and cache-writing tokens are parts of the
    input with prices of their own."""
    rates: Price | PriceTier = price
    for tier in price.tiers:
        if tokens.input > tier.above_input_tokens:
            rates = tier
            break
    plain = rates.input_per_mtok
    total = plain * tokens.input + rates.output_per_mtok * tokens.output
    if tokens.cached_input and rates.cached_input_per_mtok is not None:
        total += (rates.cached_input_per_mtok - plain) * tokens.cached_input
    if tokens.cache_write and rates.cache_write_per_mtok is not None:
        total += (rates.cache_write_per_mtok - plain) * tokens.cache_write
    return total.scaleb(_PER_MILLION)


@lru_cache(maxsize=1)
def price_list() -> PriceList:
    """The public list. The first call reads a file, or takes a second to make it: call it from a thread
    before the first model call."""
    return load_price_list()


@lru_cache(maxsize=4096)
def _listed(base_url: str, model: str) -> tuple[tuple[ListedPrice, Price], ...]:
    return tuple((entry, _price(entry)) for entry in price_list().find(base_url, model))


def _price(entry: ListedPrice) -> Price:
    *tiers, base = entry.rates
    return Price(
        base.input,
        base.output,
        base.cached,
        VERSION,
        base.cache_write,
        tuple(_tier(rates) for rates in tiers),
    )


def _tier(rates: Rates) -> PriceTier:
    return PriceTier(rates.above, rates.input, rates.output, rates.cached, rates.cache_write)
