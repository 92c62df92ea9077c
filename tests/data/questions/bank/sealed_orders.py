"""Another hand's questions of the orders of a web shop."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    date_of,
    distinct,
    each,
    mean,
    middle,
    n,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

ORDERS, ON = t("orders"), "order_date"
AMOUNT = total("amount")
SO_FAR = ORDERS.on(ON, "2026").get(AMOUNT)

CASES: list[Asked] = [
    *ok(ORDERS.on(ON, "2025").get(AMOUNT), "What was the total order amount in 2025?"),
    *terse(ok(ORDERS.on(ON, "2024Q2").eq(country="Germany").get(AMOUNT), "amount germany 2024 q2")),
    *terse(ok(ORDERS.on(ON, "2025").eq(status="Cancelled").get(n), "cancelled orders 2025 count")),
    *terse(ok(ORDERS.by("category").get(mean("amount")), "avg amount per category")),
    *chatty(
        ok(
            ORDERS.on(ON, "2026-04").eq(country="Poland").get(n),
            "hey could you quickly tell me how many orders we got from Poland last month?",
        )
    ),
    *chatty(
        ok(
            ORDERS.on(ON, "2025").eq(product="Wool Rug").get(total("quantity")),
            "Good morning! I'm preparing the supplier meeting and I need to know how many wool rugs "
            "we sold in 2025, quantity wise. Thanks a lot",
        )
    ),
    *chatty(
        ok(
            ORDERS.on(ON, "2025").by("channel").get(AMOUNT),
            "So, I was wondering, could you show me the order amount by channel for 2025 please?",
        )
    ),
    *ok(
        ORDERS.on(ON, "2026").by("product").get(AMOUNT).top(3),
        "Which three products have the highest order amount this year?",
    ),
    *ok(
        ORDERS.on(ON, "2025").by(each("month", ON), "channel").get(AMOUNT),
        "Monthly order amount for 2025, split by channel",
    ),
    *ok(
        ORDERS.on(ON, "2025").get(part(lambda row: row["channel"] == "Marketplace")),
        "What percentage of our 2025 orders came in through the marketplace?",
    ),
    *ok(
        ORDERS.eq(status=["Cancelled", "Returned"]).by("country").get(n),
        "How many orders were cancelled or returned, by country?",
    ),
    *ok(
        ORDERS.no(status="Cancelled").by("channel").get(mean("amount")),
        "Average order amount by channel, excluding cancelled orders",
    ),
    *misspelt(ok(ORDERS.on(ON, "2025").by("category").get(AMOUNT), "total amout by categry in 2025")),
    *misspelt(ok(ORDERS.on(ON, "2024").eq(status="Returned").get(n), "how many ordrs were retuned in 2024")),
    *misspelt(
        ok(
            ORDERS.eq(country="Austria").by("product").get(total("quantity")).top(1),
            "wich product has the higest quantity in Austira",
        )
    ),
    *ok(
        ORDERS.by("customer").get(n).having(lambda value: value > 20),
        "Which customers have placed more than 20 orders?",
    ),
    *ok(
        ORDERS.on(ON, "2025").by("customer").get(AMOUNT).having(lambda value: value > 8000),
        "Customers whose orders in 2025 add up to more than 8,000 euros",
    ),
    *ok(
        ORDERS.on(ON, "2025..2026-05-18").by(each("quarter", ON)).get(AMOUNT),
        "How has the order amount developed quarter by quarter since the start of 2025?",
    ),
    *ok(
        ORDERS.on(ON, "2025").by(each("month", ON)).get(AMOUNT).running(),
        "Cumulative order amount by month in 2025",
    ),
    *either(  # with the month that is not over, or up to the last whole one, which the guide says
        (
            ORDERS.by(each("month", ON)).get(AMOUNT).moving(3),
            ORDERS.on(ON, "2024..2026-04").by(each("month", ON)).get(AMOUNT).moving(3),
        ),
        "3-month moving average of the monthly order amount",
    ),
    *either(
        (
            ORDERS.on(ON, "2026").get(AMOUNT).beside(ORDERS.on(ON, "2025-01-01..2025-05-17").get(AMOUNT)),
            ORDERS.on(ON, "2026").get(AMOUNT).beside(ORDERS.on(ON, "2025-01-01..2025-05-18").get(AMOUNT)),
        ),
        "Order amount year to date compared with the same period last year",
    ),
    *ok(
        ORDERS.by("country", "product").get(AMOUNT).best_in_each(),
        "What is the product with the largest order amount in each country?",
    ),
    *ok(ORDERS.by(weekday(ON)).get(n).top(1), "On which day of the week do we get the most orders?"),
    *ok(
        ORDERS.on(ON, "2025").no(country=["Germany", "Austria"]).get(n),
        "How many orders in 2025 were neither from Germany nor from Austria?",
    ),
    *ok(
        ORDERS.eq(country=["Italy", "Spain"])
        .no(status="Cancelled")
        .where(above("amount", 1500))
        .list("order_id"),
        "List the orders over 1500 euros from Italy or Spain that were not cancelled",
    ),
    *ok(ORDERS.get(percentile("amount", 0.9)), "What is the 90th percentile of the order amount?"),
    *ok(ORDERS.eq(country="France").get(middle("amount")), "What's the median order amount in France?"),
    *ok(
        ORDERS.on(ON, "2026Q1").get(distinct("customer")),
        "How many different customers ordered something in the first quarter of 2026?",
    ),
    *ok(ORDERS.get(rows_each("customer")), "How many orders does a customer place on average?"),
    *ok(
        ORDERS.on(ON, "2025").by("country").get(AMOUNT).shares(),
        "How is the 2025 order amount distributed across countries, in percent?",
    ),
    *ok(ORDERS.get(date_of(max, ON)), "When was the most recent order?"),
    *ok(
        ORDERS.where(lambda row: row["order_id"] == 10077).list("status"), "What's the status of order 10077?"
    ),
    *chatty(
        ok(
            ORDERS.on(ON, "2026").eq(status="Pending").get(AMOUNT),
            "Hi, I've got the bank on the line. What's the total amount of all pending "
            "orders from this year?",
        )
    ),
    *chatty(
        ok(
            ORDERS.by("status").get(n),
            "hi there, can I please get a list of how many orders we have in every status?",
        )
    ),
    *chatty(
        ok(
            ORDERS.on(ON, "2025").by("country").get(AMOUNT).top(1),
            "alright, and can you also tell me which country had the highest amount in 2025? thx",
        )
    ),
    *terse(
        ok(ORDERS.on(ON, "2025").eq(channel="Web").by(each("month", ON)).get(n), "web orders by month 2025")
    ),
    *misspelt(ok(ORDERS.on(ON, "2025").by("channel").get(AMOUNT), "amount per chanel in 2025")),
    *no(
        "What was our profit margin in 2025?",
        "How many orders were shipped late?",
        "Which marketing campaign brought in the most orders?",
        "Orders by sales rep in 2025",
    ),
    *chatty(no("hi, my boss wants to know the shipping costs per country, can you pull that for me?")),
    *terse(no("discounts by month 2025")),
    *unclear("Who are our best customers?", "What are the top 5 products?"),
]
