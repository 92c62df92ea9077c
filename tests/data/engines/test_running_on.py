"""Numbers that run on over time: what was before a period counts within it, for every group."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.engines.sales import COUNT, Sale, ask, compiled, database, days, tables, where

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Calendar
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Having,
    Measure,
    SemanticQuery,
    TimeSlice,
    TopN,
)

SO_FAR, EARNED = Measure(metric="sales_so_far"), Measure(metric="earned_so_far")
BY_SHOP = (GroupBy(field="shop"),)
quick = settings(max_examples=25, deadline=None)


def sale(number: int, day: str, shop: str, amount: int) -> Sale:
    return Sale(number, date.fromisoformat(day), None, shop, Decimal(amount), 1, 0)


TABLE = [
    sale(1, "2024-05-01", "North", 100),
    sale(2, "2024-11-30", "South", 40),
    sale(3, "2025-02-01", "North", 5),
    sale(4, "2025-02-20", "North", 6),
    sale(5, "2025-04-01", "East", 7),
]
SPRING = days("2025-02-01", "2025-05-01")


def rows(*measures: Measure, **parts: object) -> list[tuple[object, ...]]:
    query = SemanticQuery.model_validate({"dataset": "sales", "measures": measures, **parts})
    with database(TABLE) as connection:
        return [tuple(row.values()) for row in ask(connection, query)]


def over(grain: Grain | None, period: object = SPRING, **more: object) -> TimeSlice:
    return TimeSlice.model_validate({"field": "day", "grain": grain, "period": period, **more})


def test_the_first_period_holds_all_that_was_before() -> None:
    assert rows(SO_FAR, EARNED, COUNT, time=over(Grain.MONTH)) == [
        (date(2025, 2, 1), 4, 151, 2),
        (date(2025, 3, 1), 4, 151, 0),
        (date(2025, 4, 1), 5, 158, 1),
    ]


def test_a_group_without_rows_in_the_period_keeps_what_it_had() -> None:
    found = rows(EARNED, group_by=BY_SHOP, time=over(Grain.MONTH))
    assert {row[1:] for row in found if row[0] == date(2025, 2, 1)} == {
        ("North", 111), ("South", 40), ("East", 0),
    }  # fmt: skip
    assert {row[1:] for row in found if row[0] == date(2025, 4, 1)} == {
        ("North", 111), ("South", 40), ("East", 7),
    }  # fmt: skip


def test_without_periods_it_counts_to_the_end_of_the_time() -> None:
    assert rows(SO_FAR, COUNT, time=over(None)) == [(5, 3)]
    assert set(rows(SO_FAR, COUNT, group_by=BY_SHOP, time=over(None))) == {
        ("North", 3, 2), ("South", 1, 0), ("East", 1, 1),
    }  # fmt: skip


def test_the_filter_holds_for_what_was_before() -> None:
    only = where("shop", "eq", "north")
    assert [row[1] for row in rows(EARNED, where=only, time=over(Grain.MONTH))] == [111, 111, 111]


def test_a_time_without_sales_keeps_the_state() -> None:
    assert rows(EARNED, time=over(Grain.MONTH, days("2026-01-01", "2026-03-01"))) == [
        (date(2026, 1, 1), 158),
        (date(2026, 2, 1), 158),
    ]


def test_both_sides_of_a_comparison_run_on() -> None:
    before = Comparison(kind="previous_period", period=days("2025-01-01", "2025-04-01"), shift=1)
    found = rows(SO_FAR, time=over(Grain.MONTH, comparison=before))
    assert [row[1:4] for row in found] == [(4, 2, 2), (4, 4, 0), (5, 4, 1)]
    plain = Comparison(kind="previous_period", period=days("2024-11-01", "2025-02-01"))
    found = rows(EARNED, group_by=BY_SHOP, time=over(None, comparison=plain))
    assert {row[0]: row[1:3] for row in found} == {"North": (111, 100), "South": (40, 40), "East": (7, 0)}


def test_the_first_and_thresholds_go_by_the_whole_number() -> None:
    best = (GroupBy(field="shop", top=TopN(n=2, by="earned_so_far")),)
    assert rows(EARNED, group_by=best, time=over(None)) == [("North", 111), ("South", 40)]
    found = rows(EARNED, group_by=best, time=over(Grain.MONTH))
    assert {row[1] for row in found} == {"North", "South"}
    over_155 = (Having(measure="earned_so_far", operator=Operator.GT, value=Decimal(155)),)
    assert rows(EARNED, having=over_155, time=over(Grain.MONTH)) == [(date(2025, 4, 1), 158)]


@pytest.mark.parametrize(
    ("measure", "parts"),
    [
        (Measure(metric="sales_so_far", share_of_total=True), {"group_by": BY_SHOP}),
        (Measure(metric="sales_so_far", moving_average=2), {}),
        (Measure(metric="sales_so_far", per=COUNT), {}),
        (Measure(metric="revenue", per=SO_FAR), {}),
        (SO_FAR, {"comparison": Comparison(kind="previous_period", period=days(None, None), shift=1)}),
    ],
)
def test_what_would_be_wrong_of_it_is_refused(measure: Measure, parts: dict[str, object]) -> None:
    comparison = parts.pop("comparison", None)
    query = SemanticQuery.model_validate(
        {
            "dataset": "sales",
            "measures": (measure,),
            "time": over(Grain.MONTH, comparison=comparison),
            **parts,
        }
    )
    with pytest.raises(InvalidQuery):
        compiled(query)


@quick
@given(
    tables(),
    st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER]),
    st.sampled_from([(), BY_SHOP]),
    st.integers(0, 300),
)
def test_every_number_is_that_of_all_rows_up_to_its_period(
    sales: list[Sale], grain: Grain, groups: tuple[GroupBy, ...], first: int
) -> None:
    start = date.fromordinal(date(2024, 1, 10).toordinal() + first)
    end = date.fromordinal(start.toordinal() + 60)
    time = TimeSlice(field="day", grain=grain, period=days(start.isoformat(), end.isoformat()))
    query = SemanticQuery(dataset="sales", measures=(SO_FAR, EARNED), group_by=groups, time=time)
    with database(sales) as connection:
        found = ask(connection, query)
    for row in found:
        until = min(end, buckets.later_by(row["period"], grain, 1))  # type: ignore[type-var, arg-type]
        known = [s for s in sales if s.day is not None and s.day < until]
        known = [s for s in known if not groups or s.shop == row["shop"]]
        assert row["sales_so_far"] == len(known)
        assert (row["earned_so_far"] or 0) == sum(s.amount for s in known if s.amount is not None)
    shops = {s.shop for s in sales if s.day is not None and s.day < end} if groups else {None}
    step = buckets.steps_between(
        buckets.bucket_of(start, grain, Calendar()),
        buckets.bucket_of(buckets.last_moment(end), grain, Calendar()),
        grain,
    )
    assert len(found) == len(shops) * (step + 1)
