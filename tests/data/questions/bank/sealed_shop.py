"""Another hand's questions of customers, products and sales."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Cell
from tests.data.questions.bank.plain import above, distinct, each, each_one, mean, n, t, total

CUSTOMERS, PRODUCTS, SALES, ON = t("customers"), t("products"), t("sales"), "sale_date"
ALL = SALES.join(CUSTOMERS, "customer_id").join(PRODUCTS, "product_id")
REVENUE = total("revenue")


def _bought(kind: str) -> set[Cell]:
    return {row["customer_id"] for row in ALL.eq(category=kind).rows}


CASES: list[Asked] = [
    *ok(ALL.on(ON, "2025").by("category").get(REVENUE), "Revenue by product category in 2025"),
    *ok(ALL.by("country", "category").get(REVENUE), "Revenue per customer country and product category"),
    *ok(
        ALL.on(ON, "2025").eq(segment="Enterprise", brand="Casa").get(REVENUE),
        "What revenue did we make with Enterprise customers on Casa products in 2025?",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES, "customer_id").get(n),
        "How many customers have never bought anything?",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES, "customer_id").list("customer_name"),
        "Which customers have no sales?",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES.on(ON, "2025"), "customer_id").get(n),
        "How many customers did not buy anything in 2025?",
    ),
    *ok(
        ALL.by("customer_name").get(n).having(lambda value: value > 14),
        "Which customers have more than 14 sales?",
    ),
    *ok(
        ALL.on(ON, "2025").by("customer_name").get(REVENUE).top(5),
        "Top 5 customers by revenue in 2025",
    ),
    *ok(
        ALL.by("store", "product_name").get(total("quantity")).best_in_each(),
        "What product sells best by quantity in each store?",
    ),
    *ok(
        ALL.by("country", "product_name").get(REVENUE).best_in_each(largest=False),
        "Which product has the lowest revenue in each country?",
    ),
    *ok(
        ALL.on(ON, "2025").by(each("quarter", ON), "brand").get(REVENUE),
        "Quarterly revenue by brand in 2025",
    ),
    *ok(
        ALL.on(ON, "2025").by("segment").get(REVENUE).shares(),
        "Revenue share of each customer segment in 2025",
    ),
    *ok(
        ALL.eq(country=["Germany", "Austria"]).no(category="Audio").on(ON, "2025").get(total("quantity")),
        "Quantity sold to customers in Germany or Austria in 2025, excluding Audio",
    ),
    *ok(
        SALES.get(each_one("revenue", "customer_id")),
        "What is the average revenue per buying customer?",
    ),
    *ok(CUSTOMERS.on("signup_date", "2024").get(n), "How many customers signed up in 2024?"),
    *ok(CUSTOMERS.by("segment", "country").get(n), "Number of customers by segment and country"),
    *ok(
        PRODUCTS.where(above("list_price", 150)).list("product_name"),
        "Which products have a list price over 150?",
    ),
    *ok(
        PRODUCTS.by("brand").get(n, mean("list_price")),
        "How many products does each brand have and what is their average list price?",
    ),
    *ok(
        CUSTOMERS.where(lambda row: row["customer_id"] in _bought("Kitchen") - _bought("Audio")).get(n),
        "How many customers bought Kitchen products but no Audio products?",
    ),
    *ok(
        ALL.on("signup_date", "2025").get(REVENUE),
        "Revenue from customers who signed up in 2025",
    ),
    *either(  # with the month that is not over, or up to the last whole one, which the guide says
        (
            ALL.by(each("month", ON)).get(REVENUE).moving(6),
            ALL.on(ON, "2024..2026-04").by(each("month", ON)).get(REVENUE).moving(6),
        ),
        "Six month moving average of monthly revenue",
    ),
    *either(
        (
            ALL.on(ON, "2026").get(REVENUE).beside(ALL.on(ON, "2025-01-01..2025-05-17").get(REVENUE)),
            ALL.on(ON, "2026").get(REVENUE).beside(ALL.on(ON, "2025-01-01..2025-05-18").get(REVENUE)),
        ),
        "Revenue this year to date versus last year to date",
    ),
    *ok(
        ALL.eq(country="Germany")
        .on(ON, "2026Q1")
        .get(REVENUE)
        .beside(ALL.eq(country="Germany").on(ON, "2025Q1").get(REVENUE)),
        "German revenue in Q1 2026 compared with the same quarter of the previous year",
    ),
    *ok(
        ALL.on(ON, "2025").by("product_name").get(REVENUE).having(lambda value: value < 20000),
        "Products with less than 20,000 euros of revenue in 2025",
    ),
    *terse(ok(ALL.on(ON, "2024Q2").eq(country="Germany").get(REVENUE), "revenue germany 2024 q2")),
    *terse(ok(ALL.by("brand").get(total("quantity")).top(1), "top brand by quantity")),
    *terse(ok(ALL.on(ON, "2026-04").eq(store="Vienna").get(REVENUE), "vienna revenue last month")),
    *terse(
        ok(
            ALL.on(ON, "2025").eq(segment="Startup").by("category").get(REVENUE),
            "startup revenue 2025 by category",
        )
    ),
    *misspelt(ok(ALL.on(ON, "2025").by("segment").get(REVENUE), "revenu by costumer segment in 2025")),
    *misspelt(
        ok(ALL.eq(product_name="Espresso Pro").get(total("quantity")), "quantitty of Expresso Pro sold")
    ),
    *misspelt(ok(CUSTOMERS.eq(country="France").get(n), "how many custmers are from Frnace")),
    *chatty(
        ok(
            ALL.on(ON, "2025").eq(store="Online").by("category").get(REVENUE).top(1),
            "Hey, I'm just about to go into a meeting: which category made the most revenue online in 2025?",
        )
    ),
    *chatty(
        ok(
            ALL.eq(country="Spain").get(distinct("product_id")),
            "could you find out for me how many different products our Spanish customers have bought so far?",
        )
    ),
    *chatty(
        ok(
            SALES.on(ON, "2026-04").get(REVENUE),
            "Hi team, what was our revenue last month? Thanks in advance!",
        )
    ),
    *chatty(
        ok(
            ALL.on(ON, "2025").by("brand").get(REVENUE).shares(),
            "ok cool, now I'd like to see what share of the revenue each brand had in 2025",
        )
    ),
    *chatty(
        ok(
            CUSTOMERS.on("signup_date", "2026").by("segment").get(n),
            "Hello! Marketing would love to know how many customers signed up this year by segment.",
        )
    ),
    *chatty(
        ok(
            ALL.eq(product_name="Robo Vac").by("country").get(total("quantity")),
            "hey, can you break down the quantity of Robo Vac by country for me?",
        )
    ),
    *misspelt(
        ok(
            ALL.eq(store="Prague").on(ON, "2025").get(REVENUE),
            "whats the revenue of the Prauge store in 2025",
        )
    ),
    *no(
        "Gross margin by brand",
        "Which salesperson sold the most in 2025?",
        "What was the return rate of Robo Vac?",
        "Revenue by customer age group",
    ),
    *chatty(no("hi, do you know by any chance how many people visited the online store last week?")),
    *misspelt(no("revenu by coupon cod")),
    *unclear("Who is our best customer?", "What sells best?", "How many products did we have in 2025?"),
]
