"""A query in words, and the values in them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.data.engines.sales import days, model

from answerable.data.questions.formatting import (
    format_bucket,
    format_moment,
    format_number,
    format_period,
    join_words,
    plural,
)
from answerable.data.questions.wording import describe
from answerable.data.semantics.model import Calendar, Unit
from answerable.data.semantics.query import Grain, Period, SemanticQuery

EUR = Unit(kind="currency", symbol="EUR")
PERCENT = Unit(kind="percent", symbol="%")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1234567, None, "1,234,567"),
        (0, None, "0"),
        (-5, None, "-5"),
        (0.1 + 0.2, None, "0.3"),
        (0.000123456, None, "0.000123"),
        (2 / 3, None, "0.667"),
        (1234.5678, None, "1,234.57"),
        (Decimal("1240000.00"), EUR, "1,240,000 EUR"),
        (Decimal("12.5"), EUR, "12.50 EUR"),
        (0.004, EUR, "0 EUR"),
        (12.5, Unit(kind="currency", symbol="$"), "$12.50"),
        (-12.5, Unit(kind="currency", symbol="€"), "-€12.50"),
        (25.4, PERCENT, "25.4%"),
        (0.254, Unit(kind="percent", symbol="%", scale=100), "25.4%"),
        (Decimal("1.5"), Unit(kind="currency", symbol="EUR", scale=1000), "1,500 EUR"),
        (3, Unit(kind="quantity", symbol="kg"), "3 kg"),
    ],
)
def test_numbers_are_written_for_people(value: float | Decimal, unit: Unit | None, words: str) -> None:
    assert format_number(value, unit) == words


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (None, ""),
        (days(None, None), ""),
        (days("2025-01-01", "2026-01-01"), "in 2025"),
        (days("2023-01-01", "2026-01-01"), "from 2023 to 2025"),
        (days("2025-07-01", "2025-10-01"), "in Q3 2025"),
        (days("2025-02-01", "2025-03-01"), "in February 2025"),
        (days("2025-02-03", "2025-02-04"), "on 3 February 2025"),
        (days("2025-02-03", "2025-02-10"), "from 3 to 9 February 2025"),
        (days("2025-02-03", "2025-03-10"), "from 3 February to 9 March 2025"),
        (days("2024-12-03", "2025-03-10"), "from 3 December 2024 to 9 March 2025"),
        (days("2025-02-03", None), "since 3 February 2025"),
        (days(None, "2025-02-03"), "before 3 February 2025"),
        (
            Period(start=date(2025, 10, 22), end=date(2025, 11, 21), label="last 30 days"),
            "from 22 October to 20 November 2025 (last 30 days)",
        ),
        (Period(start=date(2025, 10, 1), end=date(2025, 11, 1), label="last month"), "in October 2025"),
    ],
)
def test_periods_are_named_as_the_calendar_does(period: Period | None, words: str) -> None:
    assert format_period(period) == words


def test_buckets_are_named_by_their_grain() -> None:
    first = date(2025, 4, 1)
    named = [format_bucket(first, grain, Calendar()) for grain in Grain if grain is not Grain.HOUR]
    assert named == ["1 April 2025", "the week of 1 April 2025", "April 2025", "Q2 2025", "2025"]
    fiscal = Calendar(fiscal_year_start=2)
    assert format_bucket(date(2025, 2, 1), Grain.QUARTER, fiscal) == "the quarter from February 2025"
    assert format_moment(datetime.fromisoformat("2025-04-01T14:05")) == "1 April 2025, 14:05"


def test_lists_and_plurals() -> None:
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b", "c"], "or") == "a, b or c"
    assert [plural(noun, 2) for noun in ("order", "country", "day", "box", "sales")] == [
        "orders", "countries", "days", "boxes", "sales",
    ]  # fmt: skip


REVENUE = {"metric": "revenue"}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"measures": [REVENUE]}, "Revenue."),
        ({"measures": [{"aggregation": "count"}]}, "Number of sales."),
        ({"measures": [REVENUE], "group_by": [{"field": "shop"}]}, "Revenue by shop."),
        (
            {"measures": [REVENUE], "group_by": [{"field": "shops__region"}]},
            "Revenue by shop region.",
        ),
        (
            {
                "measures": [REVENUE],
                "group_by": [{"field": "shop", "top": {"n": 5, "by": "revenue", "others": True}}],
            },
            "Revenue by shop, the top 5 by revenue and the rest together.",
        ),
        (
            {
                "measures": [{"aggregation": "avg", "field": "amount"}],
                "time": {
                    "field": "day",
                    "grain": "month",
                    "period": {"start": "2025-01-01", "end": "2026-01-01"},
                    "comparison": {
                        "kind": "previous_year",
                        "period": {"start": "2024-01-01", "end": "2025-01-01"},
                    },
                },
            },
            "Average amount by month in 2025 compared with a year earlier (in 2024).",
        ),
        (
            {
                "measures": [REVENUE],
                "where": {
                    "all": [
                        {"field": "amount", "operator": "ge", "values": [100]},
                        {
                            "any": [
                                {"field": "shop", "operator": "in", "values": ["North", "South"]},
                                {"field": "day", "operator": "lt", "values": ["2025-02-03"]},
                            ]
                        },
                    ]
                },
            },
            "Revenue where amount is at least 100 EUR and "
            "(shop is North or South or day is before 3 February 2025).",
        ),
        (
            {
                "measures": [REVENUE],
                "group_by": [{"field": "shop"}],
                "having": [{"measure": "revenue", "operator": "gt", "value": 1000}],
                "order": [{"by": "shop"}],
                "limit": 10,
            },
            "Revenue by shop with revenue that is more than 1,000 EUR; ordered by shop ascending; "
            "at most 10 rows.",
        ),
        ({"columns": ["shop", "amount"]}, "List sales with shop and amount."),
    ],
)
def test_a_query_is_said_in_words(parts: dict[str, object], words: str) -> None:
    assert describe(SemanticQuery.model_validate({"dataset": "sales", **parts}), model()) == words


def test_names_that_the_model_lacks_are_shown_as_they_are() -> None:
    query = SemanticQuery.model_validate({"dataset": "nothing", "measures": [{"metric": "unknown"}]})
    assert describe(query, model()) == "Unknown."
