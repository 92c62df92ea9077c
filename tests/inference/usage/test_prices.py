"""What a call costs, to the last digit, and when nobody knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import TokenCount
from answerable.inference.models.plan import Price, PriceTier, Target
from answerable.inference.usage.estimate import reserved_tokens, written_tokens
from answerable.inference.usage.price_list import ListedPrice, Match, load_price_list
from answerable.inference.usage.prices import UNKNOWN, cost, price_of

OPENAI = "https://api.openai.com/v1"
PRICE = Price(
    Decimal("3"),
    Decimal("15"),
    Decimal("0.3"),
    "test",
    Decimal("3.75"),
    (PriceTier(200_000, Decimal("6"), Decimal("22.5"), Decimal("0.6"), Decimal("7.5")),),
)


def target(base_url: str, model: str, price: Price | None = None) -> Target:
    return Target("prv", "acme", "openai", base_url, model, model, frozenset(), price=price)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (TokenCount(), "0"),
        (TokenCount(1_000_000, 0), "6"),
        (TokenCount(1000, 10), "0.00315"),
        (TokenCount(1000, 10, reasoning=10), "0.00315"),
        (TokenCount(1000, 10, cached_input=1000), "0.00045"),
        (TokenCount(1000, 0, cache_write=100), "0.003075"),
        (TokenCount(200_000, 1), "0.600015"),
        (TokenCount(200_001, 1), "1.2000285"),
        (TokenCount(300_000, 10, cached_input=1000, cache_write=10), "1.79484"),
    ],
)
def test_a_cost_is_exact(tokens: TokenCount, expected: str) -> None:
    assert cost(PRICE, tokens) == Decimal(expected)


def test_without_prices_of_their_own_cached_tokens_cost_what_others_do() -> None:
    plain = Price(Decimal("0.0375"), Decimal("0.1"))
    assert cost(plain, TokenCount(3, 0, cached_input=2, cache_write=1)) == Decimal("0.0000001125")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_many_small_costs_add_up_to_the_large_one(calls: list[int]) -> None:
    price = Price(Decimal("0.075"), Decimal("0"))
    assert sum(cost(price, TokenCount(call)) for call in calls) == cost(price, TokenCount(sum(calls)))


def test_a_configured_price_comes_first_and_says_so() -> None:
    price = Price.configured(Decimal("1.50"), Decimal(20), None)
    assert price_of(target(OPENAI, "gpt-4o-mini", price)) == price
    assert price.version == "configured:1.5/20"


def test_a_configured_price_has_one_version_however_its_figures_are_written() -> None:
    figures = Decimal("0.10000000"), Decimal("1E+3"), Decimal("0")
    assert Price.configured(*figures).version == "configured:0.1/1000/0"
    assert Price.configured(Decimal("0.1"), Decimal(1000), Decimal("0.00")).version == "configured:0.1/1000/0"


def test_the_public_list_knows_models_by_address_and_name() -> None:
    listed = price_of(target(OPENAI, "gpt-4o-mini"))
    assert (listed.input_per_mtok, listed.output_per_mtok) == (Decimal("0.15"), Decimal("0.6"))
    assert listed.cached_input_per_mtok == Decimal("0.075")
    assert listed.version.startswith("genai-prices ")
    long = price_of(target("https://api.anthropic.com", "claude-sonnet-4-5-20250929"))
    assert [tier.above_input_tokens for tier in long.tiers] == [200_000]


@pytest.mark.parametrize(
    ("base_url", "model"),
    [("http://127.0.0.1:8000/v1", "gpt-4o-mini"), (OPENAI, "no-such-model"), ("", "")],
)
def test_an_unknown_price_is_nothing_and_says_so(base_url: str, model: str) -> None:
    unknown = price_of(target(base_url, model))
    assert unknown.version == UNKNOWN
    assert cost(unknown, TokenCount(10**6, 10**6)) == 0


def test_the_current_price_of_a_model_is_the_last_that_is_active() -> None:
    for name in ("gpt-4o", "gpt-4.1-mini", "o3", "text-embedding-3-small", "gpt-5"):
        [*_, last] = load_price_list().find(OPENAI, name)
        assert (last.rates[-1].above, last.rates[-1].input > 0) == (0, True), name


@pytest.mark.parametrize(
    ("match", "name", "holds"),
    [
        (Match(equals="a"), "a", True),
        (Match(starts="gpt"), "gpt-5", True),
        (Match(ends="-mini"), "gpt-5", False),
        (Match(contains="son"), "claude-sonnet", True),
        (Match(regex="^o[0-9]$"), "o3", True),
        (Match(any=[Match(equals="x"), Match(equals="y")]), "y", True),
        (Match(all=[Match(starts="x"), Match(ends="y")]), "xz", False),
        (Match(), "anything", False),
    ],
)
def test_models_are_matched_as_the_list_says(match: Match, name: str, holds: bool) -> None:
    assert match.holds(name) is holds


@pytest.mark.parametrize(
    ("price", "moment", "active"),
    [
        (ListedPrice([]), "2026-06-15T12:00:00+00:00", True),
        (ListedPrice([], from_day=date(2026, 6, 15)), "2026-06-14T23:59:59+00:00", False),
        (ListedPrice([], from_day=date(2026, 6, 15)), "2026-06-15T01:00:00+02:00", False),
        (ListedPrice([], from_day=date(2026, 6, 15)), "2026-06-15T00:00:00+00:00", True),
        (ListedPrice([], from_time=time(16, 30), to_time=time(0, 30)), "2026-06-15T23:00:00+00:00", True),
        (ListedPrice([], from_time=time(16, 30), to_time=time(0, 30)), "2026-06-15T00:30:00+00:00", False),
        (ListedPrice([], from_time=time(1), to_time=time(2)), "2026-06-15T01:30:00+00:00", True),
    ],
)
def test_prices_hold_from_their_day_and_within_their_hours(
    price: ListedPrice, moment: str, active: bool
) -> None:
    assert price.active(datetime.fromisoformat(moment).astimezone(UTC)) is active


def test_a_reservation_is_bounded_by_what_the_model_can_take() -> None:
    small = Target(
        "prv", "a", "openai", OPENAI, "m", "m", frozenset(), context_window=8000, max_output_tokens=500
    )
    assert reserved_tokens(10, None, None, default_output=4096) == TokenCount(4, 4096, estimated=True)
    assert reserved_tokens(5_000_000, None, small, default_output=4096) == TokenCount(
        8000, 500, estimated=True
    )
    assert reserved_tokens(30, 9000, small, default_output=4096) == TokenCount(10, 500, estimated=True)
    assert reserved_tokens(30, 7, small, default_output=4096).output == 7
    assert written_tokens(401, 9) == TokenCount(101, 3, estimated=True)
