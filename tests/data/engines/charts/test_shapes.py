"""Pictures of several measures and of many values, as specifications and as they are drawn."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from tests.data.engines.sales import COUNT, REVENUE, Sale, compiled, database, days, model

from answerable.data.engines.charts.choosing import choose_chart
from answerable.data.engines.charts.sizes import sized
from answerable.data.semantics.filters import DatePart
from answerable.data.semantics.model import Aggregation, Calendar
from answerable.data.semantics.query import Comparison, Grain, GroupBy, Measure, SemanticQuery, TimeSlice
from answerable.data.semantics.result import QueryResult

MONDAY = date(2025, 1, 6)
PIECES = Measure(aggregation=Aggregation.SUM, field="pieces")
MARGIN = Measure(aggregation=Aggregation.AVG, field="margin")
SHARE = Measure(metric="revenue", share_of_total=True)
HOUR = GroupBy(field="sold_at", part=DatePart.HOUR)
WEEKDAY = GroupBy(field="sold_at", part=DatePart.WEEKDAY)
SHOP = GroupBy(field="shop")
YEAR = days("2025-01-01", "2026-01-01")
MONTHS = TimeSlice(field="day", grain=Grain.MONTH, period=YEAR)


def sale(number: int, shop: str, amount: int, *, day: date = MONDAY, hour: int = 9, pieces: int = 1) -> Sale:
    moment = datetime.combine(day, time(hour))
    return Sale(number, day, moment, shop, Decimal(amount), pieces, 0, margin=float(number))


def shops(count: int) -> list[Sale]:
    return [sale(n, f"Shop {n:02d}", 100 + n, pieces=n + 1) for n in range(count)]


# Monday at 8, Wednesday at 11, Saturday at 8: what lies between has its place and no number.
RHYTHM = [
    sale(n, "North", 10, day=MONDAY + timedelta(days=day), hour=hour)
    for n, (day, hour) in enumerate([(0, 8), (2, 11), (5, 8)])
]


def chart(table: list[Sale], calendar: Calendar | None = None, **parts: object) -> dict[str, Any] | None:
    """The specification; what it draws is looked at with `drawn`."""
    query = SemanticQuery.model_validate({"dataset": "sales", **parts})
    statement = compiled(query, calendar)
    with database(table) as connection:
        rows = [list(row) for row in connection.execute(statement.sql()).fetchall()]
    found = QueryResult(columns=list(statement.columns), rows=rows, row_count=len(rows), sql="")
    return choose_chart(query, model(calendar), found)


def drawn(picture: dict[str, Any]) -> str:
    """The picture as SVG."""
    svg: str = import_module("vl_convert").vegalite_to_svg(sized(picture, 720), allowed_base_urls=[])
    return svg


def marks(picture: dict[str, Any], kind: str) -> list[str]:
    """What each mark of a kind says of itself."""
    said = re.findall(rf'aria-label="([^"]*)"[^>]*aria-roledescription="{kind}"', drawn(picture))
    return [re.sub(r"\s+", " ", one) for one in said]


def test_weekdays_by_hours_are_a_heat_map_in_which_every_hour_has_its_place() -> None:
    picture = chart(RHYTHM, measures=[REVENUE], group_by=[WEEKDAY, HOUR])
    assert picture["mark"]["type"] == "rect"
    assert picture["encoding"]["x"]["scale"]["domain"] == ["8", "9", "10", "11"]
    days_shown = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    assert picture["encoding"]["y"]["scale"]["domain"] == days_shown
    cells = marks(picture, "rect mark")
    assert len(cells) == 3
    assert any("Wednesday" in cell and "11" in cell and "Revenue (EUR): 10" in cell for cell in cells)


@pytest.mark.parametrize("groups", [[WEEKDAY, HOUR], [HOUR, WEEKDAY]])
def test_hours_go_across_whichever_was_said_first(groups: list[GroupBy]) -> None:
    table = [sale(n, "North", 10, day=MONDAY + timedelta(days=n % 7), hour=n) for n in range(24)]
    picture = chart(table, measures=[COUNT], group_by=groups)
    assert picture["encoding"]["x"]["field"] == "sold_at_hour"
    assert len(picture["encoding"]["x"]["sort"]) == 24


def test_weeks_begin_as_the_calendar_says() -> None:
    week = [sale(n, "North", 10, day=MONDAY + timedelta(days=n)) for n in range(7)]
    sunday_first = Calendar(first_weekday=6)
    picture = chart(week, sunday_first, measures=[COUNT], group_by=[WEEKDAY])
    assert picture["encoding"]["x"]["sort"][:2] == ["Sunday", "Monday"]


def test_two_dimensions_of_many_values_are_a_heat_map_with_the_unit_at_its_colours() -> None:
    table = [sale(n, f"Shop {n // 10:02d}", n - 50 if n % 3 else 90, pieces=n % 10) for n in range(120)]
    picture = chart(table, measures=[REVENUE], group_by=[SHOP, GroupBy(field="pieces")])
    assert picture["mark"]["type"] == "rect"
    assert len(marks(picture, "rect mark")) == 120
    colours = picture["encoding"]["color"]
    assert colours["title"] == "Revenue (EUR)"
    assert colours["scale"] == {"scheme": "blueorange", "domainMid": 0}  # there are losses among them
    gains = chart([sale(n, s.shop or "", 5, pieces=s.pieces or 0) for n, s in enumerate(table)],
                  measures=[REVENUE], group_by=[SHOP, GroupBy(field="pieces")])  # fmt: skip
    assert gains["encoding"]["color"]["scale"] == {"scheme": "viridis"}


def test_many_values_with_holes_or_without_room_are_a_table() -> None:
    diagonal = [sale(n, f"Shop {n:02d}", 5, pieces=n) for n in range(20)]
    groups = [SHOP, GroupBy(field="pieces")]
    assert chart(diagonal, measures=[REVENUE], group_by=groups) is None
    crowd = [sale(n, f"Shop {n // 50:02d}", 5, pieces=n % 50) for n in range(50 * 40)]
    assert chart(crowd, measures=[REVENUE], group_by=groups) is None


def test_both_sides_of_a_comparison_by_two_dimensions_are_a_table() -> None:
    before = Comparison(kind="previous_year", period=days("2024-01-01", "2025-01-01"))
    over = TimeSlice(field="day", period=YEAR, comparison=before)
    table = [sale(n, f"Shop {n % 3}", 5, pieces=n % 2) for n in range(6)]
    assert chart(table, measures=[REVENUE], group_by=[SHOP, GroupBy(field="pieces")], time=over) is None


def test_two_measures_in_one_unit_are_bars_side_by_side() -> None:
    picture = chart(shops(3), measures=[COUNT, PIECES], group_by=[SHOP])
    names = ["Number of sales", "Total Pieces"]
    assert picture["encoding"]["yOffset"]["sort"] == picture["encoding"]["color"]["scale"]["domain"] == names
    bars = marks(picture, "bar")
    assert len(bars) == 6
    assert any("Shop 02" in bar and "Total Pieces" in bar and "3" in bar for bar in bars)


def test_two_measures_in_one_unit_over_time_are_two_lines() -> None:
    table = [sale(n, "North", 5, day=date(2025, n + 1, 1), pieces=n) for n in range(12)]
    picture = chart(table, measures=[COUNT, PIECES], time=MONTHS)
    assert picture["mark"]["type"] == "line"
    assert picture["encoding"]["color"]["field"] == "series"
    assert len(picture["data"]["values"]) == 24
    assert len(marks(picture, "point")) == 24


def test_measures_in_different_units_have_a_panel_each() -> None:
    picture = chart(shops(3), measures=[REVENUE, MARGIN], group_by=[SHOP])
    assert [panel["title"]["text"] for panel in picture["vconcat"]] == ["Revenue (EUR)", "Average Margin (%)"]
    assert [panel["encoding"]["x"]["field"] for panel in picture["vconcat"]] == ["revenue", "avg_margin"]
    assert len(marks(picture, "bar")) == 6
    trend = chart(shops(1), measures=[REVENUE, MARGIN], time=MONTHS)
    assert [panel["mark"]["type"] for panel in trend["vconcat"]] == ["line", "line"]


def test_measures_of_very_different_sizes_do_not_share_an_axis() -> None:
    large = [sale(n, f"Shop {n}", 5, pieces=1000) for n in range(3)]
    picture = chart(large, measures=[COUNT, PIECES], group_by=[SHOP])
    assert len(picture["vconcat"]) == 2


def test_two_measures_of_many_entities_are_points_that_say_their_names() -> None:
    picture = chart(shops(15), measures=[REVENUE, MARGIN], group_by=[SHOP])
    assert picture["mark"]["type"] == "point"
    assert picture["encoding"]["x"]["title"] == "Revenue (EUR)"
    assert picture["encoding"]["y"]["title"] == "Average Margin (%)"
    assert picture["encoding"]["tooltip"][0]["title"] == "Shop"
    assert {"shop": "Shop 14", "revenue": 114.0, "avg_margin": 14.0} in picture["data"]["values"]
    assert len(marks(picture, "point")) == 15


def test_more_measures_of_many_entities_than_a_picture_tells_are_a_table() -> None:
    assert chart(shops(30), measures=[REVENUE, MARGIN, COUNT], group_by=[SHOP]) is None


def test_shares_are_drawn_instead_of_totals_by_one_dimension_and_by_two() -> None:
    bars = chart(shops(3), measures=[SHARE], group_by=[SHOP])
    assert bars["encoding"]["x"]["field"] == "revenue_share"
    grouped = chart(shops(6), measures=[SHARE], group_by=[SHOP, WEEKDAY])
    assert grouped["encoding"]["x"]["field"] == "revenue_share"
    assert grouped["encoding"]["x"]["title"] == "Revenue, share of total (%)"
    assert sum(row["revenue_share"] for row in grouped["data"]["values"]) == pytest.approx(100)
    heat = chart(RHYTHM, measures=[SHARE], group_by=[WEEKDAY, HOUR])
    assert heat["encoding"]["color"]["field"] == "revenue_share"
    assert any("33.33" in cell for cell in marks(heat, "rect mark"))
    panels = chart(shops(3), measures=[SHARE, COUNT], group_by=[SHOP])
    assert [panel["encoding"]["x"]["field"] for panel in panels["vconcat"]] == ["revenue_share", "count"]
