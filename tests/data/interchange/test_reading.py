"""How foreign files are taken: the forms that a model can hold, and the reasons for the rest."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.data.interchange.draft import Draft
from answerable.data.interchange.errors import UnknownTable, UnreadableFile
from answerable.data.interchange.service import ImportRequest, merged
from answerable.data.interchange.written import WrittenFile
from answerable.data.semantics.model import SemanticModel
from tests.data.interchange.shop import BARE

OSSIE = """
version: 0.2.0.dev0
semantic_model:
- name: shop
  datasets:
  - name: sales                       # the table is called otherwise
    source: warehouse.public.orders
    primary_key: [order_id]
    description: One row for each order.
    ai_context: "purchases, bookings"
    fields:
    - name: id
      expression: {dialects: [{dialect: ANSI_SQL, expression: order_id}]}
      datatype: Integer
    - name: value
      label: Order value
      expression: {dialects: [{dialect: SNOWFLAKE, expression: '"amount"'}]}
      ai_context: {synonyms: [worth], instructions: In euros., examples: [What was sold?]}
    - name: ordered_on
      expression: {dialects: [{dialect: ANSI_SQL, expression: ordered_on}]}
      dimension: {is_time: true}
    - name: shouted
      expression: {dialects: [{dialect: ANSI_SQL, expression: UPPER(status)}]}
    - name: cube
      expression: {dialects: [{dialect: MDX, expression: '[Status]'}]}
  - name: customers
    source: warehouse.public.customers
    primary_key: [customer_id]
  - name: returns
    source: warehouse.public.returns
  relationships:
  - {name: bought_by, from: sales, to: customers, from_columns: [customer_id], to_columns: [customer_id]}
  - {name: both, from: sales, to: customers, from_columns: [customer_id, id], to_columns: [customer_id, name]}
  - {name: gone, from: returns, to: sales, from_columns: [id], to_columns: [id]}
  - {name: odd, from: sales, to: customers, from_columns: [id], to_columns: [customer_id]}
  metrics:
METRICS
  custom_extensions:
  - {vendor_name: SNOWFLAKE, data: '{"warehouse": "W"}'}
