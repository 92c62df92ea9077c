"""Any query at all: it is refused with reasons, or it compiles to what our check lets pass and runs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.engines.sales import Sale, database, model, tables, where

from answerable.data.engines.charts.choosing import choose_chart
from answerable.data.engines.compiler import compile_query
from answerable.data.engines.duckdb.check import check_expression, check_statement
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.sentence import state_result
from answerable.data.questions.wording import describe
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    DatePart,
    Elapsed,
    Filter,
    Not,
    Operator,
)
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Having,
    Measure,
    Order,
    Period,
    SemanticQuery,
    TimeSlice,
    TopN,
)
from answerable.data.semantics.result import QueryResult

_NUMBERS = ("amount", "pieces", "stock")
_GROUPED = ("shop", "shop", "day", "sold_at", "pieces", "shops__region", "amount")
_TEXT = st.sampled_from(["North", " south", "100%_a", "", "'", "%", "12.5"])
_UNITS = st.sampled_from(["minutes", "hours", "days"])
_days = st.integers(0, 600).map(lambda n: date(2023, 12, 1) + timedelta(days=n))
_conditions = st.one_of(
    st.builds(
        where,
        st.just("shop"),
        st.sampled_from(["eq", "ne", "in", "not_in", "contains", "starts_with"]),
        _TEXT,
    ),
    st.builds(
        where,
        st.sampled_from(["amount", "pieces", "margin"]),
        st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in"]),
        st.integers(-5, 50) | st.decimals(-5, 50, places=3) | st.floats(-5, 50),
    ),
    st.builds(where, st.sampled_from(["day", "sold_at"]), st.sampled_from(["eq", "lt", "ge"]), _days),
    st.builds(where, st.sampled_from(["shop", "shops__region"]), st.sampled_from(["is_null", "not_null"])),
    st.builds(
        Condition,
        field=st.just("sold_at"),
        operator=st.sampled_from([Operator.GT, Operator.NE]),
        values=st.just((2,)),
        elapsed=st.just(Elapsed(since="day", unit="days")),
    ),
    st.builds(
        Condition,
        field=st.just("paid_at"),
        operator=st.sampled_from([Operator.LE, Operator.GT]),
        values=st.tuples(st.integers(-100, 100) | st.floats(-5, 5)),
        elapsed=st.builds(Elapsed, since=st.just("sold_at"), unit=_UNITS),
    ),
    st.builds(
        Condition,
        field=st.just("pieces"),
        operator=st.sampled_from([Operator.LT, Operator.NE]),
        other=st.just("stock"),
    ),
    st.builds(
        Condition,
        field=st.sampled_from(["day", "sold_at", "paid_at"]),
        operator=st.sampled_from([Operator.EQ, Operator.NE, Operator.CONTAINS]),
        values=st.sampled_from([("Monday",), ("sunday ",), ("March",), ("ember",)]),
        part=st.sampled_from([DatePart.WEEKDAY, DatePart.MONTH]),
    ),
    st.builds(
        Condition,
        field=st.sampled_from(["sold_at", "paid_at"]),
        operator=st.sampled_from([Operator.EQ, Operator.GE, Operator.LT]),
        values=st.tuples(st.integers(0, 23)),
        part=st.just(DatePart.HOUR),
    ),
    # Now and then one that does not fit.
    st.builds(
        where, st.sampled_from(["shop", "day", "nonsense"]), st.sampled_from(["gt", "contains"]), _TEXT
    ),
)
_filters: st.SearchStrategy[Filter] = st.recursive(
    _conditions,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: AllOf(all=tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(any=tuple(parts))),
        inner.map(lambda part: Not(negated=part)),
    ),
    max_leaves=4,
)


@st.composite
def _periods(draw: st.DrawFn, *, bounded: bool) -> Period:
    start, length = draw(_days), draw(st.integers(1, 400))
    end = start + timedelta(days=length)
    if bounded or draw(st.booleans()):
        return Period(start=start, end=end)
    return draw(st.sampled_from([Period(start=start), Period(end=end), Period()]))


@st.composite
def _times(draw: st.DrawFn, *, measured: bool) -> TimeSlice:
    grain = draw(st.sampled_from([None, *Grain])) if measured else None
    field = "sold_at" if grain is Grain.HOUR else draw(st.sampled_from(["day", "sold_at"]))
    comparison = None
    if measured and draw(st.integers(0, 2)):
        kind = draw(st.sampled_from(["previous_period", "previous_year", "custom"]))
        shift = draw(st.none() | st.integers(1, 12))
        comparison = Comparison(kind=kind, period=draw(_periods(bounded=shift is None)), shift=shift)
    bounded = comparison is not None and comparison.shift is None
    period = draw(_periods(bounded=bounded))
    filled = draw(st.booleans())
    if filled and grain is Grain.HOUR:  # years of hours, with every group in each, would be right and slow
        start = period.start or draw(_days)
        period = Period(start=start, end=start + timedelta(days=draw(st.integers(1, 3))))
    return TimeSlice(
        field=field,
        period=period,
        grain=grain,
        comparison=comparison,
        fill_gaps=filled,
        fill_until=draw(st.none() | _days),
    )


@st.composite
def _measures(draw: st.DrawFn, number: int, *, by_time: bool) -> Measure:
    metric = draw(st.sampled_from(["revenue", "stock_level", "sales_so_far", "earned_so_far", None, None]))
    aggregation = None if metric else draw(st.sampled_from(Aggregation))
    additive = metric == "revenue" or aggregation is Aggregation.COUNT
    inner = st.none() | st.sampled_from([Measure(aggregation=Aggregation.COUNT), Measure(metric="revenue")])
    percentile = draw(st.none() | st.none() | st.floats(1, 99)) if metric is None else None
    elapsed = draw(st.none() | st.none() | st.builds(Elapsed, since=st.just("sold_at"), unit=_UNITS))
    return Measure(
        metric=metric,
        aggregation=None if percentile else aggregation,
        percentile=percentile,
        field=None if metric else "paid_at" if elapsed else draw(st.sampled_from(_NUMBERS)),
        elapsed=None if metric else elapsed,
        where=draw(st.none() | st.none() | _filters),
        per=draw(st.none() | inner),
        minus=draw(st.none() | inner),
        moving_average=draw(st.none() | st.just(3)) if by_time else None,
        alias=f"m{number}",
        share_of_total=additive and draw(st.booleans()),
        running_total=additive and by_time and draw(st.booleans()),
    )


@st.composite
def queries(draw: st.DrawFn) -> SemanticQuery:
    """Mostly sound ones of every shape."""
    count = draw(st.sampled_from([1, 2, 3, 0]))
    time = draw(_times(measured=count > 0)) if draw(st.integers(0, 3)) else None
    by_time = time is not None and time.grain is not None
    measures = tuple(draw(_measures(number, by_time=by_time)) for number in range(count))
    groups = []
    for field in draw(st.lists(st.sampled_from(_GROUPED), max_size=2, unique=True)):
        top = None
        if measures and draw(st.booleans()):
            by = draw(st.sampled_from([m.alias or "" for m in measures]))
            top = TopN(
                n=draw(st.integers(1, 3)),
                by=by,
                descending=draw(st.booleans()),
                others=draw(st.booleans()),
                each=not draw(st.integers(0, 3)),
            )
        only = ("north",) if field == "shop" and draw(st.booleans()) else ()
        part = draw(st.sampled_from([None, *DatePart])) if field in ("day", "sold_at") else None
        groups.append(GroupBy(field=field, part=part, top=top, only=only))
    having = (
        (Having(measure="m0", operator="ge", value=Decimal(1)),) if measures and draw(st.booleans()) else ()
    )
    names = [m.alias or "" for m in measures] + [
        f"{group.field}_{group.part}" if group.part else group.field for group in groups
    ]
    order = (Order(by=draw(st.sampled_from(names)), descending=draw(st.booleans())),) if names else ()
    return SemanticQuery(
        dataset="sales",
        measures=measures,
        group_by=tuple(groups),
        time=time,
        where=draw(st.none() | _filters),
        having=having,
        order=draw(st.sampled_from([order, ()])),
        limit=draw(st.none() | st.integers(1, 5)),
    )


_TABLES = ["sales", "shops"]


@settings(max_examples=60, deadline=None)
@given(queries(), tables())
def test_any_query_is_refused_or_runs_and_can_be_stated(query: SemanticQuery, rows: list[Sale]) -> None:
    meaning = model()
    assert describe(query, meaning)
    try:
        statement = compile_query(query, meaning)
    except InvalidQuery:
        return
    sql = check_expression(statement.expression, _TABLES, max_rows=1_000)
    check_statement(statement.sql(), _TABLES)
    with database(rows, [("North", "cold", 1), ("South", "warm", 2)]) as connection:
        try:
            found = connection.execute(sql).fetchall()
        except duckdb.OutOfRangeException:
            return
    result = QueryResult(
        columns=list(statement.columns), rows=[list(row) for row in found], row_count=len(found), sql=sql
    )
    assert all(len(row) == len(statement.columns) for row in result.rows)
    assert state_result(query, meaning, result).endswith(".")
    choose_chart(query, meaning, result)


@settings(max_examples=30, deadline=None)
@given(queries())
def test_equal_queries_have_equal_hashes_and_survive_json(query: SemanticQuery) -> None:
    again = SemanticQuery.model_validate_json(query.model_dump_json())
    assert again.canonical_hash == query.canonical_hash
    try:
        first = compile_query(query, model()).sql()
    except InvalidQuery:
        return
    assert compile_query(again, model()).sql() == first
