"""The same question gives the same rows on DuckDB, PostgreSQL, MySQL (MariaDB) and SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from tests.data.engines.dialects.servers import Database, Shop, compiled
from tests.data.engines.sales import COUNT, FIRST, REVENUE, Sale, days, model, tables, where
from tests.data.engines.test_any_query import queries

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.dialects.check import check_translated
from answerable.data.engines.dialects.tables import DialectName
from answerable.data.engines.dialects.translate import translate
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    DatePart,
    Elapsed,
    InSegment,
    Not,
    Operator,
    Pointed,
)
from answerable.data.semantics.model import Aggregation, Calendar
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Having,
    Measure,
    Order,
    SemanticQuery,
    TimeSlice,
    TopN,
)
from answerable.data.semantics.result import Cell

_SHOP_NAMES = (
    "North", "north", "NORTH ", " South ", "south", "Süd", "Sued", "SÜD", "100%_a", "back\\slash", "it's",
    'say "x"', "Other", "", "Ärger", "Zürich", "éclair", "ÉCLAIR", "ß", "日本", "a; DROP TABLE shops", "-- x",
    "İSTANBUL", "istanbul", "ISTANBUL", "i\u0307stanbul", "ıstanbul", "ΟΔΟΣ", "οδος", "ΟΔΟΣ ΑΒ", "ẞ", "Ǆ",
    "ǆ", "K",
)  # fmt: skip
SHOPS: list[Shop] = [
    (name, "warm" if number % 3 else "Cold", number) for number, name in enumerate(_SHOP_NAMES)
]


def _adversarial() -> list[Sale]:
    """Days at the ends of months, quarters and leap years, moments at the ends of days, cents, nulls."""
    rows = []
    starts = [date(2024, 2, 29), date(2023, 2, 28), date(2024, 12, 31), date(2025, 1, 1), date(2024, 1, 31)]
    for number in range(240):
        day = starts[number % 5] + timedelta(days=number * 7 % 400)
        clock = (time(0, 0), time(23, 59, 59), time(12, 30, 15))[number % 3]
        known = number % 11 != 0
        rows.append(
            Sale(
                sale_id=number,
                day=day if known else None,
                sold_at=datetime.combine(day, clock) if known else None,
                shop=_SHOP_NAMES[number % len(_SHOP_NAMES)] if number % 13 else None,
                amount=Decimal(number * 7919 % 20_011 - 10_000) / 100 if number % 7 else None,
                pieces=number * 31 % 12 - 5 if number % 5 else None,
                stock=number % 9,
                margin=number / 7 if number % 6 else None,
                paid_at=_paid(datetime.combine(day, clock), number),
            )
        )
    return rows


def _paid(sold: datetime, number: int) -> datetime | None:
    """Soon, at once, before, much later and long ago, to the millisecond; one in six is unpaid."""
    later = (timedelta(milliseconds=501), timedelta(0), timedelta(hours=-5), timedelta(days=400), None)
    if number % 6 == 5:
        return None
    moved = later[number % 5]
    return (
        sold + moved if moved is not None else datetime.combine(date(1969, 12, 31), time(23, 59, 59, 500_000))
    )


ROWS = _adversarial()


@pytest.fixture
def loaded(four: list[Database]) -> list[Database]:
    """All four with the rows above."""
    for database in four:
        database.store(ROWS, SHOPS)
    return four


def m(kind: str, field: str | None = None, **more: object) -> Measure:
    return Measure(aggregation=Aggregation(kind), field=field, **more)


def sales(*measures: Measure, **parts: object) -> SemanticQuery:
    return SemanticQuery(dataset="sales", measures=measures, **parts)


def by(*fields: str) -> tuple[GroupBy, ...]:
    return tuple(GroupBy(field=field) for field in fields)


def over(grain: str | None = None, period: object = None, field: str = "day", **more: object) -> TimeSlice:
    return TimeSlice(field=field, grain=Grain(grain) if grain else None, period=period, **more)


_ALL = tuple(
    m(kind, field)
    for kind in ("sum", "avg", "min", "max", "median", "count", "count_distinct")
    for field in ("amount", "pieces")
)
_LAST_YEAR = Comparison(kind="previous_year", period=days("2023-01-01", "2024-01-01"))
_YEAR_BEFORE = Comparison(kind="previous_year", period=days("2025-01-01", "2025-07-01"))
_LAST_SPRING = Comparison(kind="previous_year", period=days("2023-01-01", "2023-04-01"))
SO_FAR, EARNED = Measure(metric="sales_so_far"), Measure(metric="earned_so_far")
_BEFORE = Comparison(kind="previous_period", period=days("2024-01-01", "2024-04-01"))
QUERIES = {
    "percentiles": sales(
        Measure(percentile=90, field="amount"), Measure(percentile=12.5, field="pieces"), group_by=by("shop")
    ),
    "a quotient with filters of its own": sales(
        m("sum", "amount", alias="a", where=where("pieces", "gt", 0), per=m("count")),
        m(
            "count",
            alias="b",
            where=where("shop", "eq", "north"),
            minus=m("count", where=where("pieces", "lt", 0)),
        ),
        group_by=by("shops__region"),
    ),
    "a moving average": sales(m("sum", "pieces", moving_average=3), time=over("month")),
    **{
        f"by the {part} that recurs": sales(COUNT, group_by=(GroupBy(field="sold_at", part=DatePart(part)),))
        for part in ("hour", "weekday", "month")
    },
    "days between": sales(m("avg", "sold_at", elapsed=Elapsed(since="day", unit="days"))),
    "hours between": sales(
        COUNT,
        where=Condition(
            field="sold_at",
            operator=Operator.GE,
            values=(12,),
            elapsed=Elapsed(since="sold_at", unit="hours"),
        ),
    ),
    "a field beside another": sales(
        COUNT, where=Condition(field="pieces", operator=Operator.GT, other="stock")
    ),
    "the best of each": sales(
        REVENUE,
        group_by=(
            GroupBy(field="shops__region"),
            GroupBy(field="shop", top=TopN(n=1, by="revenue", each=True)),
        ),
    ),
    "every aggregation": sales(*_ALL),
    "by text": sales(*_ALL, group_by=by("shop")),
    "by another table's text": sales(COUNT, REVENUE, m("median", "amount"), group_by=by("shops__region")),
    "by whole numbers": sales(COUNT, REVENUE, group_by=by("pieces")),
    "by exact decimals": sales(COUNT, group_by=by("amount"), limit=50),
    "smallest and largest day": sales(
        m("min", "day"), m("max", "day"), m("min", "sold_at"), m("max", "sold_at")
    ),
    "averages of floats": sales(
        m("avg", "margin"), m("median", "margin"), m("max", "margin"), group_by=by("stock")
    ),
    **{
        f"by {grain} of {field}": sales(REVENUE, COUNT, m("median", "pieces"), time=over(grain, field=field))
        for grain in ("day", "week", "month", "quarter", "year")
        for field in ("day", "sold_at")
    },
    "by hour": sales(COUNT, time=over("hour", days("2024-03-01", "2024-03-20"), "sold_at")),
    "a bounded year by month": sales(REVENUE, COUNT, time=over("month", days("2024-01-01", "2025-01-01"))),
    "open to the right": sales(COUNT, time=over("week", days("2024-11-01", None))),
    "open to the right without rows": sales(
        REVENUE, time=over("day", days("2024-11-01", None)), where=where("shop", "eq", "Nobody's")
    ),
    "open to the left": sales(COUNT, time=over("quarter", days(None, "2024-06-15"))),
    "without gaps filled": sales(COUNT, time=over("day", fill_gaps=False)),
    "by month and text": sales(
        REVENUE, COUNT, group_by=by("shop"), time=over("month", days("2024-01-01", "2024-04-01"))
    ),
    "a year against the last": sales(
        REVENUE, COUNT, time=over(None, days("2024-01-01", "2025-01-01"), comparison=_LAST_YEAR)
    ),
    "months against the last year's": sales(
        REVENUE,
        m("count_distinct", "shop"),
        time=over("month", days("2024-01-01", "2025-01-01"), comparison=_LAST_YEAR),
    ),
    "days against the last year's": sales(
        COUNT,
        time=over(
            "day",
            days("2024-02-20", "2024-03-10"),
            comparison=Comparison(kind="previous_year", period=days("2023-02-20", "2023-03-10")),
        ),
    ),
    "groups against the quarter before": sales(
        REVENUE,
        m("avg", "pieces"),
        group_by=by("shop"),
        time=over(None, days("2024-04-01", "2024-07-01"), comparison=_BEFORE),
    ),
    "running totals and shares": sales(
        Measure(metric="revenue", running_total=True, share_of_total=True),
        group_by=by("shops__region"),
        time=over("month"),
    ),
    "share of the total": sales(m("count", share_of_total=True), group_by=by("shop")),
    "share under a filter": sales(m("count", share_of_total=True), where=where("shop", "eq", "north")),
    "one group's share": sales(
        m("count", share_of_total=True), group_by=(GroupBy(field="shop", only=("süd", "NORTH")),)
    ),
    "the best three": sales(REVENUE, group_by=(GroupBy(field="shop", top=TopN(n=3, by="revenue")),)),
    "the worst three by median, and the rest": sales(
        m("median", "amount"),
        COUNT,
        group_by=(GroupBy(field="shop", top=TopN(n=3, by="median_amount", descending=False, others=True)),),
    ),
    "the best two over time, and the rest": sales(
        REVENUE,
        group_by=(GroupBy(field="shop", top=TopN(n=2, by="revenue", others=True)),),
        time=over("quarter"),
    ),
    "the largest growth": sales(
        REVENUE,
        group_by=(GroupBy(field="shop", top=TopN(n=3, by="revenue_change")),),
        time=over(None, days("2024-04-01", "2024-07-01"), comparison=_BEFORE),
    ),
    "numbers in other units": sales(
        Measure(metric="revenue", unit="kEUR", running_total=True, share_of_total=True),
        m("avg", "margin", unit="ratio"),
        time=over("month"),
    ),
    "days between, as hours": sales(
        m("max", "sold_at", elapsed=Elapsed(since="day", unit="days"), unit="h"),
        m("avg", "sold_at", elapsed=Elapsed(since="day", unit="days"), unit="wk", alias="weeks"),
    ),
    "groups of a segment": sales(COUNT, REVENUE, group_by=by("shop"), segments=("busy",)),
    "all but a segment of a related table": sales(COUNT, where=Not(negated=InSegment(segment="cold"))),
    "a part that is in two segments": sales(
        m("count", alias="part", where=InSegment(segment="busy"), per=m("count")), segments=("cold",)
    ),
    "a stock by month": sales(Measure(metric="stock_level"), COUNT, time=over("month")),
    "a stock by month and gaps": sales(
        Measure(metric="stock_level"), group_by=by("shop"), time=over("month", fill_gaps=True)
    ),
    "a stock by the clock": sales(Measure(metric="stock_by_shop"), time=over("month", field="sold_at")),
    "a stock by the clock and text": sales(
        Measure(metric="stock_by_shop"),
        group_by=by("shop"),
        time=over(field="sold_at"),
    ),
    "a stock by text": sales(Measure(metric="stock_level"), group_by=by("shop"), time=over()),
    "thresholds": sales(
        REVENUE,
        COUNT,
        group_by=by("shop"),
        having=(
            Having(measure="count", operator="ge", value=Decimal(10)),
            Having(measure="revenue", operator="gt", value=Decimal("-50.5")),
        ),
    ),
    "groups that pass thresholds, counted": SemanticQuery(
        dataset="sales",
        measures=(COUNT, REVENUE),
        group_by=by("shop"),
        having=(Having(measure="count", operator="ge", value=Decimal(10)),),
        count_groups=True,
    ),
    "a threshold on a sum of cents": sales(
        REVENUE,
        group_by=by("pieces"),
        having=(Having(measure="revenue", operator="ne", value=Decimal("0.3")),),
    ),
    "gaps up to a day, and later ones as far as rows go": sales(
        REVENUE, COUNT, time=over("week", days("2024-01-01", "2027-01-01"), fill_until=date(2024, 3, 1))
    ),
    "groups up to a day after all rows": sales(
        COUNT,
        group_by=by("shop"),
        time=over("year", days("2024-01-01", "2030-01-01"), fill_until=date(2027, 3, 1)),
    ),
    "a time that lies ahead": sales(
        COUNT, time=over("month", days("2027-01-01", "2028-01-01"), fill_until=date(2026, 3, 1))
    ),
    "a time that has partly begun against the last": sales(
        REVENUE,
        time=over(
            "month", days("2026-01-01", "2026-07-01"), fill_until=date(2026, 2, 9), comparison=_YEAR_BEFORE
        ),
    ),
    "what runs on over a bounded time": sales(
        SO_FAR, EARNED, COUNT, time=over("month", days("2024-04-01", "2024-09-01"))
    ),
    "what runs on, by text": sales(
        SO_FAR, EARNED, COUNT, group_by=by("shop"), time=over("quarter", days("2024-07-01", "2025-01-01"))
    ),
    "what runs on to the end of a time, by text": sales(
        SO_FAR, EARNED, m("avg", "amount"), group_by=by("shop"), time=over(None, days("2024-04-01", None))
    ),
    "the best two by what runs on, and the rest": sales(
        EARNED,
        group_by=(GroupBy(field="shop", top=TopN(n=2, by="earned_so_far", others=True)),),
        time=over("month", days("2024-04-01", "2024-07-01")),
    ),
    "what runs on against the year before": sales(
        SO_FAR,
        EARNED,
        group_by=by("shops__region"),
        time=over("month", days("2024-01-01", "2024-04-01"), comparison=_LAST_SPRING),
    ),
    "what runs on against the quarter before": sales(
        EARNED, group_by=by("shop"), time=over(None, days("2024-04-01", "2024-07-01"), comparison=_BEFORE)
    ),
    "a part of a stock": sales(
        Measure(metric="stock_level", where=where("pieces", "gt", 0)), group_by=by("shop"), time=over("year")
    ),
    "a threshold on a change": sales(
        COUNT,
        group_by=by("shop"),
        time=over(None, days("2024-04-01", "2024-07-01"), comparison=_BEFORE),
        having=(Having(measure="count_change", operator="lt", value=Decimal(0)),),
    ),
    "ordered by text": sales(COUNT, group_by=by("shop"), order=(Order(by="shop", descending=True),)),
    "rows as they are": SemanticQuery(
        dataset="sales",
        columns=("sale_id", "day", "sold_at", "shop", "amount", "pieces", "margin", "shops__floor"),
    ),
    "rows in an order": SemanticQuery(
        dataset="sales", columns=("shop", "amount"), order=(Order(by="amount", descending=True),), limit=40
    ),
    "rows by unknown text": SemanticQuery(
        dataset="sales", columns=("sale_id", "shop"), order=(Order(by="shop"),), limit=60
    ),
    "shops that sold": SemanticQuery(
        dataset="shops",
        measures=(COUNT,),
        where=Pointed(pointed_at_by="sales", where=where("pieces", "gt", 4)),
    ),
    "shops that sold often, and those that did not": SemanticQuery(
        dataset="shops",
        columns=("shop",),
        where=AnyOf(
            any=(
                Pointed(pointed_at_by="sales", where=where("pieces", "gt", 1), at_least=4),
                Not(negated=Pointed(pointed_at_by="sales", at_least=9)),
            )
        ),
    ),
    "shops that did not": SemanticQuery(
        dataset="shops",
        columns=("shop",),
        where=Not(negated=Pointed(pointed_at_by="sales", where=where("amount", "gt", 99))),
    ),
    "a filter on both": sales(
        COUNT,
        where=AllOf(
            all=(
                AnyOf(any=(where("shops__region", "eq", "cold"), where("pieces", "is_null"))),
                Not(negated=where("day", "between", FIRST, FIRST + timedelta(days=90))),
            )
        ),
    ),
}
_TEXTS = [
    "north",
    " SOUTH ",
    "süd",
    "100%_A",
    "back\\slash",
    "it's",
    'say "x"',
    "",
    "ß",
    "日本",
    "a; drop table shops",
    "-- x",
    "%",
    "_",
    "\\",
    "İSTANBUL",
    "Istanbul",
    "İ",
    "i\u0307",
    "ısta",
    "οδοσ",
    "ΟΔΟς",
    "ΟΔΟΣ",
    "ẞ",
    "ǅ",
    "k",
]


@pytest.mark.parametrize("name", QUERIES)
def test_all_databases_give_the_same_rows(loaded: list[Database], name: str) -> None:
    same(loaded, QUERIES[name])


@pytest.mark.parametrize("text", _TEXTS)
@pytest.mark.parametrize("operator", ["eq", "ne", "in", "contains", "starts_with"])
def test_all_databases_find_the_same_texts(loaded: list[Database], operator: str, text: str) -> None:
    same(loaded, sales(COUNT, group_by=by("shop"), where=where("shop", operator, text)))


def test_icu_is_given_single_letters_alone_to_lower(loaded: list[Database]) -> None:
    """PostgreSQL before 17 lowers by ICU, which makes two letters of one; not every build has it to run."""
    own = next(each for each in loaded if each.dialect is DialectName.POSTGRESQL)
    traits = own.traits.model_copy(update={"text_collation": "C", "lower_collation": "und-x-icu"})
    asked = compiled(sales(COUNT, where=where("shop", "eq", "İ")))
    sql = translate(asked.expression, own.tables(), traits, time_zone="UTC")
    check_translated(sql, DialectName.POSTGRESQL, own.tables())
    assert sql.count("""'İΣ', 'iσ') COLLATE "und-x-icu")""") == 2


@pytest.mark.parametrize(
    ("name", "operator", "values"),
    [
        ("amount", "eq", ["0.1"]), ("amount", "gt", [0.1]), ("amount", "between", [-50, "49.99"]),
        ("amount", "in", ["-79.19", 0, 12.5]), ("pieces", "eq", [Decimal("3.0")]), ("pieces", "lt", [2.5]),
        ("day", "eq", ["2024-02-29"]), ("day", "ge", ["2024-12-31"]), ("sold_at", "eq", ["2024-02-29"]),
        ("sold_at", "lt", ["2024-06-01T12:30:15"]), ("sold_at", "ge", ["2024-06-01T12:30:15"]),
        ("sold_at", "between", ["2024-03-01", "2024-03-31"]), ("day", "gt", ["2024-03-01T12:00:00"]),
        ("margin", "gt", [3.3]), ("margin", "is_null", []), ("day", "not_null", []),
    ],
)  # fmt: skip
def test_all_databases_compare_values_alike(
    loaded: list[Database], name: str, operator: str, values: list[object]
) -> None:
    same(loaded, sales(COUNT, REVENUE, where=where(name, operator, *values)))


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_start_on_every_weekday(loaded: list[Database], weekday: int) -> None:
    same(loaded, sales(COUNT, time=over("week")), Calendar(first_weekday=weekday))


@pytest.mark.parametrize("month", range(2, 13))
def test_fiscal_years_start_in_every_month(loaded: list[Database], month: int) -> None:
    for grain in ("quarter", "year"):
        same(loaded, sales(REVENUE, time=over(grain, field="sold_at")), Calendar(fiscal_year_start=month))


@pytest.mark.timeout(300)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries())
def test_any_query_over_these_rows_is_the_same(loaded: list[Database], query: SemanticQuery) -> None:
    if _runs(query):
        same(loaded, query)


@pytest.mark.timeout(300)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries(), rows=tables())
def test_any_query_over_any_rows_is_the_same(
    four: list[Database], query: SemanticQuery, rows: list[Sale]
) -> None:
    if _runs(query):
        for database in four:
            database.store(rows, [("North", "cold", 1), ("South", "warm", 2)])
        same(four, query)


def _runs(query: SemanticQuery) -> bool:
    try:
        compile_query(query, model())
    except InvalidQuery:
        return False
    return True


def test_names_longer_than_databases_keep_stay_apart(loaded: list[Database]) -> None:
    long = "a" * 63
    measure = m("sum", "pieces", alias=long, running_total=True)
    same(loaded, sales(measure, time=over("month", days("2024-01-01", "2024-06-01"), comparison=_LAST_YEAR)))


def same(found: Sequence[Database], query: SemanticQuery, calendar: Calendar | None = None) -> None:
    """All rows equal the first database's; sums of floats differ in their last digits alone, which may tell
    which of two rows comes first."""
    first, *others = found
    statement = compiled(query, calendar)
    try:
        expected = [[_near(cell) for cell in row] for row in first.run(statement)]
    except duckdb.OutOfRangeException:
        return
    for database in others:
        given = [[_near(cell) for cell in row] for row in database.run(statement)]
        # Of rows without floats the order is to be the same in any case.
        if given != expected and all(_floats(given)) and _floats(given) == _floats(expected):
            given = _in_order_of(expected, given)
        assert given == expected, database.dialect


_NEARLY = type(pytest.approx(0.0))


def _floats(rows: list[list[object]]) -> list[list[object]]:
    return [[cell for cell in row if isinstance(cell, _NEARLY)] for row in rows]


def _in_order_of(expected: list[list[object]], given: list[list[object]]) -> list[list[object]]:
    """The given rows, each where its equal is expected; what has none comes last."""
    left = list(given)
    return [left.pop(left.index(row)) for row in expected if row in left] + left


def _near(cell: Cell) -> object:
    return pytest.approx(cell, rel=1e-9, abs=1e-9) if isinstance(cell, float) else cell
