"""Another hand's questions of a taxi company's trips."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    each,
    hour,
    hour_of,
    hours_between,
    longer,
    mean,
    n,
    on_weekend,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

TRIPS, UP, DOWN = t("trips"), "pickup_at", "dropoff_at"
MINUTES = hours_between(UP, DOWN, 60.0)


CASES: list[Asked] = [
    *ok(TRIPS.on(UP, "2025").get(n), "How many trips did we do in 2025?"),
    *ok(TRIPS.by("driver").get(total("fare"), total("tip")), "Total fare and total tip by driver"),
    *ok(
        TRIPS.by("city").get(MINUTES),
        "How many minutes are there between pickup and dropoff on average, by city?",
    ),
    *ok(TRIPS.where(longer(UP, DOWN, 1)).get(n), "How many trips lasted more than an hour?"),
    *ok(TRIPS.eq(tip=0.0).get(n), "How many trips had no tip?"),
    *ok(
        TRIPS.by("driver").get(part(lambda row: row["tip"] == 0)),
        "Share of trips without a tip for each driver",
    ),
    *ok(TRIPS.by(hour(UP)).get(mean("fare")), "Average fare by hour of pickup"),
    *ok(TRIPS.where(on_weekend(UP)).get(n), "How many trips were on a weekend?"),
    *ok(
        TRIPS.where(lambda row: hour_of(row, UP) < 6).by("city").get(n),
        "How many pickups between midnight and 6 am were there in each city?",
    ),
    *ok(
        TRIPS.by(weekday(UP)).get(total("fare")).top(1), "On what weekday do we make the highest total fare?"
    ),
    *ok(
        TRIPS.by("city", "driver").get(n).best_in_each(),
        "Which driver made the most trips in every city?",
    ),
    *ok(
        TRIPS.by("driver").get(total("distance")).having(lambda value: value > 1400),
        "Drivers who drove more than 1400 km in total",
    ),
    *ok(
        TRIPS.eq(payment_method=["Cash", "Card"]).no(city="Munich").on(UP, "2025").get(total("fare")),
        "Total fare of trips paid by cash or card in 2025, not counting Munich",
    ),
    *ok(
        TRIPS.where(above("passengers", 4)).eq(vehicle="Sedan").get(n),
        "How many sedan trips had more than 4 passengers?",
    ),
    *ok(TRIPS.by("payment_method").get(n).shares(), "Breakdown of trips by payment method in percent"),
    *ok(TRIPS.get(percentile("distance", 0.95)), "95th percentile of the trip distance"),
    *ok(TRIPS.first(10, "distance", "trip_id", "distance"), "Show the ten longest trips by distance"),
    *either(
        (
            TRIPS.on(UP, "2024-12..2025").by(each("month", UP)).get(total("fare")).growth(),
            TRIPS.on(UP, "2025").by(each("month", UP)).get(total("fare")).growth(),
        ),
        "Month-over-month growth of the total fare in 2025",
    ),
    *either(
        (TRIPS.on(UP, "2026-04-18..2026-05-17").get(n), TRIPS.on(UP, "2026-04-19..2026-05-18").get(n)),
        "How many trips were there in the last 30 days?",
    ),
    *ok(TRIPS.on(UP, "2026-05").get(total("fare")), "What is the total fare month to date?"),
    *ok(TRIPS.get(rows_each("driver")), "Average number of trips per driver"),
    *ok(
        TRIPS.by("vehicle").get(mean("passengers")).bottom(1),
        "Which vehicle carries the fewest passengers on average?",
    ),
    *terse(ok(TRIPS.on(UP, "2025Q4").by("city").get(total("fare")), "fare by city q4 2025")),
    *terse(ok(TRIPS.by("driver").get(mean("tip")).top(3), "top 3 drivers avg tip")),
    *terse(
        ok(
            TRIPS.eq(city="Dresden", vehicle="Electric").get(mean("distance")),
            "avg distance electric dresden",
        )
    ),
    *misspelt(ok(TRIPS.eq(city="Hamburg").get(total("distance")), "totl distnace in Hambrug")),
    *misspelt(ok(TRIPS.by("vehicle").get(n), "number of trips per vehical")),
    *misspelt(
        ok(
            TRIPS.eq(driver="Carlos").on(UP, "2025").get(mean("tip")),
            "what was the avarage tip for Carlos in 2025",
        )
    ),
    *chatty(
        ok(
            TRIPS.eq(driver="Fatma").on(UP, "2026").get(total("tip")),
            "Hi, Fatma asked me how much she made in tips this year, can you look that up for me?",
        )
    ),
    *chatty(
        ok(
            TRIPS.on(UP, "2025").by("city").get(n).bottom(1),
            "Hmm I'm trying to figure out which city had the fewest trips in 2025. Any idea?",
        )
    ),
    *chatty(
        ok(
            TRIPS.by("payment_method").get(mean("tip")),
            "Hey mate, do people tip more by card or cash? Give me the average tip per payment method please",
        )
    ),
    *chatty(
        ok(
            TRIPS.eq(city="Cologne").on(UP, "2025-12-31").get(n),
            "do you know how many trips we had in Cologne on 31 December 2025?",
        )
    ),
    *chatty(
        ok(
            TRIPS.on(UP, "2026Q1").by("driver").get(total("fare")),
            "Payroll time again :) please show the total fare for each driver in the first quarter of 2026",
        )
    ),
    *terse(ok(TRIPS.eq(vehicle="Van").on(UP, "2026").get(n), "van trips 2026 count")),
    *no(
        "How much fuel did we use in 2025?",
        "What is the average customer rating per driver?",
        "How many trips were cancelled?",
        "Trips to the airport in 2025",
    ),
    *chatty(no("hey quick question, what commission did we pay to the app last quarter?")),
    *misspelt(no("totl toll chrages by city")),
    *unclear("What is the average trip?", "Which driver is the best?"),
]
