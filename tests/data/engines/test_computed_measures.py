"""Numbers computed from several: quotients, differences, parts, percentiles, durations, moving averages,
what recurs in dates, and the first of each group. For any table they are what plain Python finds."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import fmean

import pytest
from hypothesis import given, settings
from tests.data.engines.sales import COUNT, REVENUE, Sale, database, model, tables, where

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.filters import (
    Condition,
    DatePart,
    Elapsed,
    Operator,
)
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import (
    Grain,
    GroupBy,
    Measure,
    SemanticQuery,
    TimeSlice,
    TopN,
)

quick = settings(max_examples=25, deadline=None)
SHOPS = Measure(aggregation=Aggregation.COUNT_DISTINCT, field="shop")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONG = Elapsed(since="day", unit="days")


def ask(query: SemanticQuery, rows: list[Sale]) -> list[tuple[object, ...]]:
    """The rows of the result."""
    with database(rows) as connection:
        return connection.execute(compile_query(query, model()).sql()).fetchall()


def close(left: object, right: float | None) -> bool:
    return left is right is None or (
        left is not None and right is not None and math.isclose(float(str(left)), right, abs_tol=1e-6)
    )


def euros(rows: list[Sale]) -> float | None:
    found = [float(row.amount) for row in rows if row.amount is not None]
    return sum(found) if found else None


@quick
@given(tables())
def test_a_quotient_is_the_sum_by_what_is_counted(rows: list[Sale]) -> None:
    per = REVENUE.model_copy(update={"per": SHOPS, "alias": "per_shop"})
    ((found,),) = ask(SemanticQuery(dataset="sales", measures=(per,)), rows)
    shops, whole = {row.shop for row in rows if row.shop is not None}, euros(rows)
    assert close(found, whole / len(shops) if shops and whole is not None else None)


@quick
@given(tables())
def test_parts_of_all_groups_are_theirs_alone(rows: list[Sale]) -> None:
    few = where("pieces", "lt", 0)
    part = COUNT.model_copy(update={"where": few, "per": COUNT, "alias": "part"})
    query = SemanticQuery(dataset="sales", measures=(part,), group_by=(GroupBy(field="shop"),))
    for shop, found in ask(query, rows):
        own = [row for row in rows if row.shop == shop]
        expected = sum(row.pieces is not None and row.pieces < 0 for row in own) / len(own)
        assert close(found, expected)


@quick
@given(tables())
def test_a_difference_is_that_of_the_two_sums(rows: list[Sale]) -> None:
    of = {name: Measure(aggregation=Aggregation.SUM, field=name) for name in ("pieces", "stock")}
    pieces = of["pieces"].model_copy(
        update={"minus": Measure(aggregation=Aggregation.COUNT), "alias": "less"}
    )
    ((found,),) = ask(SemanticQuery(dataset="sales", measures=(pieces,)), rows)
    known = [row.pieces for row in rows if row.pieces is not None]
    assert close(found, sum(known) - len(rows) if known else None)


@quick
@given(tables(nulls=False))
def test_a_percentile_lies_between_the_two_nearest(rows: list[Sale]) -> None:
    query = SemanticQuery(dataset="sales", measures=(Measure(percentile=90, field="amount"),))
    ((found,),) = ask(query, rows)
    ordered = sorted(float(row.amount or 0) for row in rows)
    if not ordered:
        assert found is None
        return
    at = 0.9 * (len(ordered) - 1)
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    assert close(found, low + (high - low) * (at - math.floor(at)))


@quick
@given(tables())
def test_weekdays_and_hours_split_the_rows_in_their_order(rows: list[Sale]) -> None:
    week = SemanticQuery(
        dataset="sales", measures=(COUNT,), group_by=(GroupBy(field="day", part=DatePart.WEEKDAY),)
    )
    found = ask(week, rows)
    expected: dict[str | None, int] = defaultdict(int)
    for row in rows:
        expected[WEEKDAYS[row.day.weekday()] if row.day else None] += 1
    assert dict(found) == dict(expected)
    named = [name for name, _ in found if name is not None]
    assert named == [name for name in WEEKDAYS if name in named]
    hours = SemanticQuery(
        dataset="sales", measures=(COUNT,), group_by=(GroupBy(field="sold_at", part=DatePart.HOUR),)
    )
    by_hour: dict[int | None, int] = defaultdict(int)
    for row in rows:
        by_hour[row.sold_at.hour if row.sold_at else None] += 1
    assert dict(ask(hours, rows)) == dict(by_hour)


@quick
@given(tables())
def test_a_weekday_filters_as_it_groups(rows: list[Sale]) -> None:
    weekend = Condition(
        field="day", part=DatePart.WEEKDAY, operator=Operator.IN, values=("Saturday", "sunday")
    )
    ((found,),) = ask(SemanticQuery(dataset="sales", measures=(COUNT,), where=weekend), rows)
    assert found == sum(row.day is not None and row.day.weekday() >= 5 for row in rows)


@quick
@given(tables())
def test_two_fields_of_a_row_are_compared(rows: list[Sale]) -> None:
    low = Condition(field="stock", operator=Operator.LT, other="pieces")
    ((found,),) = ask(SemanticQuery(dataset="sales", measures=(COUNT,), where=low), rows)
    assert found == sum(
        row.stock is not None and row.pieces is not None and row.stock < row.pieces for row in rows
    )


def test_durations_are_counted_in_the_unit_that_is_asked_for() -> None:
    start = datetime.combine(date(2025, 3, 3), time(8))
    rows = [
        Sale(n, start.date() - timedelta(days=n), start + timedelta(hours=n), "North", Decimal(1), 1, 1)
        for n in (1, 2, 6)
    ]
    days = Measure(aggregation=Aggregation.AVG, field="sold_at", elapsed=LONG)
    ((found,),) = ask(SemanticQuery(dataset="sales", measures=(days,)), rows)
    assert close(found, 3)
    long = Condition(field="sold_at", elapsed=LONG, operator=Operator.GT, values=(1,))
    ((kept,),) = ask(SemanticQuery(dataset="sales", measures=(COUNT,), where=long), rows)
    assert kept == 2


@quick
@given(tables())
def test_a_moving_average_is_of_so_many_periods_and_of_no_fewer(rows: list[Sale]) -> None:
    moving = COUNT.model_copy(update={"moving_average": 3})
    query = SemanticQuery(dataset="sales", measures=(moving,), time=TimeSlice(field="day", grain=Grain.MONTH))
    found = ask(query, rows)
    counts = [int(str(row[1])) for row in found]
    for at, (_, _, average) in enumerate(found):
        assert close(average, fmean(counts[at - 2 : at + 1]) if at >= 2 else None)


@quick
@given(tables(nulls=False))
def test_the_first_of_each_group_is_its_largest(rows: list[Sale]) -> None:
    top = TopN(n=1, by="count", each=True)
    query = SemanticQuery(
        dataset="sales",
        measures=(COUNT,),
        group_by=(GroupBy(field="shop"), GroupBy(field="pieces", top=top)),
    )
    best: dict[str | None, int] = defaultdict(int)
    counted: dict[tuple[str | None, int | None], int] = defaultdict(int)
    for row in rows:
        counted[row.shop, row.pieces] += 1
        best[row.shop] = max(best[row.shop], counted[row.shop, row.pieces])
    expected = {(*key, n) for key, n in counted.items() if n == best[key[0]]}
    assert set(ask(query, rows)) == expected


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (SemanticQuery(dataset="sales", measures=(Measure(metric="stock_level", per=SHOPS),)), "stock"),
        (
            SemanticQuery(
                dataset="sales",
                measures=(
                    REVENUE.model_copy(
                        update={"minus": Measure(aggregation=Aggregation.SUM, field="pieces")}
                    ),
                ),
            ),
            "different units",
        ),
        (
            SemanticQuery(
                dataset="sales",
                measures=(COUNT,),
                group_by=(GroupBy(field="day", part=DatePart.HOUR),),
            ),
            "no hour",
        ),
        (
            SemanticQuery(
                dataset="sales",
                measures=(COUNT,),
                group_by=(GroupBy(field="shop", top=TopN(n=1, by="count", each=True)),),
            ),
            "nothing else to rank within",
        ),
        (
            SemanticQuery(dataset="sales", measures=(COUNT.model_copy(update={"moving_average": 3}),)),
            "needs every period",
        ),
        (
            SemanticQuery(
                dataset="sales",
                measures=(COUNT,),
                where=Condition(field="amount", operator=Operator.LT, other="pieces"),
            ),
            "different units",
        ),
        (
            SemanticQuery(
                dataset="sales",
                measures=(COUNT,),
                where=Condition(field="shop", elapsed=LONG, operator=Operator.LT, values=(1,)),
            ),
            "no date",
        ),
    ],
)
def test_what_would_be_no_sound_number_is_refused(query: SemanticQuery, says: str) -> None:
    with pytest.raises(InvalidQuery, match=says):
        compile_query(query, model())
