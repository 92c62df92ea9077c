"""Rows beyond reach are as good as not there, whatever is asked."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from tests.data.engines.sales import COUNT, REVENUE, Sale, ask, database, model, tables
from tests.data.engines.test_any_query import queries

from answerable.data.engines.compiler import compile_query, within_limits
from answerable.data.engines.duckdb.check import check_expression
from answerable.data.engines.errors import InvalidQuery
from answerable.data.semantics.model import RowPolicy, SemanticModel
from answerable.data.semantics.query import GroupBy, SemanticQuery
from answerable.data.semantics.reach import Viewer, reach
from answerable.kit.principal import Role

SHOPS = [("North", "cold", 1), ("south", "warm", 2), ("East", "cold", 3), ("Other", None, 4)]
SELLER = Viewer(Role.VIEWER, {"shops": ("north", "Other"), "climate": ("cold",)})
OWN = RowPolicy(name="own", dataset="sales", field="shop", attribute="shops")
CLIMATE = RowPolicy(name="climate", dataset="sales", field="shops__region", attribute="climate")
NO_SHOPS = RowPolicy(name="shops", dataset="shops", field="region", attribute="nothing")


def policed(*policies: RowPolicy) -> SemanticModel:
    return model().model_copy(update={"policies": policies})


def rows_of(connection: duckdb.DuckDBPyConnection, query: SemanticQuery, *policies: RowPolicy) -> object:
    seen = reach(policed(*policies), SELLER)
    statement = within_limits(compile_query(query, seen.model), seen.limits, "UTC")
    sql = check_expression(statement.expression, statement.datasets, max_rows=1_000)
    try:
        return connection.execute(sql).fetchall()
    except duckdb.OutOfRangeException:
        return "out of range"


def reached(sale: Sale, *policies: RowPolicy) -> bool:
    cold = {name for name, region, _ in SHOPS if region == "cold"}
    own = (sale.shop or "").strip().lower() in {"north", "other"}
    return (OWN not in policies or own) and (CLIMATE not in policies or sale.shop in cold)


@settings(max_examples=60, deadline=None)
@given(queries(), tables())
@pytest.mark.parametrize("policies", [(OWN,), (CLIMATE,), (OWN, CLIMATE)], ids=["own", "over a join", "both"])
def test_any_query_gives_what_it_gives_over_the_reached_rows_alone(
    policies: tuple[RowPolicy, ...], query: SemanticQuery, rows: list[Sale]
) -> None:
    try:
        compile_query(query, model())
    except InvalidQuery:
        return
    with database([row for row in rows if reached(row, *policies)], SHOPS) as connection:
        wanted = rows_of(connection, query)
    with database(rows, SHOPS) as connection:
        assert rows_of(connection, query, *policies) == wanted


def test_a_joined_table_has_its_own_limits() -> None:
    rows = [Sale(1, None, None, "North", None, 2, None)]
    by_region = SemanticQuery(dataset="sales", measures=(COUNT,), group_by=(GroupBy(field="shops__region"),))
    with database(rows, SHOPS) as connection:
        assert [*ask(connection, by_region)[0].values()] == ["cold", 1]
        assert rows_of(connection, by_region, NO_SHOPS) == [(None, 1)]
        # The way to a policy's field is looked up in full: it is the policy's, not the reader's.
        assert rows_of(connection, by_region, NO_SHOPS, CLIMATE) == [(None, 1)]


@pytest.mark.parametrize(
    ("viewer", "changed"),
    [
        (Viewer(Role.VIEWER), {}),
        (Viewer(Role.EDITOR, {"shops": ()}), {}),
        (Viewer(), {}),
        (SELLER, {"field": "gone"}),
        (SELLER, {"field": "shops__gone"}),
        (SELLER, {"field": "amount"}),
        (SELLER, {"dataset": "sales", "attribute": "other"}),
    ],
    ids=["no attributes", "no values", "nobody", "no field", "no related field", "no exact type", "no match"],
)
def test_what_is_in_doubt_is_closed(viewer: Viewer, changed: dict[str, str]) -> None:
    seen = reach(policed(OWN.model_copy(update=changed)), viewer)
    query = SemanticQuery(dataset="sales", measures=(COUNT, REVENUE))
    statement = within_limits(compile_query(query, seen.model), seen.limits, "UTC")
    with database([Sale(1, None, None, "North", None, 2, None)], SHOPS) as connection:
        assert connection.execute(statement.sql()).fetchall() == [(0, None)]


def test_a_way_that_forks_leads_nowhere() -> None:
    forked = policed(CLIMATE)
    (link,) = forked.relationships
    other = link.model_copy(update={"left_field": "sale_id", "right_field": "floor"})
    seen = reach(forked.model_copy(update={"relationships": (link, other)}), SELLER)
    assert seen.limits["sales"][0].field is None


def test_stewards_and_the_system_see_everything_and_alike() -> None:
    whole = policed(OWN)
    for viewer in (None, Viewer(Role.OWNER), Viewer(Role.ADMIN, {"shops": ("North",)})):
        assert reach(whole, viewer).model is whole
    besides = Viewer(SELLER.role, {**SELLER.attributes, "unused": ("x",)})
    assert reach(whole, SELLER) is reach(whole, besides)
    assert reach(whole, SELLER).key != reach(whole, Viewer(Role.VIEWER, {"shops": ("East",)})).key
