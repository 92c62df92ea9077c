"""Another hand's questions of what the sites use."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse
from tests.data.questions.bank.plain import (
    above,
    below,
    each,
    least,
    mean,
    most,
    n,
    on_weekend,
    percentile,
    t,
    total,
    weekday,
)

READINGS, ON = t("readings"), "reading_date"
USED = total("consumption")


CASES: list[Asked] = [
    *ok(READINGS.on(ON, "2025-12").get(USED), "How many kWh did we consume in December 2025?"),
    *ok(READINGS.on(ON, "2026").by("site").get(USED), "Consumption by site this year"),
    *ok(READINGS.by("building_type").get(mean("consumption")), "Average consumption per building type"),
    *ok(READINGS.on(ON, "2026Q1").by(each("week", ON)).get(USED), "Weekly consumption in Q1 2026"),
    *ok(READINGS.by("site").get(most("peak_load")), "What is the maximum peak load of each site?"),
    *ok(READINGS.by(weekday(ON)).get(mean("consumption")), "Average consumption by day of the week"),
    *ok(READINGS.where(below("temperature", 0)).get(n), "How many readings were taken below 0 °C?"),
    *ok(
        READINGS.where(above("temperature", 25)).no(site="Docklands").get(mean("consumption")),
        "Average consumption when the temperature is above 25 degrees, except Docklands",
    ),
    *ok(READINGS.where(on_weekend(ON)).by("site").get(USED), "Consumption on weekends for each site"),
    *ok(
        READINGS.first(1, "peak_load", "reading_date", "peak_load"),
        "On which day did we measure the highest peak load?",
    ),
    *either(
        (
            READINGS.on(ON, "2025-12..2026").by(each("month", ON)).get(USED).growth(),
            READINGS.on(ON, "2026").by(each("month", ON)).get(USED).growth(),
        ),
        "By how much did consumption grow from month to month in 2026?",
    ),
    *either(
        (
            READINGS.on(ON, "2026-04").get(USED).beside(READINGS.on(ON, "2026-03").get(USED)),
            READINGS.on(ON, "2026-03..2026-04").by(each("month", ON)).get(USED),
        ),
        "Consumption in April 2026 compared to March 2026",
    ),
    *ok(
        READINGS.by("building_type", "site").get(USED).best_in_each(),
        "Which site uses the most energy in each building type?",
    ),
    *ok(READINGS.get(percentile("peak_load", 0.99)), "99th percentile of peak load"),
    *ok(READINGS.by("site").get(USED).shares(), "Percentage of total consumption by site"),
    *ok(
        READINGS.on(ON, "2026-04").by(each("day", ON)).get(USED).having(lambda value: value > 5000),
        "On which days in April 2026 did the consumption exceed 5000 kWh in total?",
    ),
    *ok(READINGS.by("site").get(n), "How many readings do we have per site?"),
    *terse(ok(READINGS.on(ON, "2026-02").eq(site="Hilltop").get(USED), "hilltop consumption feb 2026")),
    *terse(ok(READINGS.by("site").get(mean("temperature")), "avg temp by site")),
    *misspelt(
        ok(
            READINGS.on(ON, "2026-01").eq(site="Riverside").get(USED),
            "consumtion at Riversde in january 2026",
        )
    ),
    *misspelt(ok(READINGS.by("building_type").get(most("peak_load")), "maximun peek load per building typ")),
    *chatty(
        ok(
            READINGS.on(ON, "2026-05-16").by("site").get(USED),
            "hello, can you show me what each site consumed on 16 May 2026?",
        )
    ),
    *chatty(
        ok(
            READINGS.eq(building_type="Factory").get(least("temperature"), most("temperature")),
            "For my report, could you give me the minimum and maximum temperature at the factory please",
        )
    ),
    *chatty(
        ok(
            READINGS.on(ON, "2026-04").get(mean("temperature")),
            "hi, what was the average temperature last month, if I may ask?",
        )
    ),
    *chatty(
        ok(
            READINGS.on(ON, "2026-05-11..2026-05-17").by("site").get(USED),
            "Good morning, could you send me the consumption by site for last week?",
        )
    ),
    *misspelt(ok(READINGS.by("site").get(mean("peak_load")), "averge peak laod per site")),
    *no(
        "How much did the electricity cost us in March?",
        "CO2 emissions by site",
        "What was the humidity at Hilltop yesterday?",
    ),
    *terse(no("water usage 2026")),
    *chatty(no("hey, would you know which tenant uses the most energy?")),
]