"""


def ossie(**expressions: str) -> str:
    """The file with metrics of these expressions."""
    lines = [
        f'  - name: {name}\n    expression: {{dialects: [{{dialect: ANSI_SQL, expression: "{text}"}}]}}'
        for name, text in expressions.items()
    ]
    return OSSIE.replace("METRICS", "\n".join(lines))


def taken(
    *texts: str, tables: dict[str, str] | None = None, model: SemanticModel = BARE
) -> tuple[SemanticModel, Draft]:
    """The model after the import, and the draft with its report."""
    files = [WrittenFile(f"file{i}.yml", text) for i, text in enumerate(texts)]
    draft, found = merged(ImportRequest(files, tables=tables), model)
    return found, draft


def reasons(draft: Draft) -> dict[str, str]:
    """Why each part that is left out is, by its name."""
    return {each.name: each.reason for each in draft.report.left_out}


def test_names_keys_times_and_words_are_taken_and_the_rest_is_named_with_its_line() -> None:
    model, draft = taken(ossie(revenue="SUM(sales.value)"))
    orders = model.dataset("orders")
    assert orders is not None
    assert (orders.primary_key, orders.description) == (("order_id",), "One row for each order.")
    assert orders.synonyms == ("purchases", "bookings")
    amount = orders.field("amount")
    assert amount is not None
    assert (amount.label, amount.synonyms, amount.description) == ("Order value", ("worth",), "In euros.")
    assert [(r.left, r.left_field, r.right, r.cardinality) for r in model.relationships] == [
        ("orders", "customer_id", "customers", "many_to_one")
    ]
    revenue = model.metric("revenue")
    assert revenue is not None
    assert (revenue.dataset, revenue.field, revenue.label) == ("orders", "amount", "Revenue")
    why = reasons(draft)
    assert "UPPER(status)" in why["sales.shouted"]
    assert "MDX" in why["sales.cube"]
    assert "no dataset is called so" in why["returns"]
    assert "several columns" in why["both"]
    assert "returns" in why["gone"]
    assert "never equal" in why["odd"]
    assert "SNOWFLAKE" in why["shop"]
    assert "verified questions" in why["sales.value"]
    places = {each.name: each.place for each in draft.report.left_out}
    assert places["sales.shouted"].file == "file0.yml"
    text = ossie(revenue="SUM(sales.value)").splitlines()
    assert "shouted" in text[places["sales.shouted"].line - 1]
    assert "name: both" in text[places["both"].line - 1]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SUM(sales.value)", {"aggregation": "sum", "field": "amount"}),
        ("SUM(value)", {"aggregation": "sum", "field": "amount"}),
        ("sum(SALES.Value)", {"aggregation": "sum", "field": "amount"}),
        ("COUNT(DISTINCT sales.customer_id)", {"aggregation": "count_distinct", "field": "customer_id"}),
        ("COUNT(sales.id)", {"aggregation": "count", "field": "order_id"}),
        ("MEDIAN(sales.quantity)", {"aggregation": "median", "field": "quantity"}),
        (
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY sales.quantity)",
            {"aggregation": "median", "field": "quantity"},
        ),
        (
            "SUM(CASE WHEN sales.status = 'paid' THEN sales.value ELSE 0 END)",
            {"field": "amount", "where": {"field": "status", "operator": "eq", "values": ["paid"]}},
        ),
        (
            "SUM(CASE WHEN sales.gift THEN 1 ELSE 0 END)",
            {
                "aggregation": "count",
                "field": None,
                "where": {"field": "gift", "operator": "eq", "values": [True]},
            },
        ),
        (
            "AVG(sales.value) FILTER (WHERE customers.country IN ('Germany', 'France'))",
            {
                "aggregation": "avg",
                "where": {"field": "customers__country", "operator": "in", "values": ["Germany", "France"]},
            },
        ),
        (
            "SUM(sales.value) FILTER (WHERE NOT (sales.quantity > 3 OR sales.status LIKE 'p%'))",
            {
                "where": {
                    "all": [
                        {"field": "quantity", "operator": "le", "values": [3]},
                        {"negated": {"field": "status", "operator": "starts_with", "values": ["p"]}},
                        {"field": "status", "operator": "not_null"},
                    ]
                }
            },
        ),
        (
            "SUM(sales.value) FILTER (WHERE sales.status <> 'open')",
            {
                "where": {
                    "all": [
                        {"field": "status", "operator": "ne", "values": ["open"]},
                        {"field": "status", "operator": "not_null"},
                    ]
                }
            },
        ),
        (
            "SUM(sales.value) FILTER (WHERE 10 < sales.quantity AND sales.ordered_on >= DATE '2025-01-01')",
            {
                "where": {
                    "all": [
                        {"field": "quantity", "operator": "gt", "values": [10]},
                        {"field": "ordered_on", "operator": "ge", "values": ["2025-01-01"]},
                    ]
                }
            },
        ),
        ("SUM(sales.value) / COUNT(sales.id)", {"field": "amount", "per": "m_base"}),
        ("1.0 * SUM(sales.value) / NULLIF(COUNT(sales.id), 0)", {"field": "amount", "per": "m_base"}),
        (
            "(SUM(sales.value) - SUM(sales.cost)) / SUM(sales.value)",
            {"field": "amount", "minus": "m_less", "per": "m_base"},
        ),
    ],
)
def test_an_expression_that_a_metric_can_hold(expression: str, expected: dict[str, Any]) -> None:
    model, draft = taken(ossie(m=expression))
    assert "m" not in reasons(draft)
    metric = model.metric("m")
    assert metric is not None
    found = metric.model_dump(mode="json", exclude_none=True)
    found["where"] = _plain(found.get("where"))
    assert {key: found.get(key) for key in expected} == expected


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items() if value != []}
    return [_plain(value) for value in node] if isinstance(node, list) else node


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("SUM(sales.value * sales.quantity)", "only a plain column"),
        ("SUM(sales.value) * 2", "no aggregation"),
        ("SUM(sales.value) + SUM(sales.cost)", "no aggregation"),
        ("1 - SUM(sales.value) / SUM(sales.cost)", "no aggregation"),
        ("SUM(sales.value) / COUNT(DISTINCT customers.name)", "several datasets"),
        ("COUNT(*)", "whose rows"),
        ("SUM(returns.amount)", "returns"),
        ("SUM(sales.shouted)", "computed"),
        ("SUM(sales.nothing)", "no column"),
        ("SUM(sales.status)", "no number"),
        ("PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY sales.value)", "median"),
        ("SUM(sales.value) OVER (ORDER BY sales.ordered_on)", "no aggregation"),
        ("SUM(DISTINCT sales.value)", "DISTINCT"),
        ("(SELECT SUM(amount) FROM orders)", "query"),
        ("SUM(sales.value); DROP TABLE orders", "one expression"),
        ("DROP TABLE orders", "no aggregation"),
        ("SUM(sales.value", "no SQL"),
        ("SUM(sales.value) FILTER (WHERE sales.status = CURRENT_USER)", "computed"),
        ("SUM(sales.value) FILTER (WHERE sales.status LIKE 'a%b')", "pattern"),
        ("SUM(sales.value) FILTER (WHERE sales.id IN (SELECT 1))", "query"),
        ("SUM(CASE WHEN sales.gift THEN sales.value ELSE 1 END)", "ELSE"),
        ("READ_CSV('/etc/passwd')", "no aggregation"),
        ("(" * 300 + "SUM(sales.value)" + ")" * 300, ""),
    ],
)
def test_an_expression_that_it_cannot_hold_is_left_out_with_the_reason(expression: str, reason: str) -> None:
    model, draft = taken(ossie(m=expression))
    assert (model.metric("m") is None) == ("m" in reasons(draft))
    assert reason in reasons(draft).get("m", "")


def test_what_the_workspace_has_stays_where_the_file_is_silent() -> None:
    first, _ = taken(ossie(revenue="SUM(sales.value)", m="SUM(sales.cost)"))
    again = ossie(revenue="AVG(sales.value)").replace("      label: Order value\n", "")
    model, _ = taken(again, model=first)
    orders, revenue = model.dataset("orders"), model.metric("revenue")
    assert orders is not None
    assert revenue is not None
    assert (revenue.aggregation, model.metric("m") is not None) == ("avg", True)
    assert next(f.label for f in orders.fields if f.name == "amount") == "Order value"
    assert {d.name for d in model.datasets} == {"orders", "customers"}


def test_personal_values_are_never_shown_by_an_import() -> None:
    content = BARE.model_dump(mode="json")
    content["datasets"][1]["fields"][1] |= {"personal": True, "values": None}
    hidden = SemanticModel.model_validate(content)
    text = OSSIE.replace("METRICS", "    []").replace(
        "    primary_key: [customer_id]\n",
        "    fields:\n    - name: name\n"
        "      expression: {dialects: [{dialect: ANSI_SQL, expression: name}]}\n"
        "      custom_extensions: [{vendor_name: ANSWERABLE, data: '{\"personal\": false}'}]\n",
    )
    model, _ = taken(text, model=hidden)
    customers = model.dataset("customers")
    assert customers is not None
    assert customers.fields[1].personal


DBT = """
version: 2
semantic_models:
  - name: orders
    description: One row for each order.
    model: ref('orders')
    defaults: {agg_time_dimension: day}
    entities:
      - {name: order, type: primary, expr: order_id}
      - {name: customer, type: foreign, expr: customer_id}
    dimensions:
      - {name: day, type: time, expr: ordered_on, type_params: {time_granularity: day}}
      - {name: status, type: categorical, label: State}
      - {name: is_big, type: categorical, expr: "CASE WHEN amount > 100 THEN true END"}
      - {name: gift, type: categorical}
    measures:
      - {name: total, agg: sum, expr: amount, create_metric: true, create_metric_display_name: All money}
      - {name: spent, agg: sum, expr: cost}
      - {name: orders_placed, agg: sum, expr: "1"}
      - {name: gifts, agg: sum_boolean, expr: gift}
      - {name: p90, agg: percentile, expr: amount, agg_params: {percentile: 0.9}}
      - {name: taxed, agg: sum, expr: amount * 1.19}
      - {name: level, agg: sum, expr: balance, non_additive_dimension: {name: day, window_choice: max}}
      - {name: first_level, agg: sum, expr: balance, non_additive_dimension: {name: day, window_choice: min}}
  - name: customers
    model: ref('crm', 'customers')
    entities: [{name: customer, type: primary, expr: customer_id}]
    dimensions: [{name: country, type: categorical}]
