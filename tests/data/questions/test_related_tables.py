"""Questions over tables that belong together: answered right, asked back, or not answered."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.questions.related_cases import UNANSWERABLE, WRITTEN_AFTER, WRITTEN_BEFORE, Case
from tests.data.questions.related_company import ORDERS, Row, office, revenue

from answerable.data.engines.compiler import compile_query
from answerable.data.engines.duckdb.check import check_statement
from answerable.data.engines.errors import InvalidQuery, StatementRefused
from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed, Unparsed
from answerable.data.questions.service import read_question
from answerable.data.questions.wording import describe
from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    Not,
    Operator,
    Pointed,
)
from answerable.data.semantics.model import TEMPORAL_TYPES, Aggregation, Relationship, SemanticModel
from answerable.data.semantics.query import GroupBy, Measure, SemanticQuery

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = (*WRITTEN_BEFORE, *WRITTEN_AFTER)


def read(question: str, model: SemanticModel | None = None) -> Outcome:
    return read_question(question, model or office().model, AS_OF)


def flat(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """Rows as text that compares; groups and periods may come in any order of columns."""
    return sorted(tuple(sorted(told(cell) for cell in row)) for row in rows)


def told(cell: object) -> str:
    if isinstance(cell, datetime):
        return str(cell.date())
    if isinstance(cell, date | str) or cell is None:
        return str(cell)
    return f"{float(str(cell)):.4f}"


def answer(case: Case) -> str:
    """`right`, `wrong` or `unanswered`."""
    outcome = read(case.text)
    if not isinstance(outcome, Parsed) or outcome.query is None:
        return "unanswered"
    return "right" if flat(office().rows(outcome.query)) == flat(case.rows) else "wrong"


def test_both_tables_are_related_by_their_customers() -> None:
    (link,) = office().model.relationships
    assert (link.left, link.left_field, link.right) == ("orders", "customer_id", "customers")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_no_question_is_answered_wrong(case: Case) -> None:
    assert answer(case) != "wrong"


@pytest.mark.parametrize("cases", [WRITTEN_BEFORE, WRITTEN_AFTER], ids=["before", "after"])
def test_most_questions_are_answered(cases: tuple[Case, ...]) -> None:
    unanswered = [case.text for case in cases if answer(case) == "unanswered"]
    assert len(unanswered) <= 0.2 * len(cases), unanswered


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_no_table_holds_or_a_join_would_double_is_not_answered(question: str) -> None:
    assert not isinstance(read(question), Parsed)


def test_the_answer_says_what_was_joined() -> None:
    outcome = read("revenue by segment")
    assert isinstance(outcome, Parsed)
    assert "orders › Customer ID leads to customers." in [sentence(note) for note in outcome.notes]
    alone = read("revenue by channel")
    assert isinstance(alone, Parsed)
    assert not any(note.code == "dataset_joined" for note in alone.notes)


def test_groups_that_no_row_makes_are_told_of() -> None:
    few, many = read("customers with fewer than 3 orders"), read("customers with more than 3 orders")
    assert isinstance(few, Parsed)
    assert isinstance(many, Parsed)
    assert any("without any orders" in sentence(note).casefold() for note in few.notes)
    assert not any("without any" in sentence(note) for note in many.notes)


def test_without_a_relationship_the_other_tables_words_are_left_over() -> None:
    alone = office().model.model_copy(update={"relationships": ()})
    outcome = read("revenue by segment", alone)
    assert isinstance(outcome, Unparsed)
    assert outcome.left_over == ("segment",)


def test_two_ways_to_a_table_are_not_chosen_between() -> None:
    model = office().model
    second = Relationship(
        left="orders", left_field="order_id", right="customers", right_field="customer_id",
        cardinality="many_to_one",
    )  # fmt: skip
    both = model.model_copy(update={"relationships": (*model.relationships, second)})
    assert not isinstance(read("revenue by segment", both), Parsed)


def test_a_word_of_two_related_tables_is_asked_back() -> None:
    model = office().model
    customers = model.dataset("customers")
    assert customers is not None
    branches = customers.model_copy(update={"name": "branches", "id": "ds_branches", "row_noun": "branch"})
    to_branches = model.relationships[0].model_copy(update={"right": "branches", "left_field": "product"})
    two = model.model_copy(
        update={
            "datasets": (*model.datasets, branches),
            "relationships": (*model.relationships, to_branches),
        }
    )
    outcome = read("revenue by segment", two)
    assert isinstance(outcome, Ambiguous)
    assert {g.field for o in outcome.options for g in o.query.group_by} == {
        "customers__segment", "branches__segment",
    }  # fmt: skip
    said = read("revenue by branch segment", two)
    assert isinstance(said, Parsed)
    assert said.query is not None
    assert said.query.group_by == (GroupBy(field="branches__segment"),)


RELATED = st.sampled_from(["segment", "city", "country", "account_manager", "customer_id"])


@given(fields=st.lists(RELATED, min_size=1, max_size=3, unique=True), keep=st.integers(0, 479))
@settings(max_examples=25, deadline=None)
def test_a_join_neither_loses_nor_doubles(fields: list[str], keep: int) -> None:
    """Also where customers are missing: their orders stay, under no name, and nothing is counted twice."""
    place = office()
    place.connection.execute("CREATE OR REPLACE TEMP TABLE all_customers AS FROM main.customers")
    place.connection.execute(
        f"CREATE OR REPLACE TABLE customers AS FROM all_customers ORDER BY 1 LIMIT {keep}"
    )
    try:
        query = SemanticQuery(
            dataset="orders",
            measures=(Measure(metric="total_amount"), Measure(aggregation="count")),
            group_by=tuple(GroupBy(field=f"customers__{field}") for field in fields),
        )
        rows = place.rows(query)
    finally:
        place.connection.execute("CREATE OR REPLACE TABLE customers AS FROM all_customers")
    assert float(sum(row[-2] for row in rows)) == pytest.approx(revenue(ORDERS))  # type: ignore[misc]
    assert sum(row[-1] for row in rows) == len(ORDERS)  # type: ignore[misc]
    assert len({row[:-2] for row in rows}) == len(rows)


@given(
    year=st.integers(2022, 2027),
    segment=st.sampled_from(["Hotel", "Café", "Dealer", "Nobody"]),
)
@settings(max_examples=15, deadline=None)
def test_with_and_without_orders_count_every_customer_once(year: int, segment: str) -> None:
    """Also those among which nothing of the kind exists."""
    rows = Pointed(
        pointed_at_by="orders",
        where=AllOf(
            all=(
                Condition(field="order_date", operator=Operator.GE, values=(date(year, 1, 1),)),
                Condition(field="customers__segment", operator=Operator.EQ, values=(segment,)),
            )
        ),
    )
    counted = [
        office().rows(
            SemanticQuery(
                dataset="customers", measures=(Measure(aggregation=Aggregation.COUNT),), where=where
            )
        )[0][0]
        for where in (rows, Not(negated=rows), None)
    ]
    assert counted[0] + counted[1] == counted[2]  # type: ignore[operator]
    assert counted[0] == len(
        {o.customer.id for o in ORDERS if o.ordered.year >= year and o.customer.segment == segment}
    )


def test_what_points_at_rows_passes_the_check_and_is_told_in_words() -> None:
    outcome = read("how many customers have not ordered in 2025")
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    compiled = compile_query(outcome.query, office().model)
    assert compiled.datasets == ("customers", "orders")
    assert check_statement(compiled.sql(), compiled.datasets)
    with pytest.raises(StatementRefused):
        check_statement(compiled.sql(), ("customers",))
    assert "without orders (order date" in describe(outcome.query, office().model).casefold()
    assert [sentence(note) for note in outcome.notes] == ["orders › Customer ID leads to customers."]


def test_rows_that_do_not_point_here_are_refused() -> None:
    query = SemanticQuery(
        dataset="orders",
        measures=(Measure(aggregation=Aggregation.COUNT),),
        where=Pointed(pointed_at_by="customers"),
    )
    with pytest.raises(InvalidQuery) as refused:
        compile_query(query, office().model)
    assert "no rows of customers point at orders" in refused.value.errors[0].message


def test_reading_across_tables_stays_quick() -> None:
    office()
    taken = []
    for case in CASES:
        started = time.perf_counter()
        read(case.text)
        taken.append(time.perf_counter() - started)
    assert sorted(taken)[len(taken) // 2] < 0.05


@pytest.mark.parametrize(
    "question",
    [
        "how many customers never ordered",
        "customers who never ordered",
        "how many customers have never ordered",
    ],
)
def test_who_never_ordered_has_no_order_though_days_of_orders_may_be_missing(question: str) -> None:
    model = office().model
    orders = model.dataset("orders")
    assert orders is not None
    fields = tuple(
        f.model_copy(update={"nullable": True}) if f.type in TEMPORAL_TYPES else f for f in orders.fields
    )
    changed = orders.model_copy(update={"fields": fields})
    datasets = tuple(changed if d.name == "orders" else d for d in model.datasets)
    outcome = read(question, model.model_copy(update={"datasets": datasets}))
    assert isinstance(outcome, Parsed), outcome
    assert outcome.query is not None
    assert outcome.query.dataset == "customers"
    assert outcome.query.where == Not(negated=Pointed(pointed_at_by="orders"))
