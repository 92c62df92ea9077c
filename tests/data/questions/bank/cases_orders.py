"""Questions about the orders of a web shop. Today is 2026-05-18, a Monday."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    distinct,
    each,
    each_one,
    least,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

ORDERS = t("orders")
WHEN = "order_date"
SALES = total("amount")
OF_2025 = ORDERS.on(WHEN, "2025")


def revenue_over_300(row: dict[str, object]) -> bool:
    return float(str(row["amount"])) > 300


CASES: list[Asked] = [
    *ok(ORDERS.get(SALES), "total revenue", "what is our overall amount?", "sum of all order amounts"),
    *ok(ORDERS.get(n), "how many orders are there?", "number of orders", "order count pls"),
    *ok(
        OF_2025.get(SALES),
        "revenue in 2025",
        "How much revenue did we make in 2025?",
        "total amount for the year 2025",
        "hi, could you tell me what our revenue was in 2025? thanks!",
        "revnue 2025",
    ),
    *ok(
        ORDERS.on(WHEN, "2026-04").get(SALES),
        "revenue last month",
        "what did we take in revenue in April 2026",
    ),
    *ok(
        ORDERS.on(WHEN, "2026-01-01..2026-05-18").get(n),
        "orders year to date",
        "number of orders so far this year",
        "how many orders ytd",
    ),
    *ok(ORDERS.on(WHEN, "2026Q1").get(SALES), "revenue last quarter", "total amount in Q1 2026"),
    *ok(ORDERS.on(WHEN, "2026-02..2026-04").get(n), "number of orders in the last 3 months"),
    *ok(
        OF_2025.by("country").get(SALES),
        "revenue by country in 2025",
        "2025 revenue per country",
        "break down the 2025 revenue by country",
        "for each country, the total revenue in 2025",
    ),
    *ok(
        ORDERS.by("channel").get(n),
        "orders by channel",
        "how many orders came in through each channel?",
        "number of ordes per chanel",
    ),
    *ok(
        ORDERS.by("category", "channel").get(SALES),
        "revenue by category and channel",
        "show me the total amount per category and channel",
    ),
    *ok(
        ORDERS.by("country", "category", "channel").get(n),
        "number of orders by country, category and channel",
    ),
    *ok(
        OF_2025.by(each("month", WHEN)).get(SALES),
        "monthly revenue in 2025",
        "revenue by month for 2025",
        "how did revenue develop month by month in 2025?",
        "revenue trend per month 2025",
    ),
    *ok(
        OF_2025.by(each("quarter", WHEN), "channel").get(SALES),
        "quarterly revenue by channel in 2025",
        "revenue per quarter and channel in 2025",
    ),
    *ok(
        ORDERS.eq(country="Germany").get(SALES),
        "revenue in Germany",
        "German revenue",
        "total amount from germany",
    ),
    *ok(
        ORDERS.eq(country=("Germany", "France")).get(n),
        "orders from Germany or France",
        "how many orders did we get from Germany and France together?",
    ),
    *ok(
        ORDERS.no(country="Germany").get(SALES),
        "revenue excluding Germany",
        "revenue outside Germany",
        "total revenue without Germany",
    ),
    *ok(
        ORDERS.no(status="Cancelled").by("category").get(SALES),
        "revenue by category excluding cancelled orders",
        "revenue per category without cancelled orders",
    ),
    *ok(
        ORDERS.no(status=("Cancelled", "Returned")).get(SALES),
        "revenue excluding cancelled and returned orders",
        "total amount not counting cancelled or returned orders",
    ),
    *ok(
        ORDERS.where(lambda r: r["country"] == "Spain" or r["channel"] == "Phone").get(n),
        "number of orders from Spain or by phone",
        "orders where the country is Spain or the channel is Phone",
    ),
    *ok(
        ORDERS.where(
            lambda r: r["channel"] == "Web" and not (r["country"] == "Italy" and r["status"] == "Returned")
        ).get(n),
        "number of web orders except returned orders from Italy",
    ),
    *ok(
        ORDERS.where(
            lambda r: (
                (r["country"] == "Spain" and r["channel"] == "Web")
                or (r["country"] == "Italy" and r["channel"] == "Phone")
            )
        ).get(n),
        "how many orders came from Spain via Web or from Italy via Phone",
    ),
    *ok(
        ORDERS.by("product").get(SALES).top(3),
        "top 3 products by revenue",
        "the three products with the highest revenue",
        "which 3 products bring in the most revenue?",
    ),
    *ok(
        ORDERS.by("product").get(SALES).bottom(1),
        "which product has the lowest revenue?",
        "worst product by revenue",
    ),
    *ok(
        OF_2025.by("country").get(SALES).top(1),
        "which country had the highest revenue in 2025?",
        "best country by revenue in 2025",
    ),
    *ok(
        ORDERS.by("country", "product").get(SALES).best_in_each(),
        "best product by revenue in each country",
        "the top product per country by revenue",
        "for each country, which product has the highest revenue?",
    ),
    *ok(
        ORDERS.by("channel", "product").get(n).best_in_each(2),
        "top 2 products per channel by number of orders",
    ),
    *ok(
        ORDERS.by("category", "country").get(SALES).best_in_each(largest=False),
        "worst country by revenue in each category",
    ),
    *ok(
        ORDERS.get(mean("amount")),
        "average order value",
        "what is the mean order amount",
        "avg amount of an order",
    ),
    *ok(ORDERS.get(middle("amount")), "median order amount", "median amount"),
    *ok(ORDERS.get(percentile("amount", 0.9)), "90th percentile of order amount", "p90 of amount"),
    *ok(ORDERS.by("country").get(percentile("amount", 0.95)), "95th percentile of amount by country"),
    *ok(OF_2025.get(most("amount")), "largest order amount in 2025", "maximum amount in 2025"),
    *ok(ORDERS.get(least("quantity")), "smallest quantity", "minimum quantity"),
    *ok(
        ORDERS.get(each_one("amount", "customer")),
        "average revenue per customer",
        "how much revenue does a customer bring on average?",
    ),
    *ok(
        ORDERS.get(rows_each("customer")),
        "average number of orders per customer",
        "orders per customer on average",
    ),
    *ok(
        OF_2025.by("country").get(rows_each("customer")),
        "average number of orders per customer by country in 2025",
    ),
    *ok(
        ORDERS.by("customer").get(n).having(lambda v: v > 30),
        "customers with more than 30 orders",
        "which customers have placed more than 30 orders?",
    ),
    *ok(
        ORDERS.by("product").get(SALES).having(lambda v: v >= 35000),
        "products with revenue of at least 35000",
        "which products have a total revenue of at least 35,000 EUR?",
    ),
    *ok(
        ORDERS.eq(channel="Web").by("country").get(n).having(lambda v: v < 30),
        "countries with fewer than 30 orders from the web channel",
    ),
    *ok(
        ORDERS.where(revenue_over_300).get(n),
        "how many orders over 300 EUR",
        "number of orders with an amount above 300",
        "orders worth more than 300 euros",
    ),
    *ok(ORDERS.where(revenue_over_300).by("country").get(n), "number of orders over 300 EUR by country"),
    *ok(
        ORDERS.where(lambda r: 3 <= int(str(r["quantity"])) <= 5).get(n),
        "orders with a quantity between 3 and 5",
    ),
    *ok(
        ORDERS.get(distinct("customer")),
        "how many different customers do we have?",
        "number of distinct customers",
    ),
    *ok(ORDERS.get(SALES, n), "revenue and number of orders", "total amount and order count"),
    *ok(
        ORDERS.by("country").get(SALES, n, mean("amount")),
        "revenue, number of orders and average amount by country",
    ),
    *ok(OF_2025.by("category").get(total("quantity"), SALES), "quantity and revenue per category in 2025"),
    *ok(
        ORDERS.by("country").get(SALES).shares(),
        "revenue share by country",
        "share of each country in total revenue",
        "what percentage of revenue comes from each country?",
    ),
    *ok(
        ORDERS.by("channel").get(SALES).shares().only("Web"),
        "what share of revenue comes from the Web channel?",
        "Web share of revenue",
    ),
    *ok(
        ORDERS.get(part(lambda r: r["status"] == "Cancelled")),
        "what percentage of orders were cancelled?",
        "share of cancelled orders",
        "cancellation rate of orders",
    ),
    *ok(
        OF_2025.by(each("month", WHEN)).get(SALES).running(),
        "running total of revenue by month in 2025",
        "cumulative revenue per month in 2025",
    ),
    *ok(
        OF_2025.by(each("month", WHEN)).get(SALES).moving(3),
        "3 month moving average of revenue in 2025",
        "three-month rolling average of revenue by month in 2025",
    ),
    *ok(
        ORDERS.on(WHEN, "2024-12..2025-12").by(each("month", WHEN)).get(SALES).growth(),
        "month over month revenue growth in 2025",
        "monthly growth rate of revenue in 2025",
    ),
    *ok(
        ORDERS.on(WHEN, "2025Q2").get(SALES, lambda _r: ORDERS.on(WHEN, "2024Q2").get(SALES).rows[0][0]),
        "revenue in Q2 2025 compared to the same quarter last year",
        "Q2 2025 revenue vs a year ago",
    ),
    *ok(
        ORDERS.on(WHEN, "2026-01-01..2026-05-18").get(
            SALES, lambda _r: ORDERS.on(WHEN, "2025-01-01..2025-05-18").get(SALES).rows[0][0]
        ),
        "revenue year to date versus same period last year",
        "ytd revenue compared to the same period last year",
    ),
    *ok(
        ORDERS.on(WHEN, "2025").get(SALES, lambda _r: ORDERS.on(WHEN, "2024").get(SALES).rows[0][0]),
        "revenue 2025 vs 2024",
        "compare revenue of 2025 with 2024",
    ),
    *ok(ORDERS.by(weekday(WHEN)).get(n), "orders by weekday", "number of orders per day of the week"),
    *ok(ORDERS.by(weekday(WHEN)).get(SALES).top(1), "which weekday has the highest revenue?"),
    *ok(
        ORDERS.where(lambda r: r[WHEN].weekday() >= 5).get(n),  # type: ignore[union-attr]
        "how many orders were placed on weekends?",
        "orders on saturdays and sundays",
    ),
    *ok(ORDERS.where(lambda r: r[WHEN].weekday() == 4).get(SALES), "revenue on Fridays"),  # type: ignore[union-attr]
    *ok(
        ORDERS.by(each("month", WHEN)).get(SALES).top(1),
        "which month had the highest revenue?",
        "best month by revenue",
    ),
    *ok(
        ORDERS.eq(product="Desk Lamp").get(total("quantity")),
        "how many desk lamps were sold?",
        "quantity of desk lamps sold",
    ),
    *ok(
        ORDERS.first(5, "amount", "order_id", "amount"),
        "show the 5 largest orders by amount",
        "five biggest orders",
    ),
    *ok(ORDERS.first(3, WHEN, "order_id"), "the 3 most recent orders", "last 3 orders"),
    *ok(
        ORDERS.eq(status="Returned", country="Poland").list("order_id"),
        "list the returned orders from Poland",
        "show me all returned orders from Poland",
    ),
    *ok(
        ORDERS.on(WHEN, "2025-03-10..2025-03-31").get(n),
        "orders between March 10 and March 31, 2025",
        "number of orders from 10 March to 31 March 2025",
    ),
    *ok(ORDERS.on(WHEN, "2026-05-11..2026-05-17").get(SALES), "revenue last week"),
    *ok(ORDERS.on(WHEN, "2025-07..").get(n), "orders since July 2025", "number of orders since july 2025"),
    *unclear(
        "top products",
        "growth in Q3 2025",
        "revenue from 03/04/2025",
        "best customers",
        "revenue compared to last year",
    ),
    *no(
        "what is our profit margin?",
        "revenue by salesperson",
        "how many orders were delivered late?",
        "average shipping cost",
        "will revenue grow next year?",
        "revenue in Sweden",
        "orders paid by credit card",
        "why do customers cancel?",
        "revenue per square meter",
        "orders with a discount code",
        "which customers are likely to churn",
        "email of customer Abel GmbH",
    ),
]