"""
DBT_METRICS = """
metrics:
  - {name: revenue, label: Revenue, type: simple, type_params: {measure: total}}
  - {name: costs, type: simple, type_params: {measure: {name: spent}}, config: {meta: {synonyms: [spend]}}}
  - {name: placed, type: simple, type_params: {measure: orders_placed}}
  - name: german
    type: simple
    type_params: {measure: {name: total, filter: "{{ Dimension('customer__country') }} = 'Germany'"}}
    filter:
      - "{{ Dimension('order__status') }} = 'paid'"
      - "{{ TimeDimension('order__day', 'day') }} >= '2025-01-01'"
  - {name: gift_count, type: simple, type_params: {measure: gifts}}
  - {name: basket, type: ratio, type_params: {numerator: revenue, denominator: {name: placed}}}
  - name: profit
    type: derived
    type_params: {expr: r - costs, metrics: [{name: revenue, alias: r}, {name: costs}]}
  - name: margin
    type: derived
    type_params: {expr: profit / revenue, metrics: [{name: profit}, {name: revenue}]}
  - {name: so_far, type: cumulative, type_params: {measure: {name: total}}}
  - {name: seven, type: cumulative, type_params: {measure: total, window: 7 days}}
  - {name: stock, type: simple, type_params: {measure: level}}
  - {name: early, type: simple, type_params: {measure: first_level}}
  - {name: high, type: simple, type_params: {measure: p90}}
  - name: growth
    type: derived
    type_params:
      expr: a - b
      metrics: [{name: revenue, alias: a}, {name: revenue, alias: b, offset_window: 1 month}]
  - {name: rate, type: conversion, type_params: {conversion_type_params: {entity: customer}}}
  - {name: loop, type: derived, type_params: {expr: loop - revenue, metrics: [{name: loop}, {name: revenue}]}}
  - {name: templated, type: simple, type_params: {measure: total}, filter: "{{ env_var('SECRET') }} = 1"}
  - name: monthly
    type: simple
    type_params: {measure: total}
    filter: "{{ TimeDimension('order__day', 'month') }} = '2025-01-01'"
