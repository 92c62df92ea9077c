"""A result in one sentence: right numbers, named periods, and no word about what is not there."""

from __future__ import annotations

import pytest
from tests.data.engines.sales import compiled, database, model
from tests.data.engines.test_compiler import TABLE

from answerable.data.questions.sentence import state_result
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import QueryResult

REVENUE = {"metric": "revenue"}
COUNT = {"aggregation": "count"}
YEAR = {"field": "day", "period": {"start": "2025-01-01", "end": "2026-01-01"}}
BEFORE = {"kind": "previous_year", "period": {"start": "2024-01-01", "end": "2025-01-01"}}
LONG_AGO = {"kind": "custom", "period": {"start": "2000-01-01", "end": "2001-01-01"}}


def said(*, truncated: bool = False, **parts: object) -> str:
    query = SemanticQuery.model_validate({"dataset": "sales", **parts})
    statement = compiled(query)
    with database(TABLE) as connection:
        rows = [list(row) for row in connection.execute(statement.sql()).fetchall()]
    result = QueryResult(
        columns=list(statement.columns), rows=rows, row_count=len(rows), truncated=truncated, sql=""
    )
    return state_result(query, model(), result)


CASES: list[tuple[dict[str, object], str]] = [
    ({"measures": [REVENUE]}, "Revenue is 215 EUR."),
    ({"measures": [REVENUE], "time": YEAR}, "Revenue was 65 EUR in 2025."),
    ({"measures": [COUNT], "time": YEAR}, "The number of sales was 5 in 2025."),
    (
        {"measures": [REVENUE], "time": {**YEAR, "comparison": BEFORE}},
        "Revenue was 65 EUR in 2025, down 56.67% (85 EUR) from 150 EUR in 2024.",
    ),
    (
        {"measures": [REVENUE], "time": {**YEAR, "comparison": LONG_AGO}},
        "Revenue was 65 EUR in 2025, with no data in 2000 to compare with.",
    ),
    (
        {
            "measures": [REVENUE],
            "where": {"field": "shop", "operator": "eq", "values": ["Mars"]},
            "time": YEAR,
        },
        "There are no sales where shop is Mars in 2025.",
    ),
    (
        {"measures": [COUNT, REVENUE], "where": {"field": "shop", "operator": "eq", "values": ["North"]}},
        "The number of sales is 3 and revenue is 140 EUR where shop is North.",
    ),
    (
        {
            "measures": [{"metric": "revenue", "share_of_total": True}],
            "group_by": [{"field": "shop", "only": ["north"]}],
        },
        "Revenue for North is 140 EUR, 65.12% of the total.",
    ),
    (
        {"measures": [REVENUE], "group_by": [{"field": "shop"}]},
        "North has the highest revenue: 140 EUR; followed by South (50 EUR) and East (20 EUR), "
        "out of 4 in all.",
    ),
    (
        {
            "measures": [REVENUE],
            "group_by": [{"field": "shop", "top": {"n": 2, "by": "revenue", "descending": False}}],
            "time": YEAR,
        },
        "(empty) had the lowest revenue in 2025: 5 EUR; followed by East (20 EUR).",
    ),
    (
        {"measures": [REVENUE], "time": {**YEAR, "grain": "quarter"}},
        "Revenue by quarter in 2025 went from 60 EUR in Q1 2025 to 5 EUR in Q2 2025 (down 91.67%). "
        "There is nothing for Q3 2025 and Q4 2025.",
    ),
    (
        {"measures": [{"aggregation": "avg", "field": "amount"}], "time": {**YEAR, "grain": "quarter"}},
        "Average amount by quarter in 2025 went from 20 EUR in Q1 2025 to 5 EUR in Q2 2025 (down 75%). "
        "There is no data for Q3 2025 and Q4 2025.",
    ),
    (  # a rate of 0 is a value: the year is not one without any
        {
            "measures": [
                {
                    "aggregation": "count",
                    "where": {"field": "shop", "operator": "eq", "values": ["South"]},
                    "per": {"aggregation": "count"},
                    "alias": "south",
                }
            ],
            "time": {"field": "day", "grain": "year"},
        },
        "Share of sales where shop is South by year went from 50% in 2024 to 0% in 2025 (down 100%).",
    ),
    (
        {"measures": [{"metric": "earned_so_far"}], "time": {**YEAR, "grain": "quarter"}},
        "Earned so far by quarter in 2025 went from 210 EUR in Q1 2025 to 215 EUR in Q4 2025 (up 2.38%); "
        "highest in Q2 2025 (215 EUR), lowest in Q1 2025 (210 EUR). "
        "Earned so far counts what was before 1 January 2025, too.",
    ),
    (
        {"measures": [{**REVENUE, "running_total": True}], "time": {**YEAR, "grain": "quarter"}},
        "Running total of revenue by quarter in 2025 went from 60 EUR in Q1 2025 to 65 EUR in Q4 2025 "
        "(up 8.33%); highest in Q2 2025 (65 EUR), lowest in Q1 2025 (60 EUR). "
        "There is nothing for Q3 2025 and Q4 2025. The running total begins with 0 on 1 January 2025.",
    ),
    (
        {
            "measures": [{**REVENUE, "running_total": True}],
            "group_by": [{"field": "shop"}],
            "time": {**YEAR, "grain": "quarter"},
        },
        "Running total of revenue by quarter and shop in 2025, for 3 values of shop; in Q4 2025 North had "
        "the highest with 40 EUR. The running total begins with 0 on 1 January 2025.",
    ),
    (
        {"measures": [REVENUE], "time": {"field": "day", "grain": "year"}},
        "Revenue by year went from 150 EUR in 2024 to 65 EUR in 2025 (down 56.67%).",
    ),
    (
        {"measures": [REVENUE], "group_by": [{"field": "shop"}], "time": {**YEAR, "grain": "month"}},
        "Revenue by month and shop in 2025, for 3 values of shop; "
        "in May 2025 (empty) had the highest with 5 EUR.",
    ),
    (  # the first few of the periods are ranked, and not told as a course
        {
            "measures": [REVENUE],
            "time": {"field": "day", "grain": "quarter", "fill_gaps": False},
            "order": [{"by": "revenue"}],
            "limit": 2,
        },
        "Q2 2025 has the lowest revenue by quarter: 5 EUR; followed by Q1 2025 (60 EUR).",
    ),
    (
        {
            "measures": [REVENUE],
            "group_by": [{"field": "shop"}],
            "where": {"field": "shop", "operator": "eq", "values": ["East"]},
            "time": {**YEAR, "comparison": LONG_AGO},
        },
        "Revenue by shop where shop is East in 2025: East 20 EUR, with no data in 2000 to compare with.",
    ),
    ({"group_by": [{"field": "shop"}]}, "Shop has 4 values: East, North, South and (empty)."),
    ({"columns": ["shop"]}, "There are 7 sales."),
    ({"columns": ["shop"], "limit": 2}, "Showing 2 sales."),
    (
        {"columns": ["shop"], "where": {"field": "amount", "operator": "gt", "values": [1000]}},
        "There are no sales where amount is more than 1,000 EUR.",
    ),
]


