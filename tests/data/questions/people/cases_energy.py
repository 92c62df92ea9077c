"""What a caretaker, an analyst, and a newcomer to English ask of a utility's sites, meters and readings."""

from __future__ import annotations

from datetime import date

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    Answer,
    above,
    distinct,
    each,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    rows_each,
    total,
)
from tests.data.questions.people.tables import at, listed

SITES, METERS, READINGS = (at("energy", name) for name in ("sites", "meters", "readings"))
OF_METERS = READINGS.join(METERS, "meter_id")
EVERYTHING = READINGS.join(METERS.join(SITES, "site_id"), "meter_id")
PLACED = METERS.join(SITES, "site_id")
_UNREAD = METERS.holds(lambda rows: not rows, READINGS, "meter_id")
_IN_2025 = READINGS.on("read_on", "2025")
_MONTHLY = READINGS.on("read_on", "2025").by(each("month", "read_on"))

_CARETAKER = terse(
    [
        *ok(
            READINGS.eq(meter_id="M001").get(total("kwh")), "total kwh of meter M001", "total kwh meter M001"
        ),
        *ok(_IN_2025.eq(meter_id="M003").get(total("kwh")), "total kwh of meter M003 in 2025"),
        *ok(_IN_2025.by("meter_id").get(total("kwh")), "total kwh per meter 2025"),
        *ok(EVERYTHING.by("site").get(total("cost_eur")), "total cost by site", "total cost per site"),
        *ok(
            EVERYTHING.eq(site="Ring Mall").get(total("kwh")), "total kwh ring mall", "total kwh at Ring Mall"
        ),
        *ok(OF_METERS.eq(medium="Gas").get(total("cost_eur")), "gas total cost", "total cost of gas"),
        *ok(METERS.by("medium").get(n), "meters by medium", "how many meters per medium"),
        *ok(PLACED.by("site").get(n), "meters per site"),
        *ok(
            PLACED.eq(region="South").get(n),
            "how many meters in South",
            "number of meters in the south region",
        ),
        *listed(_UNREAD, "meter_id", "meters without readings", "meters with no readings"),
        *ok(_UNREAD.get(n), "how many meters have no readings", "how many meters were never read"),
        *ok(
            READINGS.eq(estimated="yes").get(n),
            "estimated readings, how many",
            "number of estimated readings",
        ),
        *ok(
            EVERYTHING.by("site").get(part(lambda r: r["estimated"] == "yes")),
            "share of estimated readings in each site",
            "percentage of readings that were estimated at each site",
        ),
        *ok(READINGS.get(most("peak_kw")), "highest peak", "max peak kw"),
    ]
)

