"""Questions about daily readings of energy meters. Today is 2026-05-18, a Monday."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    distinct,
    each,
    least,
    mean,
    middle,
    most,
    n,
    percentile,
    t,
    total,
    weekday,
)

READINGS = t("readings")
DAY = "reading_date"
USE = total("consumption")
WINTER = READINGS.on(DAY, "2025-12..2026-02")

CASES: list[Asked] = [
    *ok(
        READINGS.get(USE),
        "total consumption",
        "overall consumption",
        "how much consumption in total?",
        "total kwh consumed",
    ),
    *ok(
        READINGS.by("site").get(USE),
        "consumption by site",
        "consumption per site",
        "how much did each site consume?",
        "consumtion by site",
    ),
    *ok(
        READINGS.by("building_type").get(USE),
        "consumption by building type",
        "total consumption for each building type",
    ),
    *ok(READINGS.on(DAY, "2026-01").get(USE), "consumption in January 2026", "january 2026 consumption"),
    *ok(
        READINGS.on(DAY, "2026-01").by("site").get(USE),
        "consumption by site in January 2026",
        "Jan 2026 consumption per site",
    ),
    *ok(
        READINGS.eq(site="Hilltop").get(USE),
        "consumption of Hilltop",
        "how much did Hilltop consume?",
        "hilltop consumption",
    ),
    *ok(
        READINGS.eq(site="Hilltop").on(DAY, "2026Q1").get(USE),
        "Hilltop consumption in Q1 2026",
        "consumption at Hilltop last quarter",
    ),
    *ok(
        READINGS.no(site="Docklands").get(USE),
        "consumption excluding Docklands",
        "consumption without Docklands",
        "total consumption except Docklands",
    ),
    *ok(
        READINGS.eq(building_type="Office").by("site").get(USE),
        "consumption by site for offices",
        "office consumption per site",
    ),
    *ok(READINGS.get(mean("temperature")), "average temperature", "mean temperature"),
    *ok(
        READINGS.by("site").get(mean("temperature")),
        "average temperature by site",
        "mean temperature per site",
    ),
    *ok(
        WINTER.by(each("month", DAY)).get(mean("temperature")),
        "average temperature per month from December 2025 to February 2026",
    ),
    *ok(
        READINGS.get(least("temperature"), most("temperature")),
        "lowest and highest temperature",
        "minimum and maximum temperature",
    ),
    *ok(READINGS.get(middle("consumption")), "median consumption", "median consumption of a reading"),
    *ok(
        READINGS.by("site").get(percentile("consumption", 0.95)),
        "95th percentile of consumption by site",
        "p95 consumption per site",
    ),
    *ok(
        READINGS.get(most("peak_load")),
        "highest peak load",
        "maximum peak load",
        "what was the highest peak load?",
    ),
    *ok(
        READINGS.by("site").get(most("peak_load")), "maximum peak load by site", "highest peak load per site"
    ),
    *ok(READINGS.by("site").get(most("peak_load")).top(1), "which site has the highest maximum peak load?"),
    *ok(
        READINGS.by("site").get(USE).top(1),
        "which site consumed the most?",
        "site with the highest consumption",
        "top site by consumption",
    ),
    *ok(
        READINGS.by("site").get(USE).bottom(2),
        "two sites with the lowest consumption",
        "bottom 2 sites by consumption",
    ),
    *ok(
        READINGS.by("building_type", "site").get(USE).best_in_each(),
        "site with the highest consumption in each building type",
        "top site per building type by consumption",
    ),
    *ok(
        READINGS.by(weekday(DAY)).get(mean("consumption")),
        "average consumption by weekday",
        "mean consumption per day of the week",
    ),
    *ok(READINGS.by(weekday(DAY)).get(USE).top(1), "which weekday has the highest consumption?"),
    *ok(
        READINGS.where(lambda r: r[DAY].weekday() >= 5).get(USE),  # type: ignore[union-attr]
        "consumption on weekends",
        "weekend consumption",
    ),
    *ok(
        READINGS.where(lambda r: r[DAY].weekday() == 6).by("site").get(USE),  # type: ignore[union-attr]
        "consumption on Sundays by site",
    ),
    *ok(
        READINGS.on(DAY, "2026-01").by(each("day", DAY)).get(USE),
        "daily consumption in January 2026",
        "consumption per day in january 2026",
    ),
    *ok(
        READINGS.on(DAY, "2026-03").by(each("week", DAY)).get(USE),
        "weekly consumption in March 2026",
        "consumption by week in March 2026",
    ),
    *ok(
        READINGS.on(DAY, "2026-01..2026-04").by(each("month", DAY)).get(USE),
        "consumption by month from January to April 2026",
        "monthly consumption between January and April 2026",
    ),
    *ok(
        READINGS.on(DAY, "2026-01").by(each("day", DAY)).get(USE).moving(7),
        "7-day moving average of consumption in January 2026",
        "seven day rolling average of consumption in January 2026",
    ),
    *ok(
        READINGS.on(DAY, "2026-01..2026-04").by(each("month", DAY)).get(USE).running(),
        "running total of consumption by month from January to April 2026",
    ),
    *ok(
        READINGS.on(DAY, "2025-12..2026-04").by(each("month", DAY)).get(USE).growth(),
        "month over month growth of consumption from January to April 2026",
    ),
    *ok(
        READINGS.on(DAY, "2026-04").get(USE, lambda _r: READINGS.on(DAY, "2026-03").get(USE).rows[0][0]),
        "consumption in April 2026 vs March 2026",
        "April 2026 consumption compared to the previous month",
    ),
    *ok(
        READINGS.by("site").get(USE).shares(),
        "share of consumption by site",
        "each site's share of total consumption",
    ),
    *ok(
        READINGS.by("building_type").get(USE).shares().only("Factory"),
        "what share of consumption comes from factories?",
        "factory share of consumption",
    ),
    *ok(
        READINGS.where(lambda r: float(str(r["temperature"])) < 0).get(n),
        "readings below 0 °C",
        "number of readings with a temperature below 0",
        "how many readings have a temperature under 0?",
    ),
    *ok(
        READINGS.where(lambda r: float(str(r["temperature"])) < 0).by("site").get(mean("consumption")),
        "average consumption by site for readings with a temperature below 0",
    ),
    *ok(
        READINGS.where(lambda r: float(str(r["peak_load"])) > 150).get(n),
        "readings with a peak load over 150 kW",
        "how many readings had a peak load above 150?",
    ),
    *ok(
        READINGS.by("site").get(USE).having(lambda v: v > 350000),
        "sites with consumption over 350000 kWh",
        "which sites consumed more than 350,000 kWh?",
    ),
    *ok(
        READINGS.get(distinct("site")),
        "how many sites are there?",
        "number of sites",
        "number of different sites",
    ),
    *ok(READINGS.by("building_type").get(distinct("site")), "number of sites per building type"),
    *ok(READINGS.by("site").get(USE, most("peak_load")), "consumption and maximum peak load per site"),
    *ok(
        READINGS.by("site").get(n, mean("consumption")), "number of readings and average consumption by site"
    ),
    *ok(READINGS.on(DAY, "2026-05-17").get(USE), "consumption yesterday", "yesterday's consumption"),
    *ok(
        READINGS.on(DAY, "2026-05-11..2026-05-17").get(USE),
        "consumption last week",
        "how much did we consume last week?",
    ),
    *ok(READINGS.on(DAY, "2026-01-01..2026-05-18").get(USE), "consumption year to date", "ytd consumption"),
    *ok(
        READINGS.first(3, "peak_load", "site", "reading_date", "peak_load"),
        "the 3 readings with the highest peak load",
    ),
    *ok(
        READINGS.where(lambda r: r["site"] == "Northgate" or r["building_type"] == "Factory").get(USE),
        "consumption at Northgate or in factories",
    ),
    *ok(
        READINGS.on(DAY, "2026-02").by(each("day", DAY)).get(USE).top(1),
        "which day in February 2026 had the highest consumption?",
    ),
    *unclear("temperature growth", "readings 02/03/2026"),
    *no(
        "cost of the energy",
        "consumption of the heating system",
        "CO2 emissions per site",
        "consumption at Lakeside",
        "solar production",
        "who reads the meters?",
        "broken meters",
        "consumption per employee",
        "energy price in January 2026",
        "predict tomorrow's consumption",
    ),
]
