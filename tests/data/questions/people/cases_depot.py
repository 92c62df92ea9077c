"""What a warehouse clerk, someone who types badly and a newcomer to English ask of a depot's tables."""

from __future__ import annotations

from datetime import timedelta

from tests.data.questions.bank.asked import Asked, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    Table,
    above,
    day,
    days_between,
    distinct,
    each,
    known,
    mean,
    most,
    n,
    part,
    total,
    unknown,
)
from tests.data.questions.people.tables import at, listed, per_period

MOVED = at("depot", "movements")
ITEMS = at("depot", "items")
SENT = at("depot", "shipments")
SUPPLIERS = at("depot", "suppliers")
_UNMOVED = ITEMS.holds(lambda rows: not rows, MOVED, "sku")
OF_ITEMS = MOVED.join(ITEMS, "sku")
OF_SUPPLIERS = Table("items", ITEMS.join(SUPPLIERS, "supplier_id").rows)

_CLERK = [
    *ok(SENT.by("carrier").get(n), "shipments by carrier", "how many shipments does each carrier have"),
    *ok(
        SENT.on("placed_on", "2025").by("destination").get(total("weight")),
        "total weight per destination for shipments placed in 2025",
    ),
    *ok(
        SENT.on("placed_on", "2025").on("shipped_on", "2026").get(n),
        "how many shipments were placed in 2025 and shipped in 2026",
        "shipments placed in 2025 but shipped in 2026, how many?",
        "number of shipments placed in 2025 and shipped in 2026",
    ),
    *ok(
        SENT.on("placed_on", "2025-12").on("shipped_on", "2026-01").by("carrier").get(n),
        "number of shipments by carrier placed in December 2025 and shipped in January 2026",
    ),
    *ok(
        ITEMS.eq(in_stock=0).list("item"),
        "which items are out of stock",
        "list the items that are out of stock",
    ),
    *ok(
        ITEMS.where(lambda r: r["in_stock"] < r["reorder_level"]).list("item"),
        "which items are below their reorder level",
        "show me items under the reorder level",
    ),
    *ok(ITEMS.eq(in_stock=0).get(n), "how many items are out of stock right now?"),
    *ok(
        SENT.where(unknown("shipped_on")).get(n),
        "how many shipments have not shipped yet",
        "how many shipments are not shipped yet?",
    ),
    *ok(
        SENT.get(days_between("placed_on", "shipped_on")),
        "average number of days between placed and shipped",
        "how long does it take on average from placed to shipped, in days",
    ),
    *ok(
        SENT.on("placed_on", "2025").get(lambda rows: n(rows) / 12),
        "average number of shipments per month in 2025",
    ),
    *ok(
        per_period(SENT, "placed_on", "month"),
        "average shipments per month",
        "on average how many shipments a month",
    ),
    *ok(per_period(MOVED, "moved_at", "week"), "average number of movements per week"),
    *ok(MOVED.eq(direction="Scrapped").get(total("pieces")), "how many pieces were scrapped"),
    *ok(
        MOVED.eq(direction="Inbound").on("moved_at", "2026-03").get(total("pieces")),
        "inbound pieces in March 2026",
        "how many pieces came inbound in March 2026",
    ),
    *ok(OF_ITEMS.by("aisle").get(total("pieces")), "pieces moved by aisle"),
    *ok(
        OF_ITEMS.eq(item_group="Valve", direction="Outbound").get(n),
        "how many outbound movements of valves",
        "number of outbound valve movements",
    ),
    *ok(_UNMOVED.list("item"), "which items were never moved", "list the items without movements"),
    *listed(_UNMOVED, "item", "items without movements"),
    *ok(
        ITEMS.holds(lambda rows: not any(day(r["moved_at"]).year == 2025 for r in rows), MOVED, "sku").get(n),
        "how many items had no movements in 2025",
    ),
    *listed(
        ITEMS.holds(
            lambda rows: not any(day(r["moved_at"]).isoformat() >= "2026-03-01" for r in rows), MOVED, "sku"
        ),
        "item",
        "items without movements since March 2026",
        "items not moved since March 2026",
    ),
    *ok(
        OF_ITEMS.eq(aisle="B").by("item").get(n).having(lambda x: x > 20),
        "items in aisle B with more than 20 movements",
        "which items in aisle B had more than 20 movements",
    ),
    *listed(
        ITEMS.holds(lambda rows: not any(r["direction"] == "Scrapped" for r in rows), MOVED, "sku"),
        "item",
        "items without scrapped movements",
    ),
    *ok(
        OF_SUPPLIERS.eq(supplier="Baltik").get(n),
        "how many items do we get from Baltik",
        "how many items from Baltik",
    ),
    *ok(
        OF_SUPPLIERS.by("supplier").get(total("in_stock")), "units in stock by supplier", "stock per supplier"
    ),
    *listed(
        SUPPLIERS.holds(lambda rows: not rows, ITEMS, "supplier_id"), "supplier", "suppliers without items"
    ),
    *ok(
        SENT.eq(destination="Riga").where(above("weight", 500)).get(n),
        "how many shipments to Riga weigh more than 500 kg",
        "shipments to Riga over 500 kg, how many",
    ),
    *ok(
        SENT.where(lambda r: r["destination"] == "Riga" or r["weight"] > 700).get(n),
        "how many shipments are for Riga or over 700 kg",
        "number of shipments to Riga or heavier than 700 kg",
    ),
    *ok(
        SENT.where(lambda r: r["carrier"] == "Hermod" or r["destination"] == "Turku").get(total("freight")),
        "total freight by Hermod or to Turku",
    ),
    *ok(
        SENT.by("carrier").get(total("freight")).having(lambda x: x > 20_000),
        "carriers with more than 20,000 total freight",
    ),
    *ok(SENT.get(most("weight")), "what is the heaviest weight we shipped", "highest weight of a shipment"),
    *ok(SENT.first(1, "weight", "shipment_no"), "which shipment was the heaviest", "heaviest shipment"),
    *ok(
        SENT.on("placed_on", "2026").by("carrier").get(mean("freight")),
        "average freight by carrier this year",
        "avg freight per carrier 2026 ytd",
    ),
    *ok(
        SENT.where(lambda r: r["shipped_on"] and r["shipped_on"] - r["placed_on"] > timedelta(days=14)).get(
            n
        ),
        "how many shipments took more than two weeks to ship",
        "number of shipments shipped more than 14 days after they were placed",
    ),
    *ok(
        MOVED.on("moved_at", "2026-05-11..2026-05-17").by(each("day", "moved_at")).get(total("pieces")),
        "pieces moved per day last week",
    ),
    *either(
        (
            SENT.eq(destination="Kaunas").on("placed_on", "2026-04").get(n),
            SENT.eq(destination="Kaunas").on("shipped_on", "2026-04").get(n),
        ),
        "how many shipments to Kaunas in April",
    ),
    *ok(
        MOVED.get(part(lambda r: r["direction"] == "Scrapped")),
        "what percentage of movements is scrapped",
        "share of scrapped movements",
    ),
    *ok(
        MOVED.by("dock").get(part(lambda r: r["direction"] == "Scrapped")),
        "what percentage of movements were scrapped at each dock",
    ),
    *ok(
        MOVED.by("dock").get(n).top(1),
        "busiest dock by number of movements",
        "which dock has the most movements",
    ),
    *ok(
        OF_ITEMS.by("item").get(total("pieces")).top(5),
        "top 5 items by pieces moved",
        "5 items with the most pieces moved",
    ),
    *ok(SENT.where(known("shipped_on")).get(n), "how many shipments have been shipped"),
    *ok(MOVED.get(distinct("sku")), "how many different items were moved"),
]

