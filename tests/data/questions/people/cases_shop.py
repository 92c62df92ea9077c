"""What a shop's owner, a finance chief, a terse analyst and others ask of the demo's orders and customers."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    day,
    days_between,
    distinct,
    each,
    each_one,
    mean,
    middle,
    n,
    part,
    total,
    unknown,
)
from tests.data.questions.people.tables import at, listed, per_period, some

ORDERS = at("shop", "orders")
CUSTOMERS = at("shop", "customers")
BOUGHT = ORDERS.join(CUSTOMERS, "customer_id")
_NEVER = CUSTOMERS.holds(lambda rows: not rows, ORDERS, "customer_id")
_GERMAN = BOUGHT.eq(country="Germany")
_2025 = ORDERS.on("order_date", "2025")

_OWNER = [
    *ok(
        _2025.get(total("amount")),
        "how much did we sell for in 2025",
        "revenue 2025",
        "what was our turnover in 2025?",
    ),
    *ok(
        BOUGHT.on("order_date", "2025").by("country").get(total("amount")).top(3),
        "top 3 countries by revenue in 2025",
        "our three best countries by revenue in 2025",
    ),
    *ok(
        ORDERS.eq(category="Grinders").get(n),
        "how many orders for grinders",
        "how many grinder orders did we get",
    ),
    *ok(
        ORDERS.eq(product="Cold Tower").get(total("quantity")),
        "how many Cold Towers did we sell",
        "quantity of Cold Tower sold",
    ),
    *ok(
        _2025.by("product").get(total("quantity")).top(5),
        "top 5 products by quantity in 2025",
        "the 5 products with the highest quantity in 2025",
    ),
    *ok(
        ORDERS.eq(status="returned").by("category").get(n),
        "returned orders by category",
        "number of returns by category",
    ),
    *ok(
        ORDERS.get(part(lambda r: r["status"] == "returned")),
        "what percentage of orders is returned",
        "return rate",
    ),
    *ok(ORDERS.by("category").get(part(lambda r: r["status"] == "returned")), "return rate by category"),
    *ok(
        per_period(ORDERS, "order_date", "month"),
        "average orders per month",
        "average number of orders per month",
        "how many orders do we get per month on average",
    ),
    *ok(
        per_period(ORDERS, "order_date", "week"),
        "on average how many orders a week",
        "on average how many orders do we have a week",
    ),
    *ok(_2025.get(lambda rows: n(rows) / 12), "average orders per month in 2025"),
    *ok(
        ORDERS.on("order_date", "2025").on("ship_date", "2026").get(n),
        "orders placed in 2025 and shipped in 2026",
        "how many orders were placed in 2025 and shipped in 2026",
        "ordered in 2025, shipped in 2026: how many orders",
    ),
    *ok(
        ORDERS.where(unknown("ship_date")).eq(status="open").get(n),
        "open orders that are not shipped yet",
        "how many open orders have not been shipped",
    ),
    *ok(
        BOUGHT.where(lambda r: r["country"] == "Germany" or r["amount"] > 500).get(n),
        "orders in Germany or over 500",
        "how many orders were from Germany or over 500 EUR",
    ),
    *ok(
        ORDERS.where(lambda r: r["channel"] == "Telephone" or r["category"] == "Brewers").get(
            total("amount")
        ),
        "revenue by telephone or of brewers",
        "revenue from Telephone or from Brewers",
    ),
    *ok(
        BOUGHT.where(lambda r: r["country"] == "Italy" or r["channel"] == "Field sales").get(n),
        "number of orders from Italy or via field sales",
    ),
    *ok(
        some(
            BOUGHT.by("city").get(distinct("customer_id"), total("amount")),
            lambda r: r[1] > 15 or r[2] > 100_000,
        ),
        "cities with more than 15 different customers or revenue over 100,000",
    ),
    *ok(
        some(BOUGHT.by("country").get(n, total("amount")), lambda r: r[1] > 300 or r[2] > 150_000),
        "countries with more than 300 orders or revenue over 150,000",
        "which countries had more than 300 orders or total revenue over 150,000",
    ),
    *ok(_NEVER.list("customer"), "which customers never ordered", "list customers without orders"),
    *listed(_NEVER, "customer", "customers without orders", "customers who never ordered anything"),
    *listed(
        CUSTOMERS.holds(
            lambda rows: not any(day(r["order_date"]).isoformat() >= "2025-06-01" for r in rows),
            ORDERS,
            "customer_id",
        ),
        "customer",
        "customers without orders since June 2025",
        "customers who have not ordered since June 2025",
    ),
    *ok(
        CUSTOMERS.eq(country="Austria").holds(lambda rows: not rows, ORDERS, "customer_id").get(n),
        "how many customers in Austria have no orders",
        "number of Austrian customers without orders",
    ),
    *ok(
        some(BOUGHT.eq(city="Hamburg").by("customer_id").get(n), lambda r: r[1] > 10),
        "customers in Hamburg with more than 10 orders",
        "which customers in Hamburg have more than 10 orders",
        "customers from Hamburg with over 10 orders",
    ),
    *ok(some(BOUGHT.by("customer_id").get(n), lambda r: r[1] > 40), "customers with more than 40 orders"),
    *ok(CUSTOMERS.by("segment").get(n), "customers by segment", "how many customers are in each segment"),
    *ok(CUSTOMERS.on("customer_since", "2025").get(n), "how many customers joined in 2025"),
    *ok(
        BOUGHT.eq(segment="Hotel").on("order_date", "2026-04").get(total("amount")),
        "revenue from hotels last month",
        "what did hotels spend last month in revenue",
    ),
]

_FINANCE = [
    *ok(
        ORDERS.on("order_date", "2026Q1")
        .get(total("amount"))
        .beside(ORDERS.on("order_date", "2025Q1").get(total("amount"))),
        "revenue Q1 2026 vs Q1 2025",
        "compare revenue in Q1 2026 with Q1 2025",
    ),
    *ok(
        _2025.by(each("quarter", "order_date")).get(total("amount")),
        "quarterly revenue 2025",
        "revenue by quarter in 2025",
    ),
    *ok(_2025.get(mean("amount")), "average order value in 2025", "average amount of an order in 2025"),
    *ok(_2025.get(middle("amount")), "median order amount in 2025"),
    *ok(CUSTOMERS.by("segment").get(total("credit_limit")), "total credit limit by segment"),
    *ok(CUSTOMERS.by("country").get(mean("credit_limit")), "average credit limit per country"),
    *ok(
        BOUGHT.eq(segment="Dealer").get(mean("discount")),
        "average discount for dealers",
        "mean discount of dealer orders",
    ),
    *ok(
        BOUGHT.on("order_date", "2025").by("segment").get(total("amount")).shares(),
        "revenue share by segment in 2025",
        "each segment's share of revenue in 2025",
    ),
    *ok(
        ORDERS.no(status="cancelled").on("order_date", "2025").get(total("amount")),
        "revenue 2025 without cancelled orders",
        "2025 revenue excluding cancelled",
    ),
    *ok(
        _2025.by(each("month", "order_date")).get(total("amount")).running(),
        "running total of revenue by month in 2025",
    ),
    *ok(
        BOUGHT.by("account_manager").get(total("amount")),
        "revenue by account manager",
        "revenue per account manager",
    ),
    *ok(
        ORDERS.get(days_between("order_date", "ship_date")),
        "average days from order date to ship date",
        "average number of days between order and shipping",
    ),
    *ok(_2025.get(each_one("amount", "customer_id")), "average revenue per customer in 2025"),
    *ok(
        ORDERS.where(above("discount", 5)).get(total("amount")),
        "revenue from orders with a discount over 5 %",
        "total amount of orders with more than 5% discount",
    ),
    *ok(
        ORDERS.on("order_date", "2026-01-01..2026-05-18").get(total("amount")),
        "revenue year to date",
        "ytd revenue",
    ),
    *ok(
        _GERMAN.on("order_date", "2025").by("category").get(total("amount")).top(1),
        "which category had the highest revenue in Germany in 2025",
    ),
    *ok(BOUGHT.eq(region="Nordics").by("country").get(total("amount")), "Nordics revenue by country"),
    *ok(
        BOUGHT.eq(country=("Austria", "Switzerland")).on("order_date", "2025").get(total("amount")),
        "revenue in Austria and Switzerland in 2025",
        "2025 revenue from Austria or Switzerland",
    ),
]

_TERSE = terse(
    [
        *ok(
            BOUGHT.on("order_date", "2025").eq(country="Denmark").get(total("amount")), "revenue denmark 2025"
        ),
        *ok(ORDERS.by("channel").get(mean("amount")), "aov by channel", "avg order value channel"),
        *ok(ORDERS.by(each("month", "order_date")).get(n), "orders by month"),
        *ok(
            _2025.eq(channel="Marketplace").by("category").get(total("quantity")),
            "qty by category marketplace 2025",
        ),
    ]
)

_NEWCOMER = chatty(
    [
        *ok(
            _2025.get(distinct("customer_id")),
            "Hi there! I only started on Monday. How many different customers ordered in 2025?",
        ),
        *ok(
            ORDERS.by("status").get(n),
            "can somebody show me how many orders there are in each status? would be great",
        ),
        *ok(
            BOUGHT.eq(segment="Café").get(total("amount")),
            "my boss asked me how much revenue the cafés bring us",
        ),
    ]
)

_ODDLY = misspelt(
    [
        *ok(_2025.get(total("amount")), "revenu in 2025", "reveneu 2025"),
        *ok(BOUGHT.eq(country="Switzerland").get(n), "how many ordres from switzerlnd"),
        *ok(CUSTOMERS.by("segment").get(n), "custmers per segmnt"),
        *ok(ORDERS.eq(category="Accessories").get(total("amount")), "revenue of acessories"),
    ]
)

_NEW_TO_ENGLISH = [
    *ok(
        BOUGHT.by("country").get(n),
        "How many orders have each country?",
        "Which quantity of orders for every country?",
    ),
    *ok(
        ORDERS.eq(status="cancelled").on("order_date", "2025").get(n),
        "How much orders was cancelled in 2025?",
        "In 2025 how many orders were cancelled?",
    ),
    *either((CUSTOMERS.eq(city="Wien").get(n),), "How many customers we have in Wien?"),
]

_CANNOT = [
    *no(
        "profit by category",
        "which customers are about to leave us",
        "revenue from Germany and Portugal",
        "how many visitors did the web shop have",
        "orders in Germany or over 500 likes",
        "what will revenue be in 2027",
        "email the top customers",
        "why are grinders so popular",
        "orders placed in 2025 and paid in 2026",
        "customers in Hamburg with more than 3 complaints",
        "average orders per visitor",
        "products never advertised in 2025 in Germany",
        "should we raise our prices",
        "revenue by salesperson gender",
        "cities with more than 5 clients or profit over 10,000",
    ),
    *unclear(
        "best customers",
        "how are we doing",
        "orders with more than 3",
        "customers with more than 20 orders and an amount over 300",
        "revenue before tax in Germany",
        "orders in Germany or Italy over 500 or by telephone",
        "average revenue per month",
        "customers without orders in Germany",
    ),
]

CASES: list[Asked] = [*_OWNER, *_FINANCE, *_TERSE, *_NEWCOMER, *_ODDLY, *_NEW_TO_ENGLISH, *_CANNOT]
