"""A share is of each group's rows or of all of them; where a question may mean either, both are offered."""

from __future__ import annotations

import pytest
from tests.data.questions.bank.invented import Record, tables
from tests.data.questions.bank.score import AS_OF
from tests.data.questions.bank.warehouse import warehouse
from tests.data.questions.summary import told

from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.query import SemanticQuery

STORE = warehouse("orders")
ORDERS: list[Record] = tables()["orders"]["orders"]


def over_300(row: Record) -> bool:
    return float(str(row["amount"])) > 300


def cancelled(row: Record) -> bool:
    return row["status"] == "Cancelled"


def count(country: object, keep: object = None) -> int:
    return sum(row["country"] == country and (not callable(keep) or bool(keep(row))) for row in ORDERS)


COUNTRIES = sorted({str(row["country"]) for row in ORDERS})


def last_by_first(query: SemanticQuery) -> dict[str, float]:
    """The last column of a result by its first."""
    return {str(row[0]): float(str(row[-1])) for row in STORE.run(query)[1]}


@pytest.mark.parametrize(
    ("question", "keep"),
    [
        ("share of orders over 300 EUR by country", over_300),
        ("percentage of orders over 300 EUR by country", over_300),
        ("orders over 300 EUR as a share by country", over_300),
        ("share of cancelled orders by country", cancelled),
        ("what percentage of orders are cancelled by country", cancelled),
    ],
)
def test_a_condition_before_the_groups_is_asked_back(question: str, keep: object) -> None:
    read = read_question(question, STORE.model, AS_OF)
    assert isinstance(read, Ambiguous), read
    assert (read.slot, read.question) == ("share", "A share of what?")
    of_each, of_all = read.options
    assert of_each.label.startswith("of each ")
    assert of_all.label.startswith("of all where ")
    kept = sum(count(country, keep) for country in COUNTRIES)
    assert last_by_first(of_each.query) == pytest.approx(
        {country: count(country, keep) / count(country) for country in COUNTRIES}
    )
    found = last_by_first(of_all.query)
    assert found == pytest.approx({c: count(c, keep) / kept for c in COUNTRIES if count(c, keep)})
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("question", "keep"),
    [
        ("share of orders over 300 EUR in each country", over_300),
        ("percentage of orders over 300 EUR per country", over_300),
        ("share of cancelled orders in each country", cancelled),
    ],
)
def test_in_each_goes_for_each_by_itself(question: str, keep: object) -> None:
    read = read_question(question, STORE.model, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    assert last_by_first(read.query) == pytest.approx(
        {country: count(country, keep) / count(country) for country in COUNTRIES}
    )


@pytest.mark.parametrize(
    "question", ["share of orders over 300 EUR", "what share of orders is over 300 EUR?"]
)
def test_without_groups_a_share_is_of_all_rows(question: str) -> None:
    read = read_question(question, STORE.model, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    ((share,),) = STORE.run(read.query)[1]
    assert share == pytest.approx(sum(map(over_300, ORDERS)) / len(ORDERS))


def test_the_share_by_quarter_is_each_quarters_part() -> None:
    read = read_question("share of orders by quarter in 2025", STORE.model, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    days = [str(row["order_date"])[:7] for row in ORDERS if str(row["order_date"]).startswith("2025")]
    starts = {"2025-01-01": "01 02 03", "2025-04-01": "04 05 06", "2025-07-01": "07 08 09"}
    starts["2025-10-01"] = "10 11 12"
    assert last_by_first(read.query) == pytest.approx(
        {
            start: sum(day[5:] in months.split() for day in days) / len(days)
            for start, months in starts.items()
        }
    )


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("share of orders excluding cancelled by country", "where status != Cancelled"),
        ("share of revenue by channel in Germany", "where country = Germany"),
        ("share of orders in 2025 by country", "during 2025-01-01..2026-01-01"),
    ],
)
def test_what_narrows_the_whole_is_no_part(question: str, meant: str) -> None:
    found = told(read_question(question, STORE.model, AS_OF), STORE.model)
    assert meant in str(found["is"])
    assert str(found["is"]).startswith("share of ")


@pytest.mark.parametrize(
    "question",
    [
        "share of orders over 300 EUR from Germany by channel",
        "share of German orders over 300 EUR",
        "share of orders by country over 300 EUR",
        "share of orders over 300 EUR by month",
        "share of orders by quarter in Germany",
    ],
)
def test_several_conditions_have_no_one_share(question: str) -> None:
    assert "declined" in told(read_question(question, STORE.model, AS_OF), STORE.model)


def test_what_is_said_of_some_rows_is_their_share() -> None:
    """Of the German orders, those over 300: not the German ones of those over 300."""
    read = read_question("what share of German orders is over 300 EUR", STORE.model, AS_OF)
    assert isinstance(read, Parsed), read
    assert read.query is not None
    ((share,),) = STORE.run(read.query)[1]
    assert share == pytest.approx(count("Germany", over_300) / count("Germany"))
