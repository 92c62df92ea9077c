"""Questions over orders and customers with their true rows. The first half was looked at while the code that
reads them was written. The second half was written after it; where one of those was answered wrong, a refusal
was added to the grammar, but nothing to read more of them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.data.questions.related_company import (
    COMPANY,
    ORDERS,
    Keep,
    Key,
    Row,
    average,
    buyers,
    count,
    grouped,
    pieces,
    revenue,
)

from answerable.cli.samples.orders import Order


@dataclass(frozen=True)
class Case:
    """A question with its true rows, in any order."""

    text: str
    rows: list[Row]


def segment(order: Order) -> object:
    return order.customer.segment


def country(order: Order) -> object:
    return order.customer.country


def city(order: Order) -> object:
    return order.customer.city


def manager(order: Order) -> object:
    return order.customer.manager


def buyer(order: Order) -> object:
    return order.customer.id


def channel(order: Order) -> object:
    return order.channel


def category(order: Order) -> object:
    return order.product.category


def year(order: Order) -> int:
    return order.ordered.year


def month(order: Order) -> object:
    return order.ordered.replace(day=1)


def of(key: Key, *values: object) -> Keep:
    return lambda order: key(order) in values


def both(*keeps: Keep) -> Keep:
    return lambda order: all(keep(order) for keep in keeps)


def without(keep: Keep) -> Keep:
    return lambda order: not keep(order)


IN_2025, IN_2024 = of(year, 2025), of(year, 2024)
HOTEL, CAFE, OFFICE = of(segment, "Hotel"), of(segment, "Café"), of(segment, "Office")
DEALER, ROASTERY = of(segment, "Dealer"), of(segment, "Roastery")
SWEDEN, ITALY, FRANCE = of(country, "Sweden"), of(country, "Italy"), of(country, "France")


def cancelled(order: Order) -> bool:
    return order.status == "cancelled"


def _median(name: object) -> float:
    return median(order.amount_cents for order in ORDERS if segment(order) == name) / 100


def idle(*keeps: Keep, **where: str) -> float:
    """The customers of those kinds who have no such orders."""
    busy = {order.customer.id for order in ORDERS if all(keep(order) for keep in keeps)}
    kept = [c for c in COMPANY.customers if all(getattr(c, name) == value for name, value in where.items())]
    return sum(customer.id not in busy for customer in kept)


def active(*keeps: Keep, **where: str) -> float:
    return sum(all(getattr(c, n) == v for n, v in where.items()) for c in COMPANY.customers) - idle(
        *keeps, **where
    )


WRITTEN_BEFORE = (
    Case("revenue by customer segment", grouped(revenue, segment)),
    Case("revenue by segment in 2025", grouped(revenue, segment, where=IN_2025)),
    Case("total amount by country", grouped(revenue, country)),
    Case("number of orders by customer country", grouped(count, country)),
    Case("how many orders came from customers in Sweden", grouped(count, where=SWEDEN)),
    Case("orders of customers in Italy", grouped(count, where=ITALY)),
    Case("average order value for hotels", grouped(average, where=HOTEL)),
    Case("average order value for hotel customers in 2025", grouped(average, where=both(HOTEL, IN_2025))),
    Case("top 3 cities by revenue", grouped(revenue, city, top=3)),
    Case("top 3 cities by revenue in 2025", grouped(revenue, city, where=IN_2025, top=3)),
    Case("top 5 customers by revenue", grouped(revenue, buyer, top=5)),
    Case("how many customers ordered in 2025", grouped(buyers, where=IN_2025)),
    Case("how many customers in Sweden ordered in 2025", grouped(buyers, where=both(SWEDEN, IN_2025))),
    Case(
        "share of revenue by segment",
        [
            (name, value, value / revenue(ORDERS))
            for name, value in grouped(revenue, segment)  # type: ignore[operator]
        ],
    ),
    Case("revenue by segment and channel", grouped(revenue, segment, channel)),
    Case("revenue by month for hotels in 2025", grouped(revenue, month, where=both(HOTEL, IN_2025))),
    Case("revenue excluding hotels", grouped(revenue, where=without(HOTEL))),
    Case("number of orders by account manager", grouped(count, manager)),
    Case("cancelled orders by country", grouped(count, country, where=cancelled)),
    Case("which country has the highest revenue", grouped(revenue, country, top=1)),
    Case("which segment has the most orders", grouped(count, segment, top=1)),
    Case(
        "compare revenue of hotels and offices",
        grouped(revenue, segment, where=of(segment, "Hotel", "Office")),
    ),
    Case("revenue in Berlin vs Hamburg", grouped(revenue, city, where=of(city, "Berlin", "Hamburg"))),
    Case("orders from Bremen", grouped(count, where=of(city, "Bremen"))),
    Case("customers with more than 20 orders", [row for row in grouped(count, buyer) if row[-1] > 20]),  # type: ignore[operator]
    Case("revenue of dealers in France", grouped(revenue, where=both(DEALER, FRANCE))),
    Case("total quantity by segment", grouped(pieces, segment)),
    Case("average amount by segment", grouped(average, segment)),
    Case(
        "number of customers by segment",
        [
            (name, sum(c.segment == name for c in COMPANY.customers))
            for name in {c.segment for c in COMPANY.customers}
        ],
    ),
    Case("customers without orders", [(idle(),)]),
    Case("how many customers have no orders", [(idle(),)]),
    Case("how many customers have not ordered in 2025", [(idle(IN_2025),)]),
    Case("how many customers in Sweden have no orders in 2025", [(idle(IN_2025, country="Sweden"),)]),
    Case("customers who ordered in 2025", [(active(IN_2025),)]),
    Case("how many customers are in Sweden", [(sum(c.country == "Sweden" for c in COMPANY.customers),)]),
)

WRITTEN_AFTER = (
    Case("show me revenue per customer segment", grouped(revenue, segment)),
    Case("what was the revenue from cafés in 2025", grouped(revenue, where=both(CAFE, IN_2025))),
    Case("revenue for roasteries", grouped(revenue, where=ROASTERY)),
    Case("sales by city", grouped(revenue, city)),
    Case("how many orders did offices place", grouped(count, where=OFFICE)),
    Case("number of orders from dealers in 2024", grouped(count, where=both(DEALER, IN_2024))),
    Case("average amount for customers in Italy", grouped(average, where=ITALY)),
    Case(
        "orders by segment and year",
        grouped(count, segment, lambda order: order.ordered.replace(month=1, day=1)),
    ),
    Case("revenue by country and segment", grouped(revenue, country, segment)),
    Case("which city has the lowest revenue", sorted(grouped(revenue, city), key=lambda row: row[-1])[:1]),
    Case("top 10 cities by number of orders", grouped(count, city, top=10)),
    Case("total quantity for hotel customers", grouped(pieces, where=HOTEL)),
    Case("quantity of grinders by segment", grouped(pieces, segment, where=of(category, "Grinders"))),
    Case("web shop revenue by customer country", grouped(revenue, country, where=of(channel, "Web shop"))),
    Case("revenue in Stockholm in 2025", grouped(revenue, where=both(of(city, "Stockholm"), IN_2025))),
    Case("revenue by account manager in 2024", grouped(revenue, manager, where=IN_2024)),
    Case("orders from Paris or Lyon", grouped(count, where=of(city, "Paris", "Lyon"))),
    Case("how many orders from customers outside Sweden", grouped(count, where=without(SWEDEN))),
    Case("number of orders not from hotels", grouped(count, where=without(HOTEL))),
    Case("cancelled orders of hotels", grouped(count, where=both(cancelled, HOTEL))),
    Case("how many customers in Italy ordered in 2024", grouped(buyers, where=both(ITALY, IN_2024))),
    Case("best segment by revenue in 2025", grouped(revenue, segment, where=IN_2025, top=1)),
    Case("median amount by segment", [(name, _median(name)) for name in {segment(o) for o in ORDERS}]),
    Case("monthly revenue for dealers in 2025", grouped(revenue, month, where=both(DEALER, IN_2025))),
    Case("revenue by segment for grinders", grouped(revenue, segment, where=of(category, "Grinders"))),
    Case("average order value by country in 2025", grouped(average, country, where=IN_2025)),
    Case(
        "espresso machines revenue by segment in 2025",
        grouped(revenue, segment, where=both(of(category, "Espresso machines"), IN_2025)),
    ),
    Case("total amount for French customers", grouped(revenue, where=FRANCE)),
    Case("revenue of Swedish hotels", grouped(revenue, where=both(SWEDEN, HOTEL))),
    Case("number of orders per city in Sweden", grouped(count, city, where=SWEDEN)),
    Case("top 3 customers in Sweden by revenue", grouped(revenue, buyer, where=SWEDEN, top=3)),
    Case(
        "customers in Sweden with more than 10 orders",
        [row for row in grouped(count, buyer, where=SWEDEN) if row[-1] > 10],
    ),  # type: ignore[operator]
    Case("how many customers never placed an order", [(idle(),)]),
    Case("how many customers have never made a single order", [(idle(),)]),
    Case("how many customers have not had any orders", [(idle(),)]),
    Case("hotel customers who did not order in 2024", [(idle(IN_2024, segment="Hotel"),)]),
    Case("customers without cancelled orders", [(idle(cancelled),)]),
    Case("how many customers without cancelled orders", [(idle(cancelled),)]),
    Case("number of customers with no orders last year", [(idle(IN_2025),)]),
    Case("customers in Italy with orders in 2025", [(active(IN_2025, country="Italy"),)]),
    Case(
        "highest amount by segment",
        [
            (name, max(o.amount_cents for o in ORDERS if segment(o) == name) / 100)
            for name in {segment(o) for o in ORDERS}
        ],
    ),
)

# They need numbers of the other table for each row of this one, or say what no table holds.
UNANSWERABLE = (
    "average credit limit by product",
    "total credit limit by channel",
    "total payment terms by order status",
    "revenue by segment and blorb",
    "revenue of hotels in Atlantis",
    "revenue by hair colour of the customer",
    "revenue from customers since 2020",
    "customers without hotels by unicorn",
    "orders of customers who like tea",
    "revenue by customer segment and moon phase",
    "credit limit by category in 2025",
    "customers without orders in Germany",
    "customers since 2024 without orders",
    "orders without customers in 2025",
    "hotel customers with more than 10 orders and a credit limit over 5000",
    "customers with orders over 1000 EUR",
)
