"""Charts in letters, of the specifications that the server makes."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from rich.console import Console

from answerable.cli.charts import chart_view
from answerable.data.semantics.query import TopN
from tests.data.engines.charts.test_shapes import (
    HOUR,
    MARGIN,
    MONTHS,
    PIECES,
    RHYTHM,
    SHARE,
    SHOP,
    WEEKDAY,
    chart,
    sale,
    shops,
)
from tests.data.engines.sales import COUNT, REVENUE


def letters(spec: dict[str, Any] | None) -> list[str]:
    """The lines of the chart; none where there is none."""
    assert spec is not None
    view = chart_view(spec)
    page = io.StringIO()
    Console(file=page, width=100, color_system=None).print(view if view is not None else "")
    return [line.rstrip() for line in page.getvalue().splitlines() if line.strip()]


def test_what_a_chart_leaves_out_is_said_below_it() -> None:
    table = [sale(number, f"Shop {number}", number) for number in range(1, 31)]
    found = letters(chart(table, measures=[REVENUE], group_by=[SHOP]))
    assert found[-1] == "The first 24 of 30; the table has all."
    assert len(found) == 1 + 24 + 1


def test_bars_are_as_long_as_their_numbers_with_names_and_unit() -> None:
    table = [sale(1, "North", 80), sale(2, "South", 40), sale(3, "East", -20)]
    head, north, south, east = letters(chart(table, measures=[REVENUE], group_by=[SHOP]))
    assert head == "Revenue (EUR)"
    assert (north.count("█"), south.count("█")) == (32, 16)
    assert north.endswith(" 80")
    assert east == "East   ░░░░░░░░ -20"  # less than nothing


def test_bars_with_a_fraction_among_them_have_the_same_places() -> None:
    _, north, south = letters(
        chart([sale(1, "North", 80), sale(2, "South", 0.5)], measures=[REVENUE], group_by=[SHOP])
    )
    assert north.endswith(" 80.00")
    assert south.endswith(" 0.50")


def test_bars_side_by_side_say_of_what_they_are() -> None:
    lines = letters(chart(shops(2), measures=[COUNT, PIECES], group_by=[SHOP]))
    assert [line.split("  ")[0] for line in lines] == ["Shop 00", "", "Shop 01", ""]
    assert sum("Total Pieces" in line for line in lines) == 2


def test_a_trend_rises_and_falls_between_its_least_and_its_most() -> None:
    table = [sale(n, "North", amount, day=date(2025, n, 1)) for n, amount in enumerate((10, 80, 30), 1)]
    head, line, span = letters(chart(table, measures=[REVENUE], time=MONTHS))
    assert (head, line[:3]) == ("Revenue (EUR)", "▂█▄")
    assert span == "Jan 2025 to Dec 2025, 0 to 80"


def test_a_heat_map_has_its_shades_in_its_places() -> None:
    table = [*RHYTHM, sale(9, "North", 90, hour=8)]
    lines = letters(chart(table, measures=[REVENUE], group_by=[WEEKDAY, HOUR]))
    assert lines[1].split() == ["Monday", "██"]
    assert lines[3].split() == ["Wednesday", "··"]
    assert lines[-2].split() == ["8", "9", "10", "11"]
    assert lines[3].index("·") == lines[-2].index("11")
    assert lines[-1] == "· 10 to █ 100"


def test_points_stand_where_both_numbers_put_them() -> None:
    lines = letters(chart(shops(15), measures=[REVENUE, MARGIN], group_by=[SHOP]))
    assert lines[0].rstrip().endswith("•")
    assert lines[11].startswith("│•")
    assert lines[-1] == "Revenue (EUR): 100 to 114; upwards Average Margin (%): 0 to 14"


def test_panels_have_their_names() -> None:
    lines = letters(chart(shops(2), measures=[REVENUE, MARGIN], group_by=[SHOP]))
    assert [lines[0], lines[3]] == ["Revenue (EUR)", "Average Margin (%)"]


def test_shares_are_shares() -> None:
    top = SHOP.model_copy(update={"top": TopN(n=1, by="revenue", others=True)})
    lines = letters(chart(shops(2), measures=[SHARE], group_by=[top]))
    assert lines[0] == "Revenue, share of total (%)"
    assert sum(float(line.split()[-1]) for line in lines[1:]) == 100


def test_what_letters_cannot_tell_is_left_to_the_rows() -> None:
    stacked = chart(shops(3), measures=[SHARE], group_by=[SHOP], time=MONTHS)
    assert stacked is None or chart_view(stacked) is None
    long = [sale(n, "North", 1, day=date(2025, 1, 1 + n % 28)) for n in range(3)]
    spec = chart(long, measures=[REVENUE], time=MONTHS)
    assert spec is not None
    values = [{"period": f"{1800 + n}-01-01", "revenue": 1.0} for n in range(200)]
    assert chart_view({**spec, "data": {"values": values}}) is None
