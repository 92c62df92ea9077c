"""What each part of a semantic query computes, on tables small enough to check by eye."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.data.engines.sales import COUNT, REVENUE, Sale, ask, compiled, database, days, where

from answerable.data.engines.errors import InvalidQuery
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


def sale(number: int, day: str, shop: str | None, amount: str | None, stock: int = 0, hour: int = 9) -> Sale:
    moment = date.fromisoformat(day)
    start = datetime.combine(moment, datetime.min.time())
    money = Decimal(amount) if amount is not None else None
    return Sale(number, moment, start + timedelta(hours=hour), shop, money, 1, stock)


TABLE = [
    sale(1, "2024-02-29", "North", "100", 5),
    sale(2, "2024-03-01", "South", "50", 7),
    sale(3, "2025-02-27", "North", "30", 2),
    sale(4, "2025-02-28", "North", "10", 3, hour=23),
    sale(5, "2025-03-31", "East", "20", 4),
    sale(6, "2025-05-05", None, "5", 1),
    sale(7, "2025-05-06", "East", None, 9),
]


def query(**parts: object) -> SemanticQuery:
    return SemanticQuery.model_validate({"dataset": "sales", **parts})


def rows(calendar: Calendar | None = None, **parts: object) -> list[tuple[object, ...]]:
    with database(TABLE, [("North", "cold", 1), ("South", "warm", 2), ("South", "warm", 2)]) as connection:
        return [tuple(row.values()) for row in ask(connection, query(**parts), calendar)]


def over(
    grain: Grain | None = None, start: str | None = None, end: str | None = None, **more: object
) -> TimeSlice:
    return TimeSlice.model_validate({"field": "day", "grain": grain, "period": days(start, end), **more})


def hours(start: str, end: str, **more: object) -> TimeSlice:
    return over(Grain.HOUR, start, end, **more).model_copy(update={"field": "sold_at"})


def test_a_median_between_two_amounts_keeps_half_a_cent() -> None:
    middle = Measure(aggregation=Aggregation.MEDIAN, field="amount")
    with database([sale(1, "2025-01-01", "A", "0.01"), sale(2, "2025-01-02", "A", "0.02")]) as connection:
        [row] = ask(connection, query(measures=[middle]))
    assert list(row.values()) == [pytest.approx(0.015)]


def test_a_period_includes_its_start_and_not_its_end() -> None:
    assert rows(measures=[COUNT], time=over(None, "2024-02-29", "2025-02-28")) == [(3,)]


def test_periods_without_rows_appear_with_zero_sums_and_no_averages() -> None:
    average = Measure(aggregation=Aggregation.AVG, field="amount")
    found = rows(measures=[REVENUE, average], time=over(Grain.MONTH, "2025-02-01", "2025-06-01"))
    assert found == [
        (date(2025, 2, 1), Decimal(40), 20.0),
        (date(2025, 3, 1), Decimal(20), 20.0),
        (date(2025, 4, 1), Decimal(0), None),
        (date(2025, 5, 1), Decimal(5), 5.0),
    ]


def test_a_period_of_which_there_is_no_data_at_all_has_no_zero_sums() -> None:
    found = rows(measures=[REVENUE, COUNT], time=over(Grain.YEAR, "2030-01-01", "2032-01-01"))
    assert found == [(date(2030, 1, 1), None, 0), (date(2031, 1, 1), None, 0)]


def test_gaps_stay_out_when_they_are_not_to_be_filled() -> None:
    found = rows(measures=[COUNT], time=over(Grain.MONTH, "2025-02-01", "2025-06-01", fill_gaps=False))
    assert [period for period, _ in found] == [date(2025, 2, 1), date(2025, 3, 1), date(2025, 5, 1)]


def test_a_part_of_a_stock_is_that_of_the_last_day_alone() -> None:
    part = Measure(metric="stock_level", where=where("shop", "ne", "North"))
    assert rows(measures=[part], time=over(Grain.YEAR)) == [(date(2024, 1, 1), 7), (date(2025, 1, 1), 9)]


def test_what_has_not_begun_is_no_zero() -> None:
    def months(start: str, end: str, until: str) -> list[tuple[object, ...]]:
        time = over(Grain.MONTH, start, end, fill_until=date.fromisoformat(until))
        return [(row[0].month, row[1]) for row in rows(measures=[COUNT], time=time)]  # type: ignore[attr-defined]

    assert months("2025-01-01", "2026-01-01", "2025-04-30") == [(1, 0), (2, 2), (3, 1), (4, 0), (5, 2)]
    assert months("2025-01-01", "2026-01-01", "2025-07-01")[-2:] == [(6, 0), (7, 0)]
    assert months("2025-05-01", "2026-01-01", "2025-01-01") == [(5, 2)]
    assert months("2025-08-01", "2026-01-01", "2025-01-01") == []
    assert months("2025-04-01", "2025-05-01", "2025-04-30") == [(4, 0)]


def test_what_has_not_begun_is_no_fall() -> None:
    other = Comparison(kind="custom", period=days("2025-01-01", "2026-01-01"))
    time = over(Grain.QUARTER, "2024-01-01", "2025-01-01", comparison=other, fill_until=date(2024, 3, 20))
    assert [row[1:4] for row in rows(measures=[REVENUE], time=time)] == [(150, 60, 90), (None, 5, None)]


def test_hours_are_moments() -> None:
    time = TimeSlice(
        field="sold_at", grain=Grain.HOUR, period=days("2025-02-27", "2025-03-01"), fill_gaps=False
    )
    assert rows(measures=[COUNT], time=time) == [
        (datetime.fromisoformat("2025-02-27T09:00"), 1),
        (datetime.fromisoformat("2025-02-28T23:00"), 1),
    ]


def test_the_last_day_has_all_of_its_hours() -> None:
    found = rows(measures=[COUNT], time=hours("2025-02-27", "2025-03-01"))
    start = datetime.fromisoformat("2025-02-27T00:00")
    assert [row[0] for row in found] == [start + timedelta(hours=n) for n in range(48)]
    assert {row[0].isoformat()[:13]: row[1] for row in found if row[1]} == {  # type: ignore[attr-defined]
        "2025-02-27T09": 1,
        "2025-02-28T23": 1,
    }
    by_shop = rows(measures=[COUNT], time=hours("2025-02-28", "2025-03-01"), group_by=[GroupBy(field="shop")])
    assert sum(row[-1] for row in by_shop) == 1  # type: ignore[misc]
    running = COUNT.model_copy(update={"running_total": True})
    assert rows(measures=[running], time=hours("2025-02-28", "2025-03-01"))[-1][-1] == 1


def test_the_hours_of_a_day_stand_beside_all_of_those_before() -> None:
    before = Comparison(kind="previous_period", period=days("2025-02-27", "2025-02-28"))
    found = rows(measures=[COUNT], time=hours("2025-02-28", "2025-03-01", comparison=before))
    assert len(found) == 24
    assert [(row[0].hour, *row[1:3]) for row in found if row[1] or row[2]] == [(9, 0, 1), (23, 1, 0)]  # type: ignore[attr-defined]


def test_hours_that_have_not_begun_are_no_zeros() -> None:
    today = hours("2025-02-27", "2025-02-28", fill_until=date(2025, 2, 27))
    assert [row[0].hour for row in rows(measures=[COUNT], time=today)] == list(range(10))  # type: ignore[attr-defined]
    yesterday = hours("2025-02-27", "2025-02-28", fill_until=date(2025, 2, 28))
    assert len(rows(measures=[COUNT], time=yesterday)) == 24


@pytest.mark.parametrize(
    ("grain", "calendar", "expected"),
    [
        (Grain.WEEK, Calendar(), date(2024, 2, 26)),
        (Grain.WEEK, Calendar(first_weekday=6), date(2024, 2, 25)),
        (Grain.QUARTER, Calendar(), date(2024, 1, 1)),
        (Grain.QUARTER, Calendar(fiscal_year_start=2), date(2024, 2, 1)),
        (Grain.YEAR, Calendar(fiscal_year_start=4), date(2023, 4, 1)),
    ],
)
def test_weeks_and_fiscal_years_follow_the_calendar(grain: Grain, calendar: Calendar, expected: date) -> None:
    assert rows(calendar, measures=[COUNT], time=over(grain, "2024-02-29", "2024-03-01")) == [(expected, 1)]


def test_a_comparison_shows_both_periods_their_difference_and_its_fraction() -> None:
    before = Comparison(kind="previous_year", period=days("2024-01-01", "2025-01-01"))
    found = rows(measures=[REVENUE], time=over(None, "2025-01-01", "2026-01-01", comparison=before))
    assert found == [(Decimal(65), Decimal(150), Decimal(-85), -85 / 150)]


def test_a_comparison_with_nothing_is_no_comparison() -> None:
    before = Comparison(kind="custom", period=days("2000-01-01", "2001-01-01"))
    found = rows(measures=[REVENUE, COUNT], time=over(None, "2025-01-01", "2026-01-01", comparison=before))
    assert found == [(Decimal(65), None, None, None, 5, 0, 5, None)]


def test_a_month_before_the_first_row_of_all_is_unknown_and_no_zero() -> None:
    before = Comparison(kind="previous_period", period=days("2024-01-01", "2024-04-01"), shift=1)
    time = over(Grain.MONTH, "2024-02-01", "2024-05-01", comparison=before)
    assert [row[1:4] for row in rows(measures=[COUNT], time=time)] == [(1, None, None), (1, 1, 0), (0, 1, -1)]
    south = rows(measures=[COUNT], time=time, where=where("shop", "eq", "South"))
    assert [row[1:4] for row in south] == [(0, None, None), (1, 0, 1), (0, 1, -1)]
    year = Comparison(kind="previous_year", period=days("2024-02-28", "2024-03-03"))
    by_day = over(Grain.DAY, "2025-02-28", "2025-03-03", comparison=year)
    assert [row[1:3] for row in rows(measures=[COUNT], time=by_day)] == [(1, 1), (0, 1), (0, 0)]


def test_groups_of_either_period_are_compared_with_those_of_the_other() -> None:
    before = Comparison(kind="previous_year", period=days("2024-01-01", "2025-01-01"))
    found = rows(
        measures=[REVENUE],
        group_by=[{"field": "shop"}],
        time=over(None, "2025-01-01", "2026-01-01", comparison=before),
    )
    assert {row[0]: row[1:4] for row in found} == {
        "North": (40, 100, -60),
        "South": (0, 50, -50),
        "East": (20, 0, 20),
        None: (5, 0, 5),
    }


def test_a_leap_day_stands_beside_the_last_of_february() -> None:
    before = Comparison(kind="previous_year", period=days("2024-02-28", "2024-03-02"))
    found = rows(measures=[COUNT], time=over(Grain.DAY, "2025-02-28", "2025-03-02", comparison=before))
    assert [row[:3] for row in found] == [(date(2025, 2, 28), 1, 1), (date(2025, 3, 1), 0, 1)]


def test_an_open_comparison_pairs_each_bucket_with_the_one_before() -> None:
    before = Comparison(kind="previous_period", period=days(None, None), shift=1)
    found = rows(measures=[REVENUE], time=over(Grain.YEAR, comparison=before))
    assert found == [
        (date(2024, 1, 1), Decimal(150), None, None, None),
        (date(2025, 1, 1), Decimal(65), Decimal(150), Decimal(-85), -85 / 150),
    ]


def test_a_ranking_by_growth_orders_by_the_derived_column() -> None:
    before = Comparison(kind="previous_year", period=days("2024-01-01", "2025-01-01"))
    top = {"field": "shop", "top": TopN(n=1, by="revenue_change")}
    found = rows(
        measures=[REVENUE], group_by=[top], time=over(None, "2025-01-01", "2026-01-01", comparison=before)
    )
    assert [row[0] for row in found] == ["East"]


def test_the_rest_is_a_group_of_its_own_and_comes_last() -> None:
    top = {"field": "shop", "top": TopN(n=1, by="revenue", others=True)}
    assert rows(measures=[REVENUE], group_by=[top]) == [("North", Decimal(140)), ("Other", Decimal(75))]


def test_an_average_of_the_rest_is_that_of_its_rows() -> None:
    average = Measure(aggregation=Aggregation.AVG, field="amount")
    top = {"field": "shop", "top": TopN(n=1, by="revenue", others=True)}
    found = rows(measures=[REVENUE, average], group_by=[top])
    assert found[1] == ("Other", Decimal(75), 25.0)


def test_a_top_of_a_trend_ranks_over_the_whole_period() -> None:
    top = {"field": "shop", "top": TopN(n=1, by="revenue")}
    found = rows(measures=[REVENUE], group_by=[top], time=over(Grain.YEAR))
    assert found == [(date(2024, 1, 1), "North", Decimal(100)), (date(2025, 1, 1), "North", Decimal(40))]


def test_a_top_keeps_all_that_equal_its_last() -> None:
    top = {"field": "shop", "top": TopN(n=2, by="count")}
    table = rows(measures=[COUNT], group_by=[top])
    assert table == [("North", 3), ("East", 2)]
    only = {"field": "shop", "top": TopN(n=3, by="count")}
    assert rows(measures=[COUNT], group_by=[only]) == [("North", 3), ("East", 2), ("South", 1), (None, 1)]


def test_a_threshold_chooses_among_whom_a_top_ranks() -> None:
    top = {"field": "shop", "top": TopN(n=1, by="count", others=True)}
    found = rows(
        measures=[COUNT, REVENUE],
        group_by=[top],
        having=[Having(measure="revenue", operator="lt", value=Decimal(100))],
    )
    assert [row[0] for row in found] == ["East", "Other"]
    assert sum(row[1] for row in found) == len(TABLE)


def test_a_share_without_groups_is_that_of_the_filter_in_the_period() -> None:
    share = Measure(metric="revenue", share_of_total=True)
    found = rows(
        measures=[share], where=where("shop", "eq", "north"), time=over(None, "2025-01-01", "2026-01-01")
    )
    assert found == [(Decimal(40), 40 / 65)]


def test_chosen_groups_keep_their_share_of_all() -> None:
    share = Measure(metric="revenue", share_of_total=True)
    found = rows(measures=[share], group_by=[GroupBy(field="shop", only=(" NORTH ",))])
    assert found == [("North", Decimal(140), 140 / 215)]


def test_a_stock_takes_its_last_day_in_each_period_instead_of_a_sum() -> None:
    stock = Measure(metric="stock_level")
    assert rows(measures=[stock], time=over(Grain.MONTH, "2025-02-01", "2025-03-01")) == [
        (date(2025, 2, 1), 3)
    ]
    assert rows(measures=[stock]) == [(9,)]
    # Beside the month before: in March it stood at 4, in February at 3.
    before = Comparison(kind="previous_period", period=days("2025-01-01", "2025-03-01"), shift=1)
    compared = rows(measures=[stock], time=over(Grain.MONTH, "2025-02-01", "2025-04-01", comparison=before))
    assert compared[-1][:3] == (date(2025, 3, 1), 4, 3)
    # The same field summed by hand is the same stock.
    by_hand = Measure(aggregation=Aggregation.SUM, field="stock")
    assert rows(measures=[by_hand, COUNT]) == [(9, len(TABLE))]


def test_a_stock_is_unknown_in_a_period_without_rows() -> None:
    measures = [Measure(metric="stock_level"), COUNT]
    table = [sale(1, "2025-01-31", "North", "1", 7), sale(2, "2025-03-31", "South", "1", 5)]
    with database(table) as connection:
        quarter = over(Grain.MONTH, "2025-01-01", "2025-04-01")
        asked = SemanticQuery(dataset="sales", measures=measures, time=quarter)
        found = [(row["stock_level"], row["count"]) for row in ask(connection, asked)]
        by_shop = asked.model_copy(update={"group_by": (GroupBy(field="shop"),)})
        apart = {(row["shop"], row["period"].month): row["stock_level"] for row in ask(connection, by_shop)}  # type: ignore[attr-defined]
    assert found == [(7, 1), (None, 0), (5, 1)]
    assert [apart["North", n] for n in (1, 2, 3)] == [7, None, None]


def test_of_a_stock_with_several_numbers_of_a_day_the_last_of_each_thing_counts() -> None:
    table = [
        sale(1, "2025-01-30", "North", "1", 90),
        sale(2, "2025-01-31", "North", "1", 7, hour=8),
        sale(3, "2025-01-31", "North", "1", 6, hour=20),
        sale(4, "2025-01-31", "South", "1", 3, hour=9),
        sale(5, "2025-01-31", None, "1", 1, hour=1),
        sale(6, "2025-01-31", None, "1", 2, hour=2),
        sale(7, "2025-03-01", "South", "1", 4, hour=9),
    ]
    by_clock = TimeSlice.model_validate({"field": "sold_at", "grain": "month", "fill_gaps": True})
    with database(table) as connection:

        def asked(metric: str, **parts: object) -> list[dict[str, object]]:
            query = {"dataset": "sales", "measures": [Measure(metric=metric)], **parts}
            return ask(connection, SemanticQuery.model_validate(query))

        assert [row["stock_by_shop"] for row in asked("stock_by_shop", time=by_clock)] == [11, None, 4]
        # By days alone no time tells which of a day is the last.
        assert asked("stock_by_shop", time={"field": "day", "period": days("2025-01-01", "2025-02-01")}) == [
            {"stock_by_shop": 19}
        ]
        january = {"field": "sold_at", "period": days("2025-01-01", "2025-02-01")}
        shops = asked("stock_by_shop", time=january, group_by=[GroupBy(field="shop")])
        assert {row["shop"]: row["stock_by_shop"] for row in shops} == {"North": 6, "South": 3, None: 2}
        top = GroupBy(field="shop", top=TopN(n=1, by="stock_by_shop"))
        assert asked("stock_by_shop", time=january, group_by=[top]) == [{"shop": "North", "stock_by_shop": 6}]


def test_a_related_field_groups_without_multiplying_rows() -> None:
    found = rows(measures=[REVENUE, COUNT], group_by=[{"field": "shops__region"}])
    assert {row[0]: row[1:] for row in found} == {"cold": (140, 3), "warm": (50, 1), None: (25, 3)}


def test_a_timestamp_on_a_day_is_on_all_of_the_day() -> None:
    assert rows(measures=[COUNT], where=where("sold_at", "eq", date(2025, 2, 28))) == [(1,)]
    assert rows(measures=[COUNT], where=where("sold_at", "le", date(2025, 2, 28))) == [(4,)]
    assert rows(
        measures=[COUNT], where=where("sold_at", "gt", datetime.fromisoformat("2025-02-28T22:00"))
    ) == [(4,)]


def test_moments_with_an_offset_are_brought_to_the_time_zone_of_the_calendar() -> None:
    condition = where("sold_at", "ge", datetime.fromisoformat("2025-05-06T08:30:00+00:00"))
    assert rows(Calendar(time_zone="UTC"), measures=[COUNT], where=condition) == [(1,)]
    assert rows(Calendar(time_zone="Asia/Tokyo"), measures=[COUNT], where=condition) == [(0,)]


def test_rows_are_listed_as_they_are_in_a_firm_order() -> None:
    assert rows(columns=["shop", "amount"], where=where("amount", "ge", 30), limit=2) == [
        ("North", Decimal(100)),
        ("South", Decimal(50)),
    ]
    newest = rows(columns=["sale_id"], order=[Order(by="day", descending=True)], limit=2)
    assert newest == [(7,), (6,)]


def test_groups_without_measures_are_the_distinct_values() -> None:
    assert rows(group_by=[{"field": "shop"}]) == [("East",), ("North",), ("South",), (None,)]


def test_trends_are_ordered_by_time_and_rankings_by_the_first_measure() -> None:
    ranked = rows(measures=[REVENUE], group_by=[{"field": "shop"}])
    assert [row[0] for row in ranked] == ["North", "South", "East", None]
    asked = rows(measures=[REVENUE], group_by=[{"field": "shop"}], order=[Order(by="shop")])
    assert [row[0] for row in asked] == ["East", "North", "South", None]


HOSTILE = ["x'; DROP TABLE sales; --", 'x" OR 1=1', "\\", "%", "_", "'", "''", "$$x$$", "{x}", "🙂", "\n"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("operator", ["eq", "contains", "starts_with", "ne"])
def test_text_of_a_person_is_only_a_value(text: str, operator: str) -> None:
    assert rows(measures=[COUNT], where=where("shop", operator, text)) == [
        (0 if operator != "ne" else len(TABLE),)
    ]


REFUSED: list[tuple[str, dict[str, object], str]] = [
    ("measures[0].metric", {"measures": [{"metric": "revenu"}]}, "did you mean 'revenue'"),
    ("measures[0].field", {"measures": [{"aggregation": "sum", "field": "amout"}]}, "did you mean 'amount'"),
    ("measures[0]", {"measures": [{}]}, "metric, aggregation or percentile"),
    (
        "measures[0]",
        {"measures": [{"metric": "revenue", "aggregation": "sum"}]},
        "metric, aggregation or percentile",
    ),
    ("measures[0]", {"measures": [{"aggregation": "sum"}]}, "needs a field"),
    ("measures[0]", {"measures": [{"aggregation": "sum", "field": "shop"}]}, "no number"),
    ("measures[0]", {"measures": [{"aggregation": "avg", "field": "sale_id"}]}, "count_distinct"),
    ("measures[0]", {"measures": [{"aggregation": "sum", "field": "margin"}]}, "do not add up"),
    ("measures[0]", {"measures": [{"aggregation": "min", "field": "shop"}]}, "count it instead"),
    ("measures[0]", {"measures": [{"aggregation": "sum", "field": "shops__floor"}]}, "once for each row"),
    ("measures", {"measures": [{"metric": "revenue"}, {"metric": "revenue"}]}, "another alias"),
    (
        "measures",
        {"measures": [{"metric": "revenue", "alias": "shop"}], "group_by": [{"field": "shop"}]},
        "alias",
    ),
    ("measures[0].running_total", {"measures": [{"metric": "revenue", "running_total": True}]}, "grain"),
    (
        "measures[0].share_of_total",
        {"measures": [{"aggregation": "avg", "field": "amount", "share_of_total": True}]},
        "needs a sum or a count",
    ),
    ("group_by[0].field", {"group_by": [{"field": "stores__region"}]}, "has no field"),
    ("group_by[1].field", {"group_by": [{"field": "shop"}, {"field": "shop"}]}, "once"),
    (
        "group_by[0].top.by",
        {
            "measures": [{"metric": "revenue"}],
            "group_by": [{"field": "shop", "top": {"n": 1, "by": "sales"}}],
        },
        "no measure has the alias",
    ),
    ("where.operator", {"where": {"field": "shop", "operator": "gt", "values": ["a"]}}, "no order"),
    ("where.operator", {"where": {"field": "amount", "operator": "contains", "values": ["1"]}}, "needs text"),
    ("where.values", {"where": {"field": "amount", "operator": "between", "values": [1]}}, "takes 2"),
    ("where.values[0]", {"where": {"field": "amount", "operator": "eq", "values": ["ten"]}}, "give a number"),
    (
        "where.values[0]",
        {"where": {"field": "day", "operator": "eq", "values": ["31.12.2025"]}},
        "2025-12-31",
    ),
    ("where.values[0]", {"where": {"field": "day", "operator": "eq", "values": [5]}}, "give a date"),
    ("where.values[0]", {"where": {"field": "pieces", "operator": "eq", "values": [True]}}, "give a number"),
    ("where.values[0]", {"where": {"field": "amount", "operator": "eq", "values": ["1e999"]}}, "digits"),
    ("time.field", {"measures": [{"metric": "revenue"}], "time": {"field": "shop"}}, "no date"),
    (
        "time.grain",
        {"measures": [{"metric": "revenue"}], "time": {"field": "day", "grain": "hour"}},
        "no hours",
    ),
    (
        "time.period",
        {
            "measures": [{"metric": "revenue"}],
            "time": {"field": "day", "period": {"start": "2025-02-01", "end": "2025-01-01"}},
        },
        "before the end",
    ),
    (
        "time.period",
        {
            "measures": [{"metric": "revenue"}],
            "time": {
                "field": "sold_at",
                "grain": "hour",
                "period": {"start": "1990-01-01", "end": "2025-01-01"},
            },
        },
        "longer grain",
    ),
    ("having", {"having": [{"measure": "revenue", "operator": "gt", "value": 1}]}, "needs measures"),
    (
        "having[0].measure",
        {
            "measures": [{"metric": "revenue"}],
            "having": [{"measure": "revenues", "operator": "gt", "value": 1}],
        },
        "did you mean 'revenue'",
    ),
    ("order[0].by", {"measures": [{"metric": "revenue"}], "order": [{"by": "amount"}]}, "no column is named"),
    ("columns", {"measures": [{"metric": "revenue"}], "columns": ["shop"]}, "leave"),
    ("columns[0]", {"columns": ["shopp"]}, "did you mean 'shop'"),
]


@pytest.mark.parametrize(("place", "parts", "remedy"), REFUSED)
def test_what_would_be_wrong_is_refused_with_its_place_and_remedy(
    place: str, parts: dict[str, object], remedy: str
) -> None:
    with pytest.raises(InvalidQuery) as refused:
        compiled(query(**parts))
    messages = {error.field: error.message for error in refused.value.errors}
    assert place in messages
    assert remedy in messages[place]


def test_an_unknown_dataset_is_named_with_the_nearest() -> None:
    with pytest.raises(InvalidQuery, match="'sales'"):
        compiled(SemanticQuery(dataset="sale"))


def test_rows_that_a_join_would_multiply_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="count rows twice"):
        compiled(SemanticQuery(dataset="shops", measures=(COUNT,), group_by=(GroupBy(field="sales__day"),)))


def test_a_tree_that_is_too_deep_or_too_wide_is_refused() -> None:
    leaf: dict[str, object] = {"field": "shop", "operator": "is_null"}
    deep = leaf
    for _ in range(30):
        deep = {"negated": deep}
    for tree in (deep, {"any": [leaf] * 500}):
        with pytest.raises(InvalidQuery):
            compiled(query(where=tree))


def test_every_identifier_is_quoted_and_nothing_is_executed_as_text() -> None:
    sql = compiled(
        query(measures=[REVENUE], group_by=[{"field": "shop"}], where=where("shop", "eq", "x'y"))
    ).sql()
    assert "'x''y'" in sql
    assert '"sales"."shop"' in sql
    assert " sales" not in sql
