"""The sample company's orders and customers as two related tables, and plain Python that counts over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import duckdb
from tests.data.questions.related_files import related

from answerable.cli.samples.customers import customers_csv
from answerable.cli.samples.generate import make_company
from answerable.cli.samples.orders import Order, orders_csv
from answerable.data.engines.compiler import compile_query
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery

AS_OF = date(2026, 11, 20)
COMPANY = make_company(AS_OF)
ORDERS = COMPANY.orders[::16]  # few enough to be quick, and for some customers to have none
Row = tuple[object, ...]


@dataclass(frozen=True)
class Office:
    """The model with its inferred relationships, over a database that holds both tables."""

    model: SemanticModel
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: SemanticQuery) -> list[Row]:
        """The rows that a query gives."""
        return self.connection.execute(compile_query(query, self.model).sql()).fetchall()


@cache
def office() -> Office:
    """Both files ingested, inferred and related, as uploads would be."""
    return Office(*related({"orders": orders_csv(ORDERS), "customers": customers_csv(COMPANY.customers)}))


Keep = Callable[[Order], bool]
Key = Callable[[Order], object]


def revenue(orders: Iterable[Order]) -> float:
    """Their amounts in euros."""
    return sum(order.amount_cents for order in orders) / 100


def count(orders: Iterable[Order]) -> float:
    return len(list(orders))


def average(orders: Iterable[Order]) -> float:
    kept = list(orders)
    return revenue(kept) / len(kept)


def buyers(orders: Iterable[Order]) -> float:
    """The different customers among them."""
    return len({order.customer.id for order in orders})


def pieces(orders: Iterable[Order]) -> float:
    return sum(order.quantity for order in orders)


def always(_order: Order) -> bool:
    return True


def grouped(
    measure: Callable[[Iterable[Order]], float], *keys: Key, where: Keep = always, top: int | None = None
) -> list[Row]:
    """The measure for each combination of keys, the largest first."""
    groups: dict[tuple[object, ...], list[Order]] = defaultdict(list)
    for order in ORDERS:
        if where(order):
            groups[tuple(key(order) for key in keys)].append(order)
    found = [(*group, measure(members)) for group, members in groups.items()]
    found.sort(key=lambda row: -row[-1])  # type: ignore[operator,arg-type]
    return found[:top]
