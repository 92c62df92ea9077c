"""Questions about a stock list. Today is 2026-05-18."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import (
    date_of,
    distinct,
    each,
    least,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    t,
    total,
)

STOCK = t("stock")
UNITS = "units_in_stock"
COST = "unit_cost"
SEEN = "last_delivery"


def number(row: Record, name: str) -> float:
    return float(str(row[name]))


CASES: list[Asked] = [
    *ok(
        STOCK.get(n),
        "how many products are in the stock list?",
        "number of products in stock list",
        "how many SKUs are there?",
    ),
    *ok(
        STOCK.get(total(UNITS)),
        "total units in stock",
        "how many units do we have in stock?",
        "sum of units in stock",
    ),
    *ok(
        STOCK.by("warehouse").get(total(UNITS)),
        "units in stock by warehouse",
        "total units in stock per warehouse",
        "how many units are in stock in each warehouse?",
        "units in stock per warehose",
    ),
    *ok(STOCK.by("category", "warehouse").get(total(UNITS)), "units in stock by category and warehouse"),
    *ok(
        STOCK.eq(warehouse="Graz").get(total(UNITS)),
        "units in stock in Graz",
        "how many units are in stock in Graz?",
    ),
    *ok(
        STOCK.eq(supplier="Nordmetal").get(n),
        "how many SKUs come from Nordmetal?",
        "number of SKUs from supplier Nordmetal",
    ),
    *ok(
        STOCK.no(supplier="Polytec").get(total(UNITS)),
        "units in stock excluding Polytec",
        "units in stock not from Polytec",
        "total units in stock except supplier Polytec",
    ),
    *ok(
        STOCK.eq(category=("Seals", "Tools"), warehouse="Bremen").get(total(UNITS)),
        "units in stock of seals and tools in Bremen",
        "units in stock for Seals or Tools in the Bremen warehouse",
    ),
    *ok(
        STOCK.by("supplier").get(total(UNITS)).top(1),
        "which supplier has the most units in stock?",
        "supplier with the highest units in stock",
    ),
    *ok(
        STOCK.by("category").get(total(UNITS)).top(2),
        "top 2 categories by units in stock",
        "the two categories with the most units in stock",
    ),
    *ok(
        STOCK.by("warehouse", "category").get(total(UNITS)).best_in_each(),
        "category with the most units in stock in each warehouse",
        "for each warehouse the category with the highest units in stock",
    ),
    *ok(STOCK.get(mean(COST)), "average unit cost", "mean unit cost", "what is the average unit cost?"),
    *ok(STOCK.by("category").get(mean(COST)), "average unit cost by category", "mean unit cost per category"),
    *ok(STOCK.by("supplier").get(middle(COST)), "median unit cost by supplier"),
    *ok(STOCK.get(percentile(COST, 0.25)), "25th percentile of unit cost", "lower quartile of unit cost"),
    *ok(STOCK.get(most(COST)), "highest unit cost", "maximum unit cost", "max unit cost"),
    *ok(STOCK.get(least(COST), most(COST)), "minimum and maximum unit cost", "lowest and highest unit cost"),
    *ok(
        STOCK.eq(discontinued="yes").get(n),
        "how many SKUs are discontinued?",
        "discontinued SKUs",
        "number of discontinued SKUs",
    ),
    *ok(
        STOCK.eq(discontinued="no").by("warehouse").get(total(UNITS)),
        "units in stock by warehouse that are not discontinued",
        "units in stock per warehouse without discontinued",
    ),
    *ok(
        STOCK.by("category").get(part(lambda r: r["discontinued"] == "yes")),
        "share of discontinued SKUs in each category",
        "discontinuation rate by category",
    ),
    *ok(
        STOCK.where(lambda r: number(r, UNITS) == 0).get(n),
        "SKUs with 0 units in stock",
        "how many SKUs have no units in stock?",
        "number of SKUs with zero units in stock",
    ),
    *ok(
        STOCK.where(lambda r: number(r, UNITS) > 800).get(n),
        "SKUs with more than 800 units in stock",
        "how many SKUs have over 800 units in stock?",
    ),
    *ok(
        STOCK.where(lambda r: number(r, UNITS) < number(r, "reorder_level")).get(n),
        "SKUs with units in stock below the reorder level",
        "how many SKUs are below their reorder level?",
    ),
    *ok(
        STOCK.where(lambda r: number(r, UNITS) < number(r, "reorder_level")).by("warehouse").get(n),
        "number of SKUs below reorder level by warehouse",
    ),
    *ok(
        STOCK.where(lambda r: number(r, COST) > 80).get(n),
        "SKUs with a unit cost over 80 EUR",
        "how many SKUs cost more than 80 EUR?",
    ),
    *ok(STOCK.where(lambda r: 10 <= number(r, COST) <= 20).get(n), "SKUs with unit cost between 10 and 20"),
    *ok(
        STOCK.by("supplier").get(n).having(lambda v: v > 35),
        "suppliers with more than 35 SKUs",
        "which suppliers have over 35 SKUs?",
    ),
    *ok(
        STOCK.by("supplier").get(total(UNITS)).having(lambda v: v > 15000),
        "suppliers with more than 15000 units in stock",
    ),
    *ok(
        STOCK.get(lambda rows: sum(number(r, UNITS) * number(r, COST) for r in rows)),
        "units in stock times unit cost",
        "total stock value as units in stock multiplied by unit cost",
    ),
    *ok(
        STOCK.by("warehouse").get(total(UNITS)).shares(),
        "share of units in stock by warehouse",
        "units in stock share per warehouse",
    ),
    *ok(STOCK.by("supplier").get(n).shares(), "share of SKUs by supplier"),
    *ok(
        STOCK.get(distinct("supplier")),
        "how many suppliers are there?",
        "number of suppliers",
        "number of distinct suppliers",
    ),
    *ok(
        STOCK.by("warehouse").get(distinct("supplier")),
        "number of suppliers per warehouse",
        "how many suppliers does each warehouse have?",
    ),
    *ok(
        STOCK.on(SEEN, "2026-04").get(n),
        "SKUs last delivered in April 2026",
        "how many SKUs had their last delivery in April 2026?",
    ),
    *ok(
        STOCK.on(SEEN, "..2025-06-30").get(n),
        "SKUs with a last delivery before July 2025",
        "SKUs last delivered before july 2025",
    ),
    *ok(STOCK.get(date_of(max, SEEN)), "latest last delivery", "most recent last delivery"),
    *ok(STOCK.by(each("quarter", SEEN)).get(n), "number of SKUs by quarter of last delivery"),
    *ok(
        STOCK.first(5, COST, "sku", COST), "the 5 SKUs with the highest unit cost", "top 5 SKUs by unit cost"
    ),
    *ok(
        STOCK.first(3, COST, "sku", largest=False),
        "3 SKUs with the lowest unit cost",
        "three cheapest SKUs by unit cost",
    ),
    *ok(
        STOCK.eq(category="Tools", warehouse="Leipzig", supplier="Steelworks").list("sku"),
        "list the SKUs of tools from Steelworks in Leipzig",
        "show Steelworks tools in Leipzig",
    ),
    *ok(STOCK.get(mean("reorder_level")), "average reorder level", "mean reorder level"),
    *ok(STOCK.by("warehouse").get(n, total(UNITS)), "number of SKUs and units in stock by warehouse"),
    *ok(
        STOCK.by("category").get(total(UNITS), mean(COST)),
        "units in stock and average unit cost per category",
    ),
    *ok(STOCK.by("supplier").get(mean(COST)).top(1), "which supplier has the highest average unit cost?"),
    *ok(
        STOCK.where(lambda r: r["warehouse"] == "Bremen" or r["discontinued"] == "yes").get(n),
        "SKUs in Bremen or discontinued",
    ),
    *ok(STOCK.no(warehouse=("Bremen", "Graz")).get(total(UNITS)), "units in stock outside Bremen and Graz"),
    *ok(
        STOCK.eq(category="Bearings").get(total(UNITS)),
        "how many units of bearings are in stock?",
        "bearings units in stock",
    ),
    *unclear("stock 10/11/2025", "best suppliers"),
    *no(
        "when will bolts run out?",
        "sales per SKU",
        "how long is the lead time?",
        "stock in Vienna",
        "which supplier is the most reliable?",
        "units sold last month",
        "supplier phone numbers",
        "weight of all SKUs",
        "who counted the stock?",
        "stock turnover",
        "color of the valves",
    ),
]
