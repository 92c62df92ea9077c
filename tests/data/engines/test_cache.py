"""The cache of results."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from answerable.data.engines.cache import CacheKey, ResultCache
from answerable.data.engines.rows import plain_cell
from answerable.data.semantics.result import QueryResult


def key(number: int, workspace: str = "ws_a") -> CacheKey:
    return CacheKey(workspace, f"q{number}", "rev", (("ds_1", 1),))


def result(text: str) -> QueryResult:
    return QueryResult(columns=[], rows=[[text]], row_count=1, sql="")


def test_a_key_with_another_version_is_another_result() -> None:
    cache = ResultCache()
    cache.put(key(1), result("old"))
    newer = CacheKey("ws_a", "q1", "rev", (("ds_1", 2),))
    assert cache.get(newer) is None
    assert cache.get(key(1)) is not None


def test_what_was_used_longest_ago_makes_room() -> None:
    cache = ResultCache(max_bytes=40_000)
    for number in range(10):
        cache.put(key(number), result("x" * 2_000))
        assert cache.get(key(0)) is not None
    assert cache.get(key(1)) is None
    assert cache.get(key(9)) is not None


def test_a_result_too_large_for_the_room_is_not_kept() -> None:
    cache = ResultCache(max_bytes=40_000)
    cache.put(key(1), result("x" * 20_000))
    assert cache.get(key(1)) is None


def test_a_workspace_can_be_forgotten() -> None:
    cache = ResultCache()
    cache.put(key(1, "ws_a"), result("a"))
    cache.put(key(1, "ws_b"), result("b"))
    cache.forget_workspace("ws_a")
    assert cache.get(key(1, "ws_a")) is None
    assert cache.get(key(1, "ws_b")) is not None


def test_decimals_are_numbers_unless_digits_would_be_lost() -> None:
    assert plain_cell(Decimal("12.50")) == 12.5
    assert plain_cell(Decimal("12345678901234567890.12")) == "12345678901234567890.12"
    assert plain_cell(date(2025, 1, 2)) == "2025-01-02"
