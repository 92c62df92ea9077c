"""A word that another table is called by, or names a field of, is not read as something like it here."""

from __future__ import annotations

import pytest
from tests.data.questions.repair_shop import AS_OF

from answerable.data.questions.outcome import Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import (
    Dataset,
    FieldRole,
    FieldType,
    ModelField,
    Relationship,
    SemanticModel,
)


def _field(name: str, role: FieldRole, kind: FieldType = FieldType.STRING) -> ModelField:
    return ModelField(name=name, label=name.replace("_", " ").capitalize(), type=kind, role=role, unique=True)


CUSTOMERS = Dataset(
    name="customers",
    id="ds_customers",
    label="Customers",
    row_noun="customer",
    primary_key=("customer_id",),
    fields=(_field("customer_id", FieldRole.KEY), _field("country", FieldRole.DIMENSION)),
)
ORDERS = Dataset(
    name="orders",
    id="ds_orders",
    label="Orders",
    row_noun="order",
    primary_key=("order_id",),
    fields=(
        _field("order_id", FieldRole.KEY),
        _field("customer_id", FieldRole.DIMENSION),
        _field("country_code", FieldRole.DIMENSION),
        _field("amount", FieldRole.MEASURE, FieldType.DECIMAL),
    ),
)
SALES = Dataset(
    name="sales",
    id="ds_sales",
    label="Sales",
    row_noun="sale",
    primary_key=("sale_id",),
    fields=(
        _field("sale_id", FieldRole.KEY),
        _field("shop", FieldRole.DIMENSION),
        _field("amount", FieldRole.MEASURE, FieldType.DECIMAL),
    ),
)
LINK = Relationship(
    left="orders",
    left_field="customer_id",
    right="customers",
    right_field="customer_id",
    cardinality="many_to_one",
)


def read(question: str, *datasets: Dataset) -> Outcome:
    return read_question(question, SemanticModel(datasets=datasets, relationships=(LINK,)), AS_OF)


def _groups(outcome: Outcome) -> tuple[str, list[str]]:
    assert isinstance(outcome, Parsed), outcome
    assert outcome.query is not None
    return outcome.query.dataset, [group.field for group in outcome.query.group_by]


@pytest.mark.parametrize(
    "question", ["sales by country", "total sales by country", "total sales amount by country"]
)
def test_sales_are_no_orders_where_a_table_is_called_so(question: str) -> None:
    assert not isinstance(read(question, CUSTOMERS, ORDERS, SALES), Parsed)
    assert _groups(read("total sales by country", CUSTOMERS, ORDERS)) == ("orders", ["customers__country"])


def test_a_table_that_is_named_answers_what_it_can() -> None:
    outcome = read("total sales amount by shop", CUSTOMERS, ORDERS, SALES)
    assert _groups(outcome) == ("sales", ["shop"])


def test_a_related_field_of_that_very_name_goes_before_the_code_of_one() -> None:
    assert _groups(read("total amount by country", CUSTOMERS, ORDERS)) == ("orders", ["customers__country"])
    assert _groups(read("total amount by country code", CUSTOMERS, ORDERS)) == ("orders", ["country_code"])
    alone = read_question("total amount by country", SemanticModel(datasets=(ORDERS,)), AS_OF)
    assert _groups(alone) == ("orders", ["country_code"])