@pytest.mark.parametrize(("parts", "sentence"), CASES)
def test_a_result_is_stated(parts: dict[str, object], sentence: str) -> None:
    assert said(**parts).startswith(sentence)


@pytest.mark.parametrize(
    ("derivation", "sentence"),
    [
        (
            "running_total",
            "The running total of revenue was 65 EUR in 2025. "
            "The running total begins with 0 on 1 January 2025.",
        ),
        ("share_of_total", "The share of the total of revenue was 100% in 2025."),
    ],
)
def test_one_period_alone_is_stated(derivation: str, sentence: str) -> None:
    assert said(measures=[{**REVENUE, derivation: True}], time={**YEAR, "grain": "year"}) == sentence


def test_a_future_without_rows_is_not_called_zero() -> None:
    future = {"field": "day", "grain": "quarter", "period": {"start": "2030-01-01", "end": "2031-01-01"}}
    assert said(measures=[REVENUE], time=future) == "There are no sales in 2030."


def test_a_cut_result_says_so() -> None:
    text = said(truncated=True, columns=["shop"])
    assert text.endswith("Only the first 7 rows are included.")


def test_a_value_of_the_data_keeps_its_case() -> None:
    text = said(measures=[REVENUE], group_by=[{"field": "shop", "top": {"n": 1, "by": "revenue"}}])
    assert text == "North has the highest revenue: 140 EUR."


def test_equal_places_of_a_top_are_said() -> None:
    text = said(measures=[COUNT], group_by=[{"field": "shop", "top": {"n": 3, "by": "count"}}])
    assert "are equal, so 4 are shown." in text
    assert "South" in text
    even = said(measures=[COUNT], group_by=[{"field": "shop", "top": {"n": 2, "by": "count"}}])
    assert "equal" not in even
