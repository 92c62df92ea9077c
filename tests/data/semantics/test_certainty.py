"""How sure guesses are, as far as the values and names of a table say; and what is personal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.data.semantics.evidence import at_least, at_most, borne_out
from answerable.data.semantics.inference import InferredDataset, infer
from answerable.data.semantics.model import ModelField
from tests.data.ingestion.reading import read_text


def guessed(name: str, text: str) -> InferredDataset:
    return infer("ds_1", name, name.title(), read_text(text).table.profile)


def field(name: str, text: str, wanted: str) -> ModelField:
    found = guessed(name, text).dataset.field(wanted)
    assert found is not None
    return found


def orders(count: int) -> str:
    """Orders with a number, a date, a category of three kinds, an amount and a code that is mostly unique."""
    rows = [f"{n},2025-01-{n % 28 + 1:02},{'abc'[n % 3]},{n}.50,{n // 2}" for n in range(1, count + 1)]
    return "\n".join(["order_id,order_date,category,amount (EUR),x", *rows, ""])


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_the_interval_holds_the_share_and_closes_with_more_values(share: float, count: int) -> None:
    assert 0 <= at_least(share, count) <= share + 1e-9
    assert share - 1e-9 <= at_most(share, count) <= 1
    assert at_least(share, count) <= at_least(share, 10 * count) + 1e-9
    assert at_most(share, count) >= at_most(share, 10 * count) - 1e-9


@pytest.mark.parametrize(("share", "count", "low"), [(1.0, 4, 0.5101), (1.0, 100, 0.9630), (0.5, 10, 0.2366)])
def test_the_interval_is_that_of_the_books(share: float, count: int, low: float) -> None:
    assert math.isclose(at_least(share, count), low, abs_tol=1e-4)


def test_nothing_seen_bears_nothing_out() -> None:
    assert (at_least(1.0, 0), at_most(0.0, 0)) == (0.0, 1.0)
    assert borne_out(by_name=True, share=1.0, count=0) == 0.5


def test_more_rows_are_surer_of_the_same() -> None:
    few, many = guessed("orders", orders(5)), guessed("orders", orders(200))
    for name in ("order_id", "order_date", "amount"):
        less, more = few.dataset.field(name), many.dataset.field(name)
        assert less is not None
        assert more is not None
        assert less.role is more.role
        assert (less.confidence.role or 0) < (more.confidence.role or 0)
        assert (less.confidence.type or 0) < (more.confidence.type or 0)
    sure, unsure = many.dataset.confidence, few.dataset.confidence
    assert (sure.primary_key or 0) > 0.95 > (unsure.primary_key or 0)
    assert (sure.default_time or 0) > 0.95 > (unsure.default_time or 0)


def test_values_and_names_count_and_each_alone_is_half() -> None:
    found = {f.name: f.confidence.role or 0 for f in guessed("orders", orders(200)).dataset.fields}
    assert found["order_id"] > 0.95  # unique, and called so
    assert found["category"] > 0.95  # three values, and called so
    assert found["amount"] > 0.95  # an amount in a unit
    assert 0.1 < found["x"] < 0.5  # half of its values are there twice, and the name says nothing


def test_a_unit_and_a_synonym_have_a_confidence_where_there_are_any() -> None:
    amount = field("orders", orders(50), "amount")
    assert amount.unit is not None
    assert amount.synonyms == ("amount",)
    assert (amount.confidence.unit or 0) > 0.9
    assert amount.confidence.synonyms == amount.confidence.unit
    category = field("orders", orders(50), "category").confidence
    assert (category.unit, category.synonyms) == (None, None)


def test_a_metric_is_no_surer_than_its_column_and_a_count_than_its_rows() -> None:
    made = guessed("orders", orders(200))
    metrics = {metric.name: metric.confidence or 0 for metric in made.metrics}
    assert metrics["orders_count"] > 0.95
    assert metrics["total_amount"] > 0.95
    x = made.dataset.field("x")
    assert x is not None
    assert metrics["total_x"] <= (x.confidence.role or 0)
    twice = "a,b\n" + "1,2\n3,4\n" * 50
    (count, *_) = guessed("things", twice).metrics
    assert (count.confidence or 0) < 0.1  # nearly every row is there again


def test_a_column_without_values_is_sure_of_nothing() -> None:
    empty = field("orders", "order_id,note\n1,\n2,\n3,\n", "note").confidence
    assert empty.type == 0.0


SMALL = [
    ("employees", "employee_id,name\n1,Anna\n2,Bob\n3,Carla\n", "name"),
    ("team", "Name,Role\nAnna Schmidt,Dev\nBob Jones,PM\n", "name"),
    ("customers", "id,customer\n1,Anna Schmidt\n2,Bob van Damme\n3,ACME Corp\n4,josé garcía\n", "customer"),
    ("hall", "name,birth_date\nAnna Schmidt,1980-02-03\nBob Jones,1990-04-05\n", "name"),
    ("orders", "order_id,rep\n1,Anna Schmidt\n2,Bob Jones\n", "rep"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "text", "column"), SMALL)
def test_names_in_small_tables_are_personal_with_less_confidence(table: str, text: str, column: str) -> None:
    few = field(table, text, column)
    assert few.personal
    assert few.values is None
    assert 0.5 <= (few.confidence.personal or 0) < 0.85


def test_names_in_large_tables_are_personal_for_sure() -> None:
    people = [f"{n},{a} {b}" for n, (a, b) in enumerate((a, b) for a in FIRST for b in LAST)]
    many = field("customers", "\n".join(["customer_id,customer", *people, ""]), "customer")
    assert many.personal
    assert (many.confidence.personal or 0) > 0.95


FIRST = ("Anna", "Bob", "Carla", "Dirk", "Eva", "Finn", "Gina", "Hans", "Ida", "Jan")
LAST = ("Schmidt", "Jones", "Weber", "Rossi", "Novak", "Silva", "Kowalski", "Berg")


@pytest.mark.parametrize(
    ("table", "text", "column"),
    [
        ("products", "product_id,name\n1,Steel Kettle\n2,Burr Grinder\n", "name"),
        ("orders", "order_id,product_name\n1,Steel Kettle\n2,Burr Grinder\n", "product_name"),
        ("employees", "name,department\nAnna Schmidt,Human Resources\nBob Jones,Field Sales\n", "department"),
        ("results", "problem_name,seconds\nOR30.dat,5\n", "problem_name"),
        ("radio", "channel_member,channel_member_rx\n-,Off\n", "channel_member_rx"),
        ("orders", "order_id,customer\n1,K-17\n", "customer"),
        ("customers", "customer_id,customer\n" + "".join(f"{n},K-{n}\n" for n in range(9)), "customer"),
    ],
)
def test_names_of_things_stay_to_be_asked_for(table: str, text: str, column: str) -> None:
    assert not field(table, text, column).personal


def test_firms_in_a_large_table_are_not_persons() -> None:
    firms = "".join(f"{n},Firm{chr(65 + n % 26)}{chr(97 + n // 26)} {n}\n" for n in range(60))
    found = field("customers", "customer_id,customer\n" + firms, "customer")
    assert not found.personal
    assert (found.confidence.personal or 0) > 0.9