saved_queries:
  - {name: weekly}
"""


def test_a_dbt_project_of_two_files() -> None:
    model, draft = taken(DBT, DBT_METRICS)
    orders = model.dataset("orders")
    assert orders is not None
    assert (orders.primary_key, orders.default_time) == (("order_id",), "ordered_on")
    assert [(r.left_field, r.right, r.right_field, r.cardinality) for r in model.relationships] == [
        ("customer_id", "customers", "customer_id", "many_to_one")
    ]
    found = {m.name: m for m in model.metrics}
    assert set(found) == {
        "total", "revenue", "costs", "placed", "german", "gift_count", "basket", "profit", "margin", "so_far",
        "stock",
    }  # fmt: skip
    assert found["total"].label == "All money"
    assert found["costs"].synonyms == ("spend",)
    assert (found["placed"].aggregation, found["placed"].field) == ("count", None)
    assert (found["basket"].per, found["profit"].minus, found["margin"].minus) == ("placed", "costs", "costs")
    assert found["margin"].per == "revenue"
    assert found["so_far"].cumulative
    assert found["stock"].non_additive
    german = found["german"].model_dump(mode="json")["where"]["all"]
    assert [part["field"] for part in german] == ["customers__country", "status", "ordered_on"]
    why = reasons(draft)
    assert "window" in why["seven"]
    assert "last day" in why["early"]
    assert "median" in why["high"]
    assert "another period" in why["growth"]
    assert "conversion" in why["rate"]
    assert "itself" in why["loop"]
    assert "template" in why["templated"]
    assert "month" in why["monthly"]
    assert "computed" in why["orders.is_big"]
    assert "plain column" in why["orders.taxed"]
    assert "saved_queries" in why


def test_a_mapping_says_which_dataset_is_meant() -> None:
    text = DBT.replace("name: orders\n", "name: fct_web\n").replace("ref('orders')", "ref('fct_web')")
    _, draft = taken(text)
    assert "no dataset is called so" in reasons(draft)["fct_web"]
    model, draft = taken(text, tables={"fct_web": "ds_orders"})
    assert model.metric("total") is not None
    with pytest.raises(UnknownTable, match="not there"):
        taken(text, tables={"fct_web": "nowhere"})
    with pytest.raises(UnknownTable, match="do not have"):
        taken(text, tables={"fct_shop": "orders"})


def test_a_source_that_is_a_query_is_not_taken_for_a_table() -> None:
    text = ossie(m="SUM(sales.value)").replace(
        "warehouse.public.orders", "SELECT * FROM orders WHERE status = 'paid'"
    )
    model, draft = taken(text)
    assert "query" in reasons(draft)["sales"]
    assert model.metric("m") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("models:\n- name: orders", "files.0.content"),
        ("- a list", "files.0.content"),
        ("semantic_model: [", "files.0.content"),
        ("a: &a [1]\nb: *a", "files.0.content"),
    ],
)
def test_files_of_no_known_format_are_refused(text: str, place: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        taken(text)
    assert refused.value.errors[0].field == place
