"""Averages of the totals of periods: whole ones, those without rows counted as 0, against plain Python."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.data.questions.bank.invented import Record, tables
from tests.data.questions.bank.score import AS_OF
from tests.data.questions.bank.warehouse import warehouse
from tests.data.questions.models import MODELS
from tests.data.questions.summary import summary, told

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.errors import InvalidQuery
from answerable.data.questions.changes.outcome import Patched, Unchanged
from answerable.data.questions.followup import follow_up
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.service import read_question
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.whole_periods import within_days
from answerable.data.semantics.query import Comparison, Grain, Period, SemanticQuery

STORE = warehouse("orders")
ORDERS: list[Record] = tables()["orders"]["orders"]
TODAY = AS_OF.date()


def day(row: Record) -> date:
    return date.fromisoformat(str(row["order_date"])[:10])


def kept(first: date, after: date, country: str | None = None) -> list[Record]:
    return [r for r in ORDERS if first <= day(r) < after and country in (None, r["country"])]


def amount(rows: list[Record]) -> float:
    return sum(float(str(row["amount"])) for row in rows)


def read(question: str) -> Parsed:
    found = read_question(question, STORE.model, AS_OF)
    assert isinstance(found, Parsed), found
    assert found.query is not None
    return found


def number(question: str) -> float:
    found = read(question).query
    assert found is not None
    ((value,),) = STORE.run(found)[1]
    return float(str(value))


IN_2025 = kept(date(2025, 1, 1), date(2026, 1, 1))
SO_FAR = kept(date(2026, 1, 1), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("average orders per month in 2025", len(IN_2025) / 12),
        ("average number of orders per month in 2025", len(IN_2025) / 12),
        ("how many orders per month on average in 2025?", len(IN_2025) / 12),
        ("monthly average number of orders in 2025", len(IN_2025) / 12),
        ("average monthly orders in 2025", len(IN_2025) / 12),
        ("average number of orders per quarter in 2025", len(IN_2025) / 4),
        ("average orders per day in 2025", len(IN_2025) / 365),
        ("average orders per month in 2026", len(SO_FAR) / 4),
        ("average monthly revenue in 2025", amount(IN_2025) / 12),
        ("revenue per month on average in 2025", amount(IN_2025) / 12),
        ("average total revenue per quarter in 2025", amount(IN_2025) / 4),
        ("average daily revenue in 2025", amount(IN_2025) / 365),
        ("average orders per week in the last 4 weeks",
         len(kept(TODAY - timedelta(days=28), TODAY)) / 4),
    ],
)  # fmt: skip
def test_the_total_is_divided_by_the_whole_periods(question: str, expected: float) -> None:
    assert number(question) == pytest.approx(expected)


def test_periods_without_rows_count_as_nothing() -> None:
    """The mean over days that have orders would be larger."""
    days = {day(row) for row in IN_2025}
    assert len(days) < 365
    assert number("average orders per day in 2025") < len(IN_2025) / len(days)


def test_each_group_has_its_own_average() -> None:
    found = read("average orders per month by country in 2025").query
    assert found is not None
    countries = {str(row["country"]) for row in ORDERS}
    assert {str(name): float(str(value)) for name, value in STORE.run(found)[1]} == pytest.approx(
        {name: len(kept(date(2025, 1, 1), date(2026, 1, 1), name)) / 12 for name in countries}
    )


def test_what_is_counted_is_said() -> None:
    notes = [sentence(note) for note in read("average orders per month in 2026").notes]
    assert (
        "The total from 1 January to 30 April 2026 is divided by 4 whole months; one without any counts as 0."
    ) in notes
    found = read("average orders per month in 2025")
    assert found.query is not None
    names, rows = STORE.run(found.query)
    assert names == [found.query.measures[0].alias]
    assert rows


def test_the_average_of_a_sum_by_period_is_asked_back() -> None:
    found = read_question("average revenue per month in 2025", STORE.model, AS_OF)
    assert isinstance(found, Ambiguous), found
    assert found.slot == "each"
    of_totals, of_rows = found.options
    ((value,),) = STORE.run(of_totals.query)[1]
    assert float(str(value)) == pytest.approx(amount(IN_2025) / 12)
    january = kept(date(2025, 1, 1), date(2025, 2, 1))
    assert float(str(STORE.run(of_rows.query)[1][0][1])) == pytest.approx(amount(january) / len(january))


@pytest.mark.parametrize(
    "question",
    [
        "average orders per month in the last 30 days",
        "average orders per year in March 2025",
        "average orders per month this month",
        "average orders per month in 2025 vs 2024",
        "average orders per month by quarter in 2025",
        "top 3 countries by average orders per month in 2025",
        "share of average orders per month by country in 2025",
    ],
)
def test_without_whole_periods_there_is_no_average(question: str) -> None:
    assert "declined" in told(read_question(question, STORE.model, AS_OF), STORE.model)


def test_without_a_time_it_is_of_the_whole_periods_between_the_first_row_and_the_last() -> None:
    first, last = min(day(row) for row in ORDERS), max(day(row) for row in ORDERS)
    starts = [d for d in (date(y, m, 1) for y in (2024, 2025, 2026) for m in range(1, 13)) if first <= d]
    months = [d for d in starts if (d + timedelta(days=31)).replace(day=1) <= last]
    after = (months[-1] + timedelta(days=31)).replace(day=1)
    assert number("average orders per month") == pytest.approx(len(kept(months[0], after)) / len(months))
    assert number("how many orders a month on average in Spain") == pytest.approx(
        len(kept(months[0], after, "Spain")) / len(months)
    )


def test_the_whole_periods_of_two_days() -> None:
    query = read("average orders per month").query
    assert query is not None
    now = Now.at(AS_OF, STORE.model.calendar)
    found = within_days(query, date(2026, 1, 1), date(2026, 3, 31), now)
    assert found is not None
    assert (found[1].start, found[1].end, found[1].count) == (date(2026, 1, 1), date(2026, 4, 1), 3)
    cut = within_days(query, date(2026, 1, 2), date(2026, 5, 30), now)  # May is not over on the 18th
    assert cut is not None
    assert (cut[1].start, cut[1].end) == (date(2026, 2, 1), date(2026, 5, 1))
    assert within_days(query, date(2026, 3, 2), date(2026, 3, 30), now) is None


def test_an_average_of_months_or_of_the_orders_of_each_is_asked_back_without_a_time_too() -> None:
    found = read_question("average revenue per month", STORE.model, AS_OF)
    assert isinstance(found, Ambiguous)
    labels = sorted(option.label for option in found.options)
    assert [label.split(":")[0] for label in labels] == ["a number for each month", "one number"]


def test_people_who_stay_are_not_averaged_by_when_they_came() -> None:
    read_ = read_question("average number of customers per month in 2025", MODELS["customers"], AS_OF)
    assert "declined" in told(read_, MODELS["customers"])


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("average discount per month in 2025", "avg_discount | during 2025-01-01..2026-01-01 | each month"),
        ("orders per month in 2025", "count | during 2025-01-01..2026-01-01 | each month"),
        ("average revenue by month in 2025",
         "average_order_value | during 2025-01-01..2026-01-01 | each month"),
    ],
)  # fmt: skip
def test_other_averages_by_period_are_as_before(question: str, meant: str) -> None:
    assert told(read_question(question, MODELS["orders"], AS_OF), MODELS["orders"]) == {"is": meant}


def changed(text: str) -> str:
    found = read("average orders per month in 2025").query
    assert found is not None
    change = follow_up(text, found, STORE.model, AS_OF)
    assert isinstance(change, Patched | Unchanged), change
    return summary(change.query, STORE.model) if isinstance(change, Patched) else change.why


def test_a_follow_up_keeps_to_whole_periods() -> None:
    assert changed("and 2024?") == "orders_count averaged per month | during 2024-01-01..2025-01-01"
    assert changed("and this year?") == "orders_count averaged per month | during 2026-01-01..2026-05-01"
    assert changed("by country").endswith("| by country")
    for text in ("by month", "as a share", "versus 2024", "in the last 30 days"):
        assert changed(text) == "does_not_fit"


def query(**more: object) -> SemanticQuery:
    found = read("average orders per month in 2025").query
    assert found is not None
    assert found.time is not None
    return found.model_copy(update={"time": found.time.model_copy(update=more)})


HALF_OF_2024 = Period(start=date(2024, 1, 1), end=date(2024, 7, 1))


@pytest.mark.parametrize(
    "more",
    [
        {"period": Period(start=date(2025, 1, 1), end=date(2025, 12, 31))},
        {"period": Period(start=date(2025, 1, 1))},
        {"grain": Grain.MONTH},
        {
            "comparison": Comparison(
                kind="custom", period=Period(start=date(2024, 1, 1), end=date(2024, 7, 1))
            )
        },
    ],
)
def test_no_other_time_can_be_computed(more: dict[str, object]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        compile_query(query(**more), STORE.model)
    assert "average_per" in refused.value.detail
