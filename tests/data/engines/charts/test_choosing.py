"""Which picture a result gets, and what is in it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from tests.data.engines.sales import COUNT, REVENUE, compiled, database, days, model
from tests.data.engines.test_compiler import TABLE

from answerable.data.engines.charts.choosing import choose_chart
from answerable.data.engines.charts.parts import PALETTE
from answerable.data.engines.charts.sizes import lying_height
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    GroupBy,
    Measure,
    SemanticQuery,
    TimeSlice,
    TopN,
)
from answerable.data.semantics.result import QueryResult

YEAR_2025 = days("2025-01-01", "2026-01-01")
LAST_YEAR = Comparison(kind="previous_year", period=days("2024-01-01", "2025-01-01"))


def result(**parts: object) -> tuple[SemanticQuery, QueryResult]:
    query = SemanticQuery.model_validate({"dataset": "sales", **parts})
    statement = compiled(query)
    with database(TABLE) as connection:
        rows = [list(row) for row in connection.execute(statement.sql()).fetchall()]
    return query, QueryResult(columns=list(statement.columns), rows=rows, row_count=len(rows), sql="")


def chart(**parts: object) -> dict[str, object] | None:
    query, found = result(**parts)
    picture = choose_chart(query, model(), found)
    json.dumps(picture, allow_nan=False)
    return picture


def over(grain: Grain | None, comparison: Comparison | None = None) -> TimeSlice:
    return TimeSlice(field="day", grain=grain, period=YEAR_2025, comparison=comparison)


def test_one_number_has_no_chart() -> None:
    assert chart(measures=[REVENUE]) is None
    assert chart(measures=[REVENUE], time=over(None, LAST_YEAR)) is None


def test_rows_as_they_are_and_empty_results_have_no_chart() -> None:
    assert chart(columns=["shop", "amount"]) is None
    empty = TimeSlice(field="day", grain=Grain.MONTH, period=days("2030-01-01", "2031-01-01"))
    assert chart(measures=[REVENUE], time=empty) is None


def test_a_trend_is_a_line_over_time_with_its_unit_on_the_axis() -> None:
    picture = chart(measures=[REVENUE], time=over(Grain.MONTH))
    assert picture["mark"]["type"] == "line"
    assert picture["encoding"]["x"]["type"] == "temporal"
    assert picture["encoding"]["y"]["title"] == "Revenue (EUR)"
    assert picture["data"]["values"][1] == {"period": "2025-02-01", "revenue": 40.0}
    assert len(picture["data"]["values"]) == 12


def test_a_ranking_is_bars_in_the_order_of_the_rows() -> None:
    picture = chart(measures=[REVENUE], group_by=[GroupBy(field="shop")])
    assert picture["mark"]["type"] == "bar"
    assert picture["encoding"]["y"]["sort"] == ["North", "South", "East", "(empty)"]
    assert picture["encoding"]["x"]["field"] == "revenue"


def test_groups_with_an_order_of_their_own_keep_it() -> None:
    picture = chart(measures=[REVENUE], group_by=[GroupBy(field="sale_id")])
    assert picture["encoding"]["x"]["sort"] == [str(number) for number in range(1, 8)]


def test_two_periods_are_two_lines_or_two_bars_side_by_side() -> None:
    lines = chart(measures=[REVENUE], time=over(Grain.MONTH, LAST_YEAR))
    assert lines["encoding"]["color"]["scale"]["domain"] == ["This period", "A year earlier"]
    # One legend for colour and dashes: they are merged where field, title and domain are the same.
    dashes, colours = lines["encoding"]["strokeDash"], lines["encoding"]["color"]
    assert "legend" not in dashes
    assert [dashes[key] for key in ("field", "title")] == [colours[key] for key in ("field", "title")]
    assert dashes["scale"]["domain"] == colours["scale"]["domain"]
    assert lines["usermeta"]["series"] == {"This period": "this_period", "A year earlier": "year_earlier"}
    bars = chart(measures=[REVENUE], group_by=[GroupBy(field="shop")], time=over(None, LAST_YEAR))
    assert bars["encoding"]["yOffset"]["field"] == "series"
    assert {"shop": "North", "series": "A year earlier", "revenue": 100.0} in bars["data"]["values"]


def test_shares_over_time_are_stacked() -> None:
    share = Measure(metric="revenue", share_of_total=True)
    picture = chart(measures=[share], group_by=[GroupBy(field="shop")], time=over(Grain.QUARTER))
    assert picture["encoding"]["y"]["stack"] == "zero"
    assert picture["encoding"]["y"]["field"] == "revenue_share"
    shown = [row["revenue_share"] for row in picture["data"]["values"] if row["period"] == "2025-01-01"]
    assert abs(sum(value for value in shown if value is not None) - 100) < 1e-6


def test_each_quarter_and_each_year_has_one_tick() -> None:
    axis = chart(measures=[REVENUE], time=over(Grain.QUARTER))["encoding"]["x"]["axis"]
    begins = [datetime.fromtimestamp(tick / 1000, UTC).date() for tick in axis["values"]]
    assert begins == [date(2025, month, 1) for month in (1, 4, 7, 10)]
    assert "values" not in chart(measures=[REVENUE], time=over(Grain.MONTH))["encoding"]["x"]["axis"]


def test_shares_are_drawn_and_no_totals() -> None:
    share = Measure(metric="revenue", share_of_total=True)
    line = chart(measures=[share], time=over(Grain.QUARTER))
    assert line["encoding"]["y"]["field"] == "revenue_share"
    assert sum(row["revenue_share"] or 0 for row in line["data"]["values"]) == pytest.approx(100)
    bars = chart(measures=[share], group_by=[GroupBy(field="shop"), GroupBy(field="pieces")])
    assert bars["encoding"]["x"]["field"] == "revenue_share"


def test_two_dimensions_are_grouped_bars_in_colours_that_can_be_told_apart() -> None:
    picture = chart(measures=[COUNT], group_by=[GroupBy(field="shop"), GroupBy(field="pieces")])
    assert picture["mark"]["type"] == "bar"
    assert set(picture["encoding"]["color"]["scale"]["range"]) <= set(PALETTE)
    assert len(set(PALETTE)) == len(PALETTE)


def test_lines_of_many_groups_are_only_the_largest() -> None:
    top = GroupBy(field="shop", top=TopN(n=2, by="revenue"))
    picture = chart(measures=[REVENUE], group_by=[top], time=over(Grain.MONTH))
    assert picture["encoding"]["color"]["scale"]["domain"] == ["North", "East"]


def test_three_dimensions_have_no_chart() -> None:
    groups = [GroupBy(field=name) for name in ("shop", "pieces", "stock")]
    assert chart(measures=[COUNT], group_by=groups) is None


def _of_many(count: int, *, numbers: bool = False) -> dict[str, object]:
    """The picture of a measure by a group of so many values."""
    query = SemanticQuery.model_validate(
        {"dataset": "sales", "measures": [REVENUE], "group_by": [{"field": "sale_id" if numbers else "shop"}]}
    )
    columns = list(compiled(query).columns)
    names = [number if numbers else f"Shop number {number}" for number in range(1, count + 1)]
    rows = [[name, float(100 - place)] for place, name in enumerate(names)]
    found = QueryResult(columns=columns, rows=rows, row_count=count, sql="")
    picture = choose_chart(query, model(), found)
    assert picture is not None
    return picture


def test_of_more_bars_than_can_be_read_the_first_are_shown_and_the_rest_is_said() -> None:
    many = _of_many(39)
    assert len(many["data"]["values"]) == len(many["encoding"]["y"]["sort"]) == 24
    assert many["title"]["subtitle"] == "The first 24 of 39; the table has all."
    assert many["usermeta"]["shown"] == {"first": 24, "of": 39}
    assert lying_height(many) == 24 * 18
    few = _of_many(24)
    assert "subtitle" not in few["title"]
    assert "usermeta" not in few


def test_names_below_upright_bars_do_not_run_into_each_other() -> None:
    upright = _of_many(39, numbers=True)["encoding"]["x"]
    assert len(upright["sort"]) == 39
    assert upright["axis"] == {"labelAngle": 0, "labelOverlap": True}
