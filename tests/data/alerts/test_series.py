"""Which numbers of a result are watched, and which periods are over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from answerable.data.alerts.errors import NotWatchable
from answerable.data.alerts.series import following, points, same_season
from answerable.data.semantics.query import Grain, SemanticQuery


def query(grain: str | None = "month", **period: str) -> SemanticQuery:
    time = {"field": "sold_on", "grain": grain, **({"period": period} if period else {})}
    measures = [{"aggregation": "sum", "field": "amount", "alias": "amount"}]
    return SemanticQuery.model_validate({"dataset": "sales", "measures": measures, "time": time})


def result(*rows: list[Any], kinds: tuple[str, ...] = ("period", "measure")) -> dict[str, Any]:
    return {"columns": [{"name": f"c{n}", "kind": kind} for n, kind in enumerate(kinds)], "rows": list(rows)}


def whole(known_until: str, zone: str = "UTC", **period: str) -> list[bool]:
    rows = [["2026-01-01", 1], ["2026-02-01", 2], ["2026-03-01", 3]]
    moment = datetime.fromisoformat(known_until)
    found = points(result(*rows), query(**period), None, time_zone=zone, known_until=moment)
    return [point.whole for point in found]


def test_a_period_is_over_when_the_data_can_know_all_of_it() -> None:
    assert whole("2026-03-20T00:00:00+00:00") == [True, True, False]
    assert whole("2026-04-01T00:00:00+00:00") == [True, True, True]
    # In New York March still lasts.
    assert whole("2026-04-01T00:00:00+00:00", "America/New_York") == [True, True, False]


def test_a_period_that_the_query_cuts_is_not_whole() -> None:
    late = "2026-12-01T00:00:00+00:00"
    assert whole(late, start="2026-01-15", end="2026-03-10") == [False, True, False]
    assert whole(late, start="2026-01-01", end="2026-04-01") == [True, True, True]


def test_points_are_in_order_and_text_numbers_are_numbers() -> None:
    rows = [["2026-02-01", "12345678901234567.89"], ["2026-01-01", None]]
    moment = datetime.fromisoformat("2026-12-01T00:00:00+00:00")
    found = points(result(*rows), query(), None, time_zone="UTC", known_until=moment)
    assert [point.value for point in found] == [None, 12345678901234567.89]


@pytest.mark.parametrize(
    ("kinds", "column"),
    [(("group", "measure"), None), (("period",), None), (("period", "measure"), "c9")],
)
def test_what_cannot_be_watched(kinds: tuple[str, ...], column: str | None) -> None:
    moment = datetime.fromisoformat("2026-12-01T00:00:00+00:00")
    with pytest.raises(NotWatchable):
        points(result(kinds=kinds), query(), column, time_zone="UTC", known_until=moment)


@pytest.mark.parametrize(
    ("grain", "start", "then"),
    [
        (Grain.HOUR, "2026-01-31T23:00", "2026-02-01T00:00"),
        (Grain.WEEK, "2026-01-26T00:00", "2026-02-02T00:00"),
        (Grain.MONTH, "2026-12-01T00:00", "2027-01-01T00:00"),
        (Grain.QUARTER, "2026-10-01T00:00", "2027-01-01T00:00"),
        (Grain.YEAR, "2026-01-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_where_the_next_period_begins(grain: Grain, start: str, then: str) -> None:
    assert following(datetime.fromisoformat(start), grain) == datetime.fromisoformat(then)


def test_weeks_have_seasons_by_their_number() -> None:
    one, other = datetime.fromisoformat("2025-03-03"), datetime.fromisoformat("2026-03-02")
    assert same_season(one, other, Grain.WEEK, "year")
    assert not same_season(one, other, Grain.DAY, "year")