_TYPES_BADLY = misspelt(
    [
        *ok(
            SENT.eq(carrier="Postnord").on("placed_on", "2025").get(n),
            "shipmnts with Postnord in 2025, how many",
            "how many shipmets by postnord were placed in 2025",
        ),
        *ok(ITEMS.by("aisle").get(n), "itmes per aisle", "number of items by aisel"),
        *ok(SENT.by("destination").get(mean("weight")), "averge weight by destinaton"),
        *ok(OF_ITEMS.eq(item_group="Cable").get(total("pieces")), "total peices moved of cabels"),
    ]
)

_NEW_TO_ENGLISH = [
    *ok(
        SENT.eq(destination="Tallinn").get(n),
        "How many shipments we have to Tallinn?",
        "Please how much shipments are for destination Tallinn?",
    ),
    *ok(
        OF_SUPPLIERS.by("country").get(n),
        "How many items from which country?",
        "number of items from every country of supplier",
    ),
    *ok(
        SENT.on("placed_on", "2026-04").get(total("weight")),
        "How much weight total in last month for placed shipments",
    ),
    *ok(ITEMS.where(above("unit_cost", 40)).list("item"), "Which items cost more than 40 EUR?"),
    *listed(ITEMS.where(above("unit_cost", 40)), "item", "items that have unit cost over 40"),
]

_TERSE = terse(
    [
        *ok(SENT.on("placed_on", "2026Q1").by("carrier").get(n), "shipments carrier q1 2026"),
        *ok(SENT.eq(carrier="Own van").get(total("freight")), "freight own van"),
        *ok(MOVED.by(each("month", "moved_at")).get(n), "movements monthly"),
        *ok(ITEMS.eq(aisle="C").get(total("in_stock")), "stock aisle C"),
    ]
)

_CANNOT = [
    *no(
        "how many pallets were shipped to Riga",
        "which forklift moved the most pieces",
        "will we run out of bolts next month",
        "order 50 more of Bolt small",
        "items without movements in the cold room",
        "shipments to Riga by rail",
        "average damage rate per carrier",
        "who packed shipment SH-5003",
        "is Postnord a good carrier",
        "which supplier delivers late",
        "how many shipments were placed in 2025 and lost in 2026",
        "weight of inbound movements",
        "items with more than 5 complaints",
        "send me an email when bolts are low",
        "how many shipments to Riga or Oslo",
    ),
    *unclear(
        "best carrier",
        "how did we do",
        "biggest items",
        "shipments in April placed and shipped in May",
        "items with more than 20 pieces",
    ),
]

CASES: list[Asked] = [*_CLERK, *_TYPES_BADLY, *_NEW_TO_ENGLISH, *_TERSE, *_CANNOT]
