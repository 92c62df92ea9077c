"""What must hold for any table: parts add up, filters split, comparisons and rankings lose nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.engines.sales import (
    COUNT,
    FIRST,
    REVENUE,
    SHOPS,
    Sale,
    ask,
    database,
    days,
    tables,
    where,
)

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    Not,
)
from answerable.data.semantics.model import Aggregation, Calendar
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Measure,
    SemanticQuery,
    TimeSlice,
    TopN,
)

quick = settings(max_examples=25, deadline=None)

_conditions = st.one_of(
    st.builds(where, st.just("shop"), st.sampled_from(["eq", "ne"]), st.sampled_from(SHOPS)),
    st.builds(
        where,
        st.just("shop"),
        st.sampled_from(["contains", "starts_with"]),
        st.sampled_from(["o", "%", "_A", "s"]),
    ),
    st.builds(
        where, st.just("pieces"), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), st.integers(-3, 3)
    ),
    st.builds(
        where,
        st.just("shop"),
        st.sampled_from(["in", "not_in"]),
        st.sampled_from(SHOPS),
        st.sampled_from(SHOPS),
    ),
    st.builds(
        where, st.just("day"), st.just("between"), st.just(FIRST), st.just(FIRST + timedelta(days=200))
    ),
    st.builds(where, st.sampled_from(["shop", "amount", "day"]), st.sampled_from(["is_null", "not_null"])),
)
_filters: st.SearchStrategy[Filter] = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(all=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(any=tuple(parts))),
        inner.map(lambda part: Not(negated=part)),
    ),
    max_leaves=6,
)


def holds(node: Filter, row: Sale) -> bool:
    """The filter evaluated naively: unknown values match nothing, and a negation is the complement."""
    if isinstance(node, AllOf):
        return all(holds(part, row) for part in node.all)
    if isinstance(node, AnyOf):
        return any(holds(part, row) for part in node.any)
    if isinstance(node, Not):
        return not holds(node.negated, row)
    value = getattr(row, node.field)
    operator = node.operator.value
    if operator == "is_null":
        return value is None
    if operator in ("ne", "not_in"):
        return not _matches({"ne": "eq", "not_in": "in"}[operator], value, node)
    return value is not None and (operator == "not_null" or _matches(operator, value, node))


def _matches(operator: str, value: object, node: Condition) -> bool:
    if value is None:
        return False
    wanted: list[object] = list(node.values)
    if isinstance(value, str):
        value = value.lower() if operator == "contains" else value.strip(" ").lower()
        wanted = [
            str(w).lower() if operator in ("contains", "starts_with") else str(w).strip(" ").lower()
            for w in wanted
        ]
    checks = {
        "eq": lambda: value == wanted[0],
        "in": lambda: value in wanted,
        "lt": lambda: value < wanted[0],
        "le": lambda: value <= wanted[0],
        "gt": lambda: value > wanted[0],
        "ge": lambda: value >= wanted[0],
        "between": lambda: wanted[0] <= value <= wanted[1],
        "contains": lambda: wanted[0] in value,
        "starts_with": lambda: value.startswith(wanted[0]),
    }
    return bool(checks[operator]())


def total(rows: list[Sale]) -> Decimal | None:
    known = [row.amount for row in rows if row.amount is not None]
    return sum(known, Decimal(0)) if known else None


def one(connection: object, query: SemanticQuery) -> dict[str, object]:
    rows = ask(connection, query)
    assert len(rows) == 1
    return rows[0]


@quick
@given(tables(), _filters)
def test_a_filter_counts_what_a_naive_evaluation_counts(rows: list[Sale], node: Filter) -> None:
    with database(rows) as connection:
        found = one(connection, SemanticQuery(dataset="sales", measures=(COUNT,), where=node))
    assert found["count"] == sum(holds(node, row) for row in rows)


@quick
@given(tables(), _filters)
def test_a_filter_and_its_complement_split_the_rows(rows: list[Sale], node: Filter) -> None:
    with database(rows) as connection:
        counts = [
            one(connection, SemanticQuery(dataset="sales", measures=(COUNT,), where=side))["count"]
            for side in (node, Not(negated=node))
        ]
    assert sum(counts) == len(rows)


@quick
@given(tables())
def test_every_aggregation_equals_a_naive_one_by_group(rows: list[Sale]) -> None:
    kinds = (Aggregation.SUM, Aggregation.AVG, Aggregation.MIN, Aggregation.MAX, Aggregation.MEDIAN)
    measures = [Measure(aggregation=kind, field="pieces") for kind in kinds]
    measures += [
        Measure(aggregation=kind, field="pieces") for kind in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT)
    ]
    query = SemanticQuery(dataset="sales", measures=tuple(measures), group_by=(GroupBy(field="shop"),))
    with database(rows) as connection:
        found = {row["shop"]: row for row in ask(connection, query)}
    assert set(found) == {row.shop for row in rows}
    for shop, row in found.items():
        values = [r.pieces for r in rows if r.shop == shop and r.pieces is not None]
        assert row["count_pieces"] == len(values)
        assert row["count_distinct_pieces"] == len(set(values))
        assert row["sum_pieces"] == (sum(values) if values else None)
        assert row["min_pieces"] == min(values, default=None)
        assert row["max_pieces"] == max(values, default=None)
        assert row["median_pieces"] == (median(values) if values else None)
        assert (
            row["avg_pieces"] is None
            if not values
            else abs(row["avg_pieces"] - sum(values) / len(values)) < 1e-9
        )


@quick
@given(tables())
def test_groups_add_up_to_the_total(rows: list[Sale]) -> None:
    with database(rows) as connection:
        groups = ask(
            connection, SemanticQuery(dataset="sales", measures=(REVENUE,), group_by=(GroupBy(field="shop"),))
        )
        whole = one(connection, SemanticQuery(dataset="sales", measures=(REVENUE,)))
    assert whole["revenue"] == total(rows)
    assert sum(row["revenue"] or 0 for row in groups) == (whole["revenue"] or 0)


@quick
@given(tables(), st.integers(1, 4), st.booleans())
def test_a_top_and_the_rest_add_up_to_the_total(rows: list[Sale], n: int, descending: bool) -> None:
    top = TopN(n=n, by="revenue", descending=descending, others=True)
    query = SemanticQuery(
        dataset="sales", measures=(REVENUE, COUNT), group_by=(GroupBy(field="shop", top=top),)
    )
    with database(rows) as connection:
        found = ask(connection, query)
        plain = ask(
            connection, SemanticQuery(dataset="sales", measures=(REVENUE,), group_by=(GroupBy(field="shop"),))
        )
    assert sum(row["count"] for row in found) == len(rows)
    assert sum(row["revenue"] or 0 for row in found) == (total(rows) or 0)
    assert len(found) == min(n, len(plain)) + (len(plain) > n)
    kept = sorted((row["revenue"] for row in plain if row["revenue"] is not None), reverse=descending)[:n]
    listed = [row["revenue"] for row in found[: min(n, len(plain))]]
    assert [value for value in listed if value is not None] == kept


@quick
@given(tables(nulls=False), st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR]))
def test_buckets_are_complete_and_the_running_total_ends_at_the_total(rows: list[Sale], grain: Grain) -> None:
    measure = Measure(metric="revenue", running_total=True)
    query = SemanticQuery(dataset="sales", measures=(measure,), time=TimeSlice(field="day", grain=grain))
    with database(rows) as connection:
        found = ask(connection, query)
    assert bool(found) == bool(rows)
    if rows:
        assert found[-1]["revenue_running_total"] == total(rows)
        periods = [row["period"] for row in found]
        first = buckets.bucket_of(min(r.day for r in rows if r.day), grain, Calendar())
        last = buckets.bucket_of(max(r.day for r in rows if r.day), grain, Calendar())
        count = buckets.steps_between(first, last, grain)
        assert periods == [buckets.later_by(first, grain, step) for step in range(count + 1)]


@quick
@given(
    st.dates(date(1990, 1, 1), date(2040, 12, 31)),
    st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR]),
    st.integers(0, 6),
    st.integers(1, 12),
)
def test_buckets_over_rows_are_those_over_single_dates(
    day: date, grain: Grain, weekday: int, month: int
) -> None:
    calendar = Calendar(first_weekday=weekday, fiscal_year_start=month)
    query = SemanticQuery(dataset="sales", measures=(COUNT,), time=TimeSlice(field="day", grain=grain))
    row = Sale(1, day, datetime.combine(day, time.min), "North", None, None, None)
    with database([row]) as connection:
        found = ask(connection, query, calendar)
    expected = buckets.bucket_of(day, grain, calendar)
    assert [entry["period"] for entry in found] == [expected]
    assert expected <= day < buckets.later_by(expected, grain, 1)


@quick
@given(tables(), st.sampled_from([None, "shop"]), st.sampled_from([None, Grain.MONTH, Grain.DAY]))
def test_the_left_side_of_a_comparison_is_the_plain_query(
    rows: list[Sale], group: str | None, grain: Grain | None
) -> None:
    groups = (GroupBy(field=group),) if group else ()
    current, before = days("2025-01-01", "2025-04-01"), days("2024-01-01", "2024-04-01")
    comparison = Comparison(kind="previous_year", period=before)
    with database(rows) as connection:

        def run(period: object, compare: Comparison | None) -> dict[tuple[object, object], dict[str, object]]:
            time = TimeSlice(field="day", period=period, grain=grain, comparison=compare)
            query = SemanticQuery(dataset="sales", measures=(REVENUE, COUNT), group_by=groups, time=time)
            return {(row.get("period"), row.get("shop")): row for row in ask(connection, query)}

        compared, plain, earlier = run(current, comparison), run(current, None), run(before, None)
    for key, row in plain.items():
        assert compared[key]["revenue"] == row["revenue"]
        assert compared[key]["count"] == row["count"] or not any(r["count"] for r in plain.values())
    assert sum(row["count_previous"] or 0 for row in compared.values()) == sum(
        row["count"] for row in earlier.values()
    )
    for row in compared.values():
        if row["revenue"] is not None and row["revenue_previous"] is not None:
            assert row["revenue_change"] == row["revenue"] - row["revenue_previous"]


@quick
@given(tables())
def test_shares_of_counts_add_up_to_one(rows: list[Sale]) -> None:
    measure = Measure(aggregation=Aggregation.COUNT, share_of_total=True)
    with database(rows) as connection:
        found = ask(
            connection, SemanticQuery(dataset="sales", measures=(measure,), group_by=(GroupBy(field="shop"),))
        )
    if rows:
        assert abs(sum(row["count_share"] for row in found) - 1) < 1e-9


@quick
@given(tables(), _filters)
def test_the_same_question_gives_the_same_rows_in_the_same_order(rows: list[Sale], node: Filter) -> None:
    query = SemanticQuery(dataset="sales", columns=("shop", "amount"), where=node)
    with database(rows) as connection, database(rows[::-1]) as turned:
        assert ask(connection, query) == ask(turned, query)
