"""Another hand's questions of what lies on the shelves."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import above, below, date_of, mean, middle, n, numbers, t, total

STOCK = t("stock")
UNITS = total("units_in_stock")


def _short(row: Record) -> bool:
    units, bound = row["units_in_stock"], row["reorder_level"]
    assert isinstance(units, int)
    assert isinstance(bound, int)
    return units < bound


def _worth(rows: list[Record]) -> float:
    pairs = zip(numbers(rows, "units_in_stock"), numbers(rows, "unit_cost"), strict=True)
    return sum(units * cost for units, cost in pairs)


CASES: list[Asked] = [
    *ok(STOCK.where(_short).get(n), "How many products are below their reorder level?"),
    *ok(
        STOCK.where(_short).eq(warehouse="Graz").list("product_name"),
        "List the products in Graz whose units in stock are below the reorder level",
    ),
    *ok(STOCK.eq(units_in_stock=0).get(n), "How many products have zero units in stock?"),
    *ok(STOCK.by("warehouse").get(UNITS), "Units in stock per warehouse"),
    *ok(STOCK.by("category", "warehouse").get(UNITS), "Units in stock by category and warehouse"),
    *ok(
        STOCK.by("supplier").get(n, mean("unit_cost")), "Number of products and average unit cost by supplier"
    ),
    *either(
        (
            STOCK.first(5, "unit_cost", "product_name", "unit_cost"),
            STOCK.by("product_name").get(mean("unit_cost")).top(5),
        ),
        "What are the 5 products with the highest unit cost?",
    ),
    *ok(STOCK.eq(discontinued="yes").get(n), "How many products are discontinued?"),
    *ok(
        STOCK.eq(discontinued="yes").where(above("units_in_stock", 0)).by("warehouse").get(n),
        "How many discontinued products do we still have units of, per warehouse?",
    ),
    *ok(
        STOCK.on("last_delivery", "..2025-05-17").get(n),
        "How many products had their last delivery before 18 May 2025?",
    ),
    *ok(
        STOCK.on("last_delivery", "2026").by("supplier").get(n),
        "Number of products with a last delivery in 2026, by supplier",
    ),
    *ok(
        STOCK.eq(category=["Seals", "Bearings"]).where(below("unit_cost", 20)).no(supplier="Polytec").get(n),
        "How many seals or bearings cost less than 20 euros a unit and do not come from Polytec?",
    ),
    *ok(
        STOCK.by("category").get(UNITS).shares(),
        "What share of the units in stock does each category make up?",
    ),
    *ok(
        STOCK.by("supplier").get(n).having(lambda value: value < 40),
        "Which suppliers deliver fewer than 40 products?",
    ),
    *ok(
        STOCK.get(_worth),
        "What is our stock worth at unit cost?",
    ),
    *ok(
        STOCK.by("warehouse", "category").get(UNITS).best_in_each(),
        "What category has the most units in stock in each warehouse?",
    ),
    *ok(
        STOCK.where(lambda row: row["sku"] == "SK-3050").list("supplier", "units_in_stock"),
        "Show supplier and units in stock of SK-3050",
    ),
    *ok(STOCK.get(middle("unit_cost")), "Median unit cost"),
    *ok(STOCK.by("category").get(), "Which categories are there?"),
    *terse(
        ok(STOCK.eq(warehouse="Leipzig", supplier="Nordmetal").get(UNITS), "units in stock leipzig nordmetal")
    ),
    *terse(ok(STOCK.eq(category="Tools").get(mean("unit_cost")), "avg unit cost tools")),
    *misspelt(ok(STOCK.by("supplier").get(UNITS), "unis in stock per suplier")),
    *misspelt(
        ok(
            STOCK.eq(warehouse="Bremen", discontinued="no").get(n),
            "how many prodcts in Bremmen are not disconinued",
        )
    ),
    *chatty(
        ok(
            STOCK.eq(supplier="Adria Parts").get(date_of(max, "last_delivery")),
            "Hey, I'm on the phone with Adria Parts, when was their last delivery?",
        )
    ),
    *chatty(
        ok(
            STOCK.eq(category="Fasteners").by("warehouse").get(UNITS).top(1),
            "sorry for the silly question but which warehouse holds the most units of fasteners?",
        )
    ),
    *chatty(
        ok(
            STOCK.eq(warehouse="Leipzig").where(_short).get(n),
            "Hi, it's me again. How many products in Leipzig are below the reorder level at the moment?",
        )
    ),
    *chatty(
        ok(
            STOCK.by("supplier").get(mean("unit_cost")).top(1),
            "so who is our most expensive supplier, I mean by average unit cost?",
        )
    ),
    *terse(ok(STOCK.eq(discontinued="yes").by("category").get(n), "discontinued products by category")),
    *no(
        "How many units did we sell last month?",
        "What is the retail price of Bolt 10?",
        "Which products expire this year?",
        "Stock by shelf",
    ),
    *chatty(no("morning! can you tell me how heavy the bearings are on average?")),
    *unclear("What are the biggest products?"),
]