_ANALYST = [
    *ok(
        _MONTHLY.get(total("kwh")).having(lambda x: x > 40_000),
        "months with more than 40000 total kwh in 2025",
        "which months of 2025 had total kwh over 40000",
        "months in 2025 with total kwh above 40,000",
    ),
    *ok(
        _MONTHLY.get(n).having(lambda x: x >= 85),
        "months with at least 85 readings in 2025",
        "which months had at least 85 readings in 2025",
        "in which months of 2025 were there at least 85 readings",
    ),
    *ok(
        Answer("readings", (), None, ((sum(row[-1] >= 85 for row in _MONTHLY.get(n).rows),),)),
        "how many months had at least 85 readings in 2025",
    ),
    *ok(
        _IN_2025.by("meter_id").get(total("kwh")).top(3),
        "top 3 meters by total kwh in 2025",
        "the three meters with the highest total kwh in 2025",
    ),
    *ok(
        EVERYTHING.by("site").get(total("kwh")).top(1),
        "which site has the highest total kwh",
        "which site used the most kwh",
    ),
    *ok(
        READINGS.get(rows_each("meter_id")),
        "average readings per meter",
        "average number of readings per meter",
        "readings per meter on average",
    ),
    *ok(READINGS.get(percentile("peak_kw", 0.95)), "p95 of peak kw", "95th percentile of peak kw"),
    *ok(OF_METERS.by("medium").get(middle("kwh")), "median kwh by medium"),
    *ok(
        READINGS.on("read_on", "2025Q4").by(each("month", "read_on")).get(total("cost_eur")),
        "total cost by month in Q4 2025",
        "monthly total cost for Q4 2025",
    ),
    *ok(
        READINGS.on("read_on", "2026-04")
        .get(total("kwh"))
        .beside(READINGS.on("read_on", "2026-03").get(total("kwh"))),
        "total kwh in April 2026 vs March 2026",
    ),
    *ok(
        EVERYTHING.on("read_on", "2025").by("region").get(total("kwh")).shares(),
        "share of total kwh by region in 2025",
    ),
    *ok(
        EVERYTHING.by("site", "medium").get(total("kwh")),
        "total kwh by site and medium",
        "total kwh broken down by medium and site",
    ),
    *ok(
        _MONTHLY.get(total("cost_eur")).running(),
        "running total of cost by month in 2025",
        "cumulative total cost by month in 2025",
    ),
    *ok(
        EVERYTHING.eq(region="North", medium="Gas").on("read_on", "2025").get(total("cost_eur")),
        "total cost of gas in the north in 2025",
        "total gas cost for North in 2025",
    ),
    *ok(
        EVERYTHING.no(medium="Gas").by("site").get(total("cost_eur")),
        "total cost by site excluding gas",
        "total cost per site without gas",
    ),
    *ok(
        READINGS.where(lambda r: r["kwh"] > 800 or r["peak_kw"] > 55).get(n),
        "readings with kwh over 800 or peak kw over 55, how many",
        "how many readings had kwh over 800 or peak kw over 55",
    ),
    *ok(
        READINGS.by("meter_id").get(total("kwh")).having(lambda x: x > 57_000),
        "meters with total kwh over 57000",
        "meters with more than 57000 total kwh",
    ),
    *ok(
        READINGS.eq(estimated="no").get(mean("kwh")),
        "average kwh of readings that are not estimated",
        "average kwh excluding estimated readings",
    ),
    *ok(METERS.on("installed_on", "2021").get(n), "how many meters were installed in 2021"),
    *ok(
        METERS.where(lambda r: r["installed_on"] < date(2020, 1, 1)).get(n),
        "how many meters were installed before 2020",
    ),
    *ok(PLACED.by("region").get(distinct("maker")), "number of different makers by region"),
    *ok(SITES.get(total("floor_area")), "total floor area"),
    *ok(SITES.where(above("floor_area", 5000)).get(n), "how many sites have a floor area over 5000"),
]

_CHATTY = chatty(
    [
        *ok(
            EVERYTHING.eq(site="Lakeside").on("read_on", "2025").get(total("cost_eur")),
            "hi, could you tell me what the total cost at Lakeside was in 2025? thanks!",
            "hello there, I'd like to know the total cost for Lakeside in 2025 please",
        ),
        *ok(
            READINGS.on("read_on", "2026").get(n),
            "just wondering, how many readings did we take this year?",
            "hey, how many readings do we have this year",
        ),
    ]
)

_TYPES_BADLY = misspelt(
    [
        *ok(OF_METERS.by("medium").get(total("kwh")), "totl kwh by mediun", "total kwh by meduim"),
        *ok(
            OF_METERS.eq(medium="Electricity").get(n),
            "how many electrisity readings",
            "how many electricty readings",
        ),
        *ok(PLACED.by("region").get(n), "meteres per region"),
    ]
)

_LEARNER = [
    *ok(READINGS.on("read_on", "2025").get(total("kwh")), "How much is the total kwh of the year 2025?"),
    *ok(
        METERS.eq(maker="Itron").get(n),
        "How many meters are from the maker Itron?",
        "How much meters are of Itron?",
    ),
    *ok(EVERYTHING.by("region").get(total("cost_eur")), "Please to show me total cost for every region"),
]

_CANNOT = [
    *no(
        "how much water did we use",
        "co2 per site",
        "which meters are broken",
        "forecast of kwh for june",
        "kwh of meter M001 during the night",
        "total kwh of tenants",
        "invoices by site",
        "which tariff has the highest cost",
        "meters with more than 3 faults",
        "readings with a bad battery",
    ),
    *unclear(
        "average kwh per meter",
        "best meter",
        "worst sites",
        "cost per meter on average of each",
        "how efficient is Tower Park",
    ),
]

CASES: list[Asked] = [*_CARETAKER, *_ANALYST, *_CHATTY, *_TYPES_BADLY, *_LEARNER, *_CANNOT]
