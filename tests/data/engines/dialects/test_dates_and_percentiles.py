"""What recurs in dates, the time between two of them, and percentiles: the same rows on all four."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.data.engines.dialects.servers import Database
from tests.data.engines.dialects.test_same_rows import ROWS, SHOPS, by, m, over, sales, same
from tests.data.engines.sales import COUNT, REVENUE, days, where

from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    DatePart,
    Elapsed,
    Filter,
    InSegment,
    Not,
    Operator,
    Pointed,
)
from answerable.data.semantics.model import Aggregation, Calendar
from answerable.data.semantics.query import (
    Comparison,
    GroupBy,
    Having,
    Measure,
    Order,
    SemanticQuery,
    TopN,
)

BEFORE = Comparison(kind="previous_period", period=days("2024-01-01", "2024-04-01"))
SECOND_QUARTER = days("2024-04-01", "2024-07-01")
PARTS = [
    ("day", "weekday"), ("day", "month"), ("sold_at", "hour"), ("sold_at", "weekday"), ("sold_at", "month"),
    ("paid_at", "hour"), ("paid_at", "weekday"), ("paid_at", "month"),
]  # fmt: skip
SPANS = [
    ("paid_at", "sold_at", "minutes"), ("paid_at", "sold_at", "hours"), ("paid_at", "sold_at", "days"),
    ("sold_at", "paid_at", "hours"), ("paid_at", "day", "days"), ("day", "paid_at", "days"),
]  # fmt: skip


@pytest.fixture
def loaded(four: list[Database]) -> list[Database]:
    """All four with rows at the ends of days, months and years."""
    for database in four:
        database.store(ROWS, SHOPS)
    return four


def part(field: str, name: str, **more: object) -> GroupBy:
    return GroupBy(field=field, part=DatePart(name), **more)


def on(field: str, name: str, operator: str, *values: object) -> Condition:
    return Condition(field=field, part=DatePart(name), operator=Operator(operator), values=values)


def between(field: str, since: str, unit: str, operator: str, *values: object) -> Condition:
    elapsed = Elapsed(since=since, unit=unit)
    return Condition(field=field, elapsed=elapsed, operator=Operator(operator), values=values)


def span(kind: str, field: str, since: str, unit: str, **more: object) -> Measure:
    return m(kind, field, elapsed=Elapsed(since=since, unit=unit), **more)


def percentile(number: float, field: str, **more: object) -> Measure:
    return Measure(percentile=number, field=field, **more)


@pytest.mark.parametrize(("field", "name"), PARTS)
def test_what_recurs_groups_alike(loaded: list[Database], field: str, name: str) -> None:
    recurring = part(field, name)
    median, high = m("median", "amount"), percentile(90, "pieces")
    for query in (
        sales(COUNT, REVENUE, median, high, group_by=(recurring,)),
        sales(COUNT, group_by=(*by("shops__region"), recurring)),
        sales(m("count", share_of_total=True), group_by=(recurring,)),
        sales(COUNT, group_by=(recurring,), order=(Order(by="count", descending=True),), limit=3),
        sales(REVENUE, group_by=(recurring,), having=(Having(measure="revenue", operator="gt", value=0),)),
        sales(COUNT, group_by=(recurring,), time=over(None, SECOND_QUARTER, comparison=BEFORE)),
        sales(COUNT, group_by=(recurring,), time=over("quarter", fill_gaps=False)),
        sales(COUNT, median, group_by=(recurring,), time=over("month", SECOND_QUARTER)),
        sales(group_by=(recurring,)),
    ):
        same(loaded, query)


@pytest.mark.parametrize(("field", "name"), PARTS)
def test_what_recurs_ranks_alike(loaded: list[Database], field: str, name: str) -> None:
    for top in (
        TopN(n=2, by="count"),
        TopN(n=2, by="count", descending=False),
        TopN(n=2, by="count", others=True),
        TopN(n=1, by="count", each=True),
    ):
        groups = (part(field, name, top=top), *(by("shops__region") if top.each else ()))
        same(loaded, sales(COUNT, m("median", "amount"), group_by=groups))


@pytest.mark.parametrize(
    "condition",
    [
        on("day", "weekday", "eq", " monday"),
        on("day", "weekday", "in", "Saturday", "SUNDAY"),
        on("day", "weekday", "not_in", "Saturday", "Sunday"),
        on("sold_at", "month", "ne", "February"),
        on("paid_at", "month", "starts_with", "j"),
        on("paid_at", "weekday", "contains", "s"),
        on("sold_at", "hour", "ge", 12),
        on("sold_at", "hour", "between", 0, 12),
        on("paid_at", "hour", "in", 0, 19, 23),
        on("paid_at", "hour", "is_null"),
        on("day", "weekday", "not_null"),
        Not(negated=on("day", "month", "eq", "December")),
        AnyOf(any=(on("day", "month", "eq", "March"), between("paid_at", "sold_at", "days", "gt", 7))),
        AllOf(all=(on("sold_at", "hour", "lt", 13), on("day", "weekday", "in", "Monday", "Friday"))),
        AllOf(all=(InSegment(segment="busy"), on("paid_at", "hour", "ge", 6))),
    ],
)  # fmt: skip
def test_conditions_on_what_recurs_keep_the_same_rows(loaded: list[Database], condition: Filter) -> None:
    narrowed = m("count", alias="narrowed", where=condition)
    same(loaded, sales(COUNT, where=condition))
    same(loaded, SemanticQuery(dataset="sales", columns=("sale_id",), where=condition))
    same(loaded, sales(narrowed, m("median", "amount", where=condition), group_by=by("shop")))


@pytest.mark.parametrize(("field", "since", "unit"), SPANS)
def test_times_between_are_the_same(loaded: list[Database], field: str, since: str, unit: str) -> None:
    every = tuple(
        span(kind, field, since, unit)
        for kind in ("sum", "avg", "min", "max", "median", "count", "count_distinct")
    )
    tenth = percentile(10, field, elapsed=Elapsed(since=since, unit=unit))
    slow = span("count", field, since, unit, alias="s", where=between(field, since, unit, "gt", 3))
    quotient = Measure(**{**dict(slow), "per": COUNT})
    for query in (
        sales(*every, tenth),
        sales(*every, tenth, group_by=by("shop")),
        sales(*every, tenth, group_by=by("shops__region"), time=over("month")),
        sales(quotient, group_by=(part("day", "weekday"),)),
        sales(
            span("avg", field, since, unit, alias="a", minus=span("median", field, since, unit)),
            group_by=by("shop"),
        ),
        sales(
            every[1],
            group_by=(GroupBy(field="shop", top=TopN(n=3, by=f"avg_{field}", others=True)),),
        ),
        sales(
            every[1],
            group_by=by("shop"),
            having=(Having(measure=f"avg_{field}", operator="ge", value=Decimal("0.5")),),
        ),
        sales(every[1], time=over(None, SECOND_QUARTER, comparison=BEFORE)),
        sales(every[0], time=over("week", SECOND_QUARTER)),
    ):
        same(loaded, query)


@pytest.mark.parametrize(("field", "since", "unit"), SPANS)
@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("number", [0, 0.5, -5, 400])
def test_conditions_on_times_between_keep_the_same_rows(
    loaded: list[Database], field: str, since: str, unit: str, operator: str, number: float
) -> None:
    condition = between(field, since, unit, operator, number)
    same(loaded, SemanticQuery(dataset="sales", columns=("sale_id",), where=condition))


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("pair", [("paid_at", "sold_at"), ("paid_at", "day"), ("day", "sold_at")])
def test_dates_beside_dates_compare_alike(
    loaded: list[Database], operator: str, pair: tuple[str, str]
) -> None:
    condition = Condition(field=pair[0], operator=Operator(operator), other=pair[1])
    same(loaded, SemanticQuery(dataset="sales", columns=("sale_id",), where=condition))
    shops = SemanticQuery(
        dataset="shops", columns=("shop",), where=Pointed(pointed_at_by="sales", where=condition)
    )
    same(loaded, shops)


@pytest.mark.parametrize("number", [0.1, 1, 25, 33.3, 50, 75, 99, 99.9])
@pytest.mark.parametrize("field", ["amount", "pieces", "margin"])
def test_percentiles_are_the_same(loaded: list[Database], number: float, field: str) -> None:
    whole = percentile(number, field, alias="p")
    for query in (
        sales(whole),
        sales(whole, group_by=by("shop")),
        sales(whole, m("median", field), m("avg", field), time=over("quarter", field="sold_at")),
        sales(
            percentile(
                number,
                field,
                alias="p",
                where=where("stock", "gt", 4),
                minus=m("median", field),
                per=m("max", "stock"),
            ),
            group_by=by("shops__region"),
        ),
        sales(whole, group_by=(GroupBy(field="shop", top=TopN(n=3, by="p", others=True)),)),
        sales(whole, group_by=(GroupBy(field="shop", top=TopN(n=3, by="p")),), time=over("year")),
        sales(whole, group_by=by("shop"), having=(Having(measure="p", operator="gt", value=Decimal("1.5")),)),
        sales(whole, group_by=by("shop"), time=over(None, SECOND_QUARTER, comparison=BEFORE)),
        sales(whole.model_copy(update={"moving_average": 2}), time=over("month")),
        sales(whole, where=Not(negated=Condition(field="pieces", operator=Operator.GT, other="stock"))),
    ):
        same(loaded, query)


@pytest.mark.parametrize("first", [1, 4, 10])
def test_what_recurs_knows_no_fiscal_year(loaded: list[Database], first: int) -> None:
    calendar = Calendar(fiscal_year_start=first, first_weekday=6)
    query = sales(COUNT, group_by=(part("day", "month"), part("day", "weekday")))
    same(loaded, query, calendar)


def test_parts_of_dates_that_related_rows_have(loaded: list[Database]) -> None:
    for number in ("count_distinct", "min", "max"):
        same(loaded, sales(m(number, "shops__floor"), group_by=(part("sold_at", "hour"),)))
    same(
        loaded,
        SemanticQuery(
            dataset="shops",
            measures=(Measure(aggregation=Aggregation.COUNT),),
            where=Pointed(
                pointed_at_by="sales",
                where=AllOf(
                    all=(
                        on("day", "weekday", "eq", "Monday"),
                        between("paid_at", "sold_at", "minutes", "ge", 1),
                    )
                ),
            ),
        ),
    )
