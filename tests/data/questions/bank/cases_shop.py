"""Questions about sales with their customers and products. Today is 2026-05-18."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    distinct,
    each,
    each_one,
    mean,
    n,
    part,
    rows_each,
    t,
    total,
    weekday,
)

CUSTOMERS, PRODUCTS, SALES = t("customers"), t("products"), t("sales")
ALL = SALES.join(CUSTOMERS, "customer_id").join(PRODUCTS, "product_id")
WHEN = "sale_date"
OF_2025 = ALL.on(WHEN, "2025")
MONEY = total("revenue")
KEY = "customer_id"

CASES: list[Asked] = [
    *ok(ALL.get(MONEY), "total revenue", "how much revenue did we make overall?"),
    *ok(
        ALL.by("segment").get(MONEY),
        "revenue by customer segment",
        "revenue per segment",
        "how much revenue does each segment bring?",
    ),
    *ok(
        OF_2025.by("country").get(MONEY),
        "revenue by customer country in 2025",
        "2025 revenue by country",
        "revenue per country for 2025",
    ),
    *ok(
        ALL.by("category").get(MONEY),
        "revenue by product category",
        "revenue by category",
        "total revenue per category",
    ),
    *ok(
        ALL.by("brand").get(total("quantity")),
        "quantity by brand",
        "how many pieces per brand?",
        "quantity sold by brand",
    ),
    *ok(
        ALL.by("segment", "category").get(MONEY),
        "revenue by segment and category",
        "revenue per customer segment and product category",
    ),
    *ok(OF_2025.by(each("quarter", WHEN), "brand").get(MONEY), "quarterly revenue by brand in 2025"),
    *ok(ALL.eq(segment="Enterprise").get(MONEY), "revenue from enterprise customers", "enterprise revenue"),
    *ok(
        ALL.eq(segment="Enterprise", category="Audio").get(MONEY),
        "audio revenue from enterprise customers",
        "revenue of audio products with Enterprise customers",
    ),
    *ok(
        ALL.eq(country=("Spain", "Italy")).on(WHEN, "2025").get(n),
        "sales to customers in Spain or Italy in 2025",
        "number of sales in Spain and Italy in 2025",
    ),
    *ok(ALL.no(brand="Casa").get(MONEY), "revenue excluding Casa", "revenue without the brand Casa"),
    *ok(ALL.no(country="Germany").by("segment").get(MONEY), "revenue by segment outside Germany"),
    *ok(
        ALL.eq(store="Vienna").by("category").get(MONEY),
        "revenue by category in the Vienna store",
        "Vienna revenue per category",
    ),
    *ok(
        ALL.by("brand").get(MONEY).top(2),
        "top 2 brands by revenue",
        "the two brands with the highest revenue",
    ),
    *ok(
        ALL.by("country").get(MONEY).top(1),
        "which country brings the most revenue?",
        "country with the highest revenue",
    ),
    *ok(
        ALL.by("product_name").get(MONEY).top(3),
        "top 3 products by revenue",
        "best 3 products by revenue",
        "three product names with the highest revenue",
    ),
    *ok(
        ALL.by("segment", "brand").get(MONEY).best_in_each(),
        "best brand by revenue in each segment",
        "top brand per segment by revenue",
    ),
    *ok(CUSTOMERS.get(n), "how many customers do we have?", "number of customers", "customer count"),
    *ok(CUSTOMERS.by("segment").get(n), "customers by segment", "how many customers per segment?"),
    *ok(
        CUSTOMERS.eq(country="Poland").get(n), "customers in Poland", "how many Polish customers do we have?"
    ),
    *ok(
        CUSTOMERS.on("signup_date", "2024").get(n),
        "customers who signed up in 2024",
        "how many customers signed up in 2024?",
    ),
    *ok(PRODUCTS.get(n), "how many products are there?", "number of products"),
    *ok(PRODUCTS.by("category").get(n), "products by category", "number of products per category"),
    *ok(PRODUCTS.get(mean("list_price")), "average list price", "mean list price"),
    *ok(PRODUCTS.by("brand").get(mean("list_price")), "average list price by brand"),
    *ok(
        SALES.get(distinct(KEY)),
        "how many customers bought something?",
        "number of customers with sales",
        "customers with at least one sale",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES, KEY).get(n),
        "customers without sales",
        "how many customers have no sales?",
        "how many customers never bought anything?",
        "number of customers without any sale",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES, KEY).by("segment").get(n),
        "customers without sales by segment",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: not rows, SALES.on(WHEN, "2025"), KEY).get(n),
        "customers without sales in 2025",
        "how many customers had no sales in 2025?",
        "customers who did not buy in 2025",
    ),
    *ok(
        CUSTOMERS.eq(country="France").holds(lambda rows: not rows, SALES, KEY).get(n),
        "customers in France without sales",
    ),
    *ok(
        CUSTOMERS.holds(lambda rows: len(rows) > 12, SALES, KEY).get(n),
        "how many customers have more than 12 sales?",
    ),
    *ok(
        ALL.by("customer_name").get(n).having(lambda v: v > 12),
        "customers with more than 12 sales",
        "which customers have over 12 sales?",
    ),
    *ok(
        ALL.by("customer_name").get(MONEY).having(lambda v: v > 20000),
        "customers with revenue above 20000",
        "which customers have a total revenue over 20,000 EUR?",
    ),
    *ok(ALL.get(each_one("revenue", KEY)), "average revenue per customer", "revenue per customer on average"),
    *ok(ALL.by("segment").get(each_one("revenue", KEY)), "average revenue per customer by segment"),
    *ok(ALL.get(rows_each(KEY)), "average number of sales per customer", "sales per customer on average"),
    *ok(
        ALL.by("segment").get(MONEY).shares(),
        "revenue share by segment",
        "share of revenue by customer segment",
    ),
    *ok(
        ALL.by("brand").get(MONEY).shares().only("Tonika"),
        "share of Tonika in revenue",
        "what percentage of revenue comes from Tonika?",
    ),
    *ok(
        ALL.get(part(lambda r: r["store"] == "Online")),
        "share of online sales",
        "percentage of sales that are online",
    ),
    *ok(
        OF_2025.by(each("month", WHEN)).get(MONEY).running(),
        "cumulative revenue by month in 2025",
        "running total of monthly revenue in 2025",
    ),
    *ok(
        OF_2025.eq(segment="Startup").by(each("month", WHEN)).get(MONEY),
        "monthly revenue from startup customers in 2025",
        "revenue by month for startups in 2025",
    ),
    *ok(
        ALL.on(WHEN, "2025").by("segment").get(MONEY).beside(ALL.on(WHEN, "2024").by("segment").get(MONEY)),
        "revenue by segment 2025 vs 2024",
        "compare 2025 with 2024 revenue by segment",
    ),
    *ok(ALL.by("country").get(distinct(KEY)), "number of buying customers by country"),
    *ok(
        ALL.by("category").get(n, MONEY),
        "number of sales and revenue by category",
        "sales count and revenue per category",
    ),
    *ok(
        ALL.where(lambda r: r["brand"] == "Casa" or r["segment"] == "Startup").get(MONEY),
        "revenue from the brand Casa or startup customers",
    ),
    *ok(
        ALL.where(lambda r: float(str(r["revenue"])) > 2000).by("segment").get(n),
        "number of sales with revenue over 2000 by segment",
    ),
    *ok(ALL.by(weekday(WHEN)).get(MONEY), "revenue by weekday"),
    *ok(SALES.get(mean("quantity")), "average quantity per sale", "mean quantity"),
    *ok(ALL.by("category").get(mean("quantity")), "average quantity by category"),
    *unclear("top customers", "growth by brand in Q3 2025"),
    *no(
        "profit by brand",
        "total list price by country",
        "customers who complained",
        "revenue by salesperson",
        "stock of Robo Vac",
        "products that were returned",
        "delivery time per country",
        "revenue in Berlin",
        "which customers will churn?",
        "customers without sales in the Vienna store last year by brand",
    ),
]
