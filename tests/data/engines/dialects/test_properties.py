"""What must hold in every database, for any question: parts add up, filters split, a comparison's left side
is the plain query, and joins neither lose nor double.

The rows are stored once: what differs between examples is what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.engines.dialects.servers import Database, compiled
from tests.data.engines.dialects.test_same_rows import ROWS, SHOPS
from tests.data.engines.sales import COUNT, FIRST, REVENUE, model, where

from answerable.data.engines.compiler import compile_query, within_limits
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    DatePart,
    Filter,
    Not,
)
from answerable.data.semantics.model import Aggregation, RowPolicy
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
)
from answerable.data.semantics.reach import Viewer, reach

Record = dict[str, object]
some = settings(max_examples=52, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_TEXTS = [name for name, _, _ in SHOPS]
_conditions = st.one_of(
    st.builds(where, st.just("shop"), st.sampled_from(["eq", "ne"]), st.sampled_from(_TEXTS)),
    st.builds(
        where,
        st.just("shop"),
        st.sampled_from(["contains", "starts_with"]),
        st.sampled_from(["o", "%", "_A", "s", "ü", "\\", "'", "ß"]),
    ),
    st.builds(
        where, st.just("pieces"), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), st.integers(-6, 7)
    ),
    st.builds(where, st.just("amount"), st.sampled_from(["lt", "ge"]), st.decimals(-100, 100, places=2)),
    st.builds(
        where, st.just("shops__region"), st.sampled_from(["eq", "ne"]), st.sampled_from(["COLD", "warm"])
    ),
    st.builds(
        where, st.just("day"), st.just("between"), st.just(FIRST), st.just(FIRST + timedelta(days=200))
    ),
    st.builds(
        where,
        st.sampled_from(["shop", "amount", "day", "sold_at", "margin", "shops__floor"]),
        st.sampled_from(["is_null", "not_null"]),
    ),
)
_filters: st.SearchStrategy[Filter] = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(all=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(any=tuple(parts))),
        inner.map(lambda part: Not(negated=part)),
    ),
    max_leaves=5,
)
_groups = st.lists(
    st.one_of(
        st.sampled_from(["shop", "day", "pieces", "amount", "shops__region", "shops__floor", "stock"]).map(
            lambda name: GroupBy(field=name)
        ),
        st.sampled_from(DatePart).map(lambda part: GroupBy(field="sold_at", part=part)),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda group: group.field,
).map(tuple)
_grains = st.sampled_from([None, Grain.MONTH, Grain.QUARTER, Grain.YEAR])
_periods = st.builds(
    lambda start, length: Period(
        start=FIRST + timedelta(days=start), end=FIRST + timedelta(days=start + length)
    ),
    st.integers(-300, 400),
    st.integers(1, 120),
)
PIECES = Measure(aggregation=Aggregation.SUM, field="pieces")


@pytest.fixture
def loaded(four: list[Database]) -> list[Database]:
    """All four with the same rows."""
    for database in four:
        database.store(ROWS, SHOPS)
    return four


def sales(*measures: Measure, **parts: object) -> SemanticQuery:
    return SemanticQuery(dataset="sales", measures=measures, **parts)


def records(databases: Sequence[Database], query: SemanticQuery) -> list[list[Record]]:
    """The rows of a query by the names of their columns, in each database."""
    statement = compiled(query)
    names = [column.name for column in statement.columns]
    return [
        [dict(zip(names, row, strict=True)) for row in database.run(statement, check=False)]
        for database in databases
    ]


def added(rows: Sequence[Record], name: str) -> Decimal:
    return sum((Decimal(str(row[name])) for row in rows if row[name] is not None), Decimal(0))


@some
@given(groups=_groups, node=st.none() | _filters)
def test_groups_add_up_to_the_total_and_joins_lose_and_double_nothing(
    loaded: list[Database], groups: tuple[GroupBy, ...], node: Filter | None
) -> None:
    parts = records(loaded, sales(REVENUE, COUNT, PIECES, group_by=groups, where=node))
    wholes = records(loaded, sales(REVENUE, COUNT, PIECES, where=node))
    for database, grouped, (whole,) in zip(loaded, parts, wholes, strict=True):
        for name in ("revenue", "count", "sum_pieces"):
            assert added(grouped, name) == added([whole], name), (database.dialect, name)


@some
@given(node=_filters)
def test_a_filter_and_its_complement_split_the_rows(loaded: list[Database], node: Filter) -> None:
    query = sales(COUNT, REVENUE)
    sides = [records(loaded, query.model_copy(update={"where": side})) for side in (node, Not(negated=node))]
    known = sum((row.amount for row in ROWS if row.amount is not None), Decimal(0))
    for database, (one,), (other,) in zip(loaded, *sides, strict=True):
        assert added([one, other], "count") == len(ROWS), database.dialect
        assert added([one, other], "revenue") == known, database.dialect


@some
@given(
    period=_periods,
    grain=_grains,
    group=st.sampled_from([None, "shop", "shops__region"]),
    node=st.none() | _filters,
)
def test_the_left_side_of_a_comparison_is_the_plain_query(
    loaded: list[Database], period: Period, grain: Grain | None, group: str | None, node: Filter | None
) -> None:
    assert period.start is not None
    assert period.end is not None
    length = period.end - period.start
    before = Comparison(kind="previous_period", period=Period(start=period.start - length, end=period.start))
    groups = (GroupBy(field=group),) if group else ()

    def asked(compare: Comparison | None) -> list[list[Record]]:
        time = TimeSlice(field="day", period=period, grain=grain, comparison=compare)
        return records(loaded, sales(REVENUE, COUNT, group_by=groups, time=time, where=node))

    for database, compared, plain in zip(loaded, asked(before), asked(None), strict=True):
        left = {(row.get("period"), row.get(group or "")): row for row in compared}
        for row in plain:
            found = left[(row.get("period"), row.get(group or ""))]
            assert found["revenue"] == row["revenue"], database.dialect
            assert (found["count"] or 0) == row["count"], database.dialect


@some
@given(node=st.none() | _filters, field=st.sampled_from(["region", "floor"]))
def test_a_table_that_is_pointed_at_counts_each_row_once(
    loaded: list[Database], node: Filter | None, field: str
) -> None:
    grouped = records(loaded, sales(COUNT, group_by=(GroupBy(field=f"shops__{field}"),), where=node))
    single = records(loaded, sales(COUNT, group_by=(GroupBy(field="shop"),), where=node))
    for database, by_shops, by_sales in zip(loaded, grouped, single, strict=True):
        assert added(by_shops, "count") == added(by_sales, "count"), database.dialect


_POLICIES = {
    "shop": RowPolicy(name="own", dataset="sales", field="shop", attribute="mine"),
    "shops__region": RowPolicy(name="climate", dataset="sales", field="shops__region", attribute="mine"),
    "pieces": RowPolicy(name="pieces", dataset="sales", field="pieces", attribute="mine"),
}


@some
@given(field=st.sampled_from(sorted(_POLICIES)), groups=_groups, node=st.none() | _filters, period=_periods)
def test_a_row_policy_does_what_a_filter_on_its_field_would(
    loaded: list[Database], field: str, groups: tuple[GroupBy, ...], node: Filter | None, period: Period
) -> None:
    values = {"shop": _TEXTS[:4], "shops__region": ["cold"], "pieces": ["1", "-2", "3"]}[field]
    query = sales(COUNT, REVENUE, group_by=groups, where=node, time=TimeSlice(field="day", period=period))
    seen = reach(model().model_copy(update={"policies": (_POLICIES[field],)}), Viewer(None, {"mine": values}))
    limited = within_limits(compile_query(query, seen.model), seen.limits, "UTC")
    chosen = where(field, "in", *values)
    filtered = compiled(query.model_copy(update={"where": AllOf(all=(chosen, node)) if node else chosen}))
    for database in loaded:
        assert database.run(limited) == database.run(filtered), database.dialect
