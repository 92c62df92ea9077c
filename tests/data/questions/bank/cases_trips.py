"""Questions about taxi trips. Today is 2026-05-18, a Monday."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    distinct,
    each,
    each_one,
    hour,
    hours_between,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

TRIPS = t("trips")
AT = "pickup_at"
OF_2025 = TRIPS.on(AT, "2025")

CASES: list[Asked] = [
    *ok(TRIPS.get(n), "how many trips were there?", "trip count", "total number of trips"),
    *ok(
        TRIPS.by("city").get(n), "trips by city", "number of trips for each city", "how many trips per city?"
    ),
    *ok(
        TRIPS.by("city", "vehicle").get(total("fare")),
        "total fare by city and vehicle",
        "fares per city and vehicle",
    ),
    *ok(TRIPS.get(total("fare")), "total fare", "sum of fares", "what is the total fare of all trips?"),
    *ok(
        TRIPS.get(mean("fare")),
        "average fare",
        "mean fare per trip",
        "what does a trip cost on average (fare)?",
    ),
    *ok(
        TRIPS.by("vehicle").get(mean("distance")),
        "average distance by vehicle",
        "mean distance per vehicle",
        "avg distnace for each vehicle",
    ),
    *ok(
        TRIPS.get(total("distance")),
        "total distance",
        "how many km were driven in total?",
        "total kilometers driven",
    ),
    *ok(
        TRIPS.by("driver").get(total("tip")).top(1),
        "which driver got the most tips?",
        "driver with the highest total tip",
        "best driver by tips",
    ),
    *ok(
        TRIPS.by("driver").get(total("fare")).top(3),
        "top 3 drivers by fare",
        "three drivers with the highest total fare",
    ),
    *ok(
        TRIPS.by("driver").get(n).bottom(2),
        "bottom 2 drivers by number of trips",
        "the two drivers with the fewest trips",
    ),
    *ok(
        TRIPS.by("city", "driver").get(n).best_in_each(),
        "driver with the most trips in each city",
        "top driver per city by number of trips",
    ),
    *ok(TRIPS.by("city", "driver").get(total("fare")).best_in_each(2), "top 2 drivers by fare in each city"),
    *ok(
        TRIPS.eq(payment_method="Cash").get(n),
        "trips paid in cash",
        "cash trips",
        "how many trips were paid with cash?",
    ),
    *ok(
        TRIPS.eq(payment_method=("Card", "App"), city="Hamburg").get(n),
        "trips in Hamburg paid by card or app",
        "number of card or app trips in Hamburg",
    ),
    *ok(
        TRIPS.no(vehicle="Van").get(total("fare")),
        "total fare excluding vans",
        "fares without vans",
        "sum of fares for everything except vans",
    ),
    *ok(
        TRIPS.no(city=("Munich", "Cologne")).get(n),
        "trips outside Munich and Cologne",
        "number of trips that are neither in Munich nor in Cologne",
    ),
    *ok(
        TRIPS.where(lambda r: r["city"] == "Dresden" or r["vehicle"] == "Electric").get(n),
        "trips in Dresden or with an electric vehicle",
        "how many trips were in Dresden or electric",
    ),
    *ok(
        TRIPS.by(hour(AT)).get(n),
        "trips by hour of the day",
        "number of trips per hour of day",
        "hourly distribution of trips over the day",
    ),
    *ok(
        TRIPS.by(hour(AT)).get(n).top(1),
        "which hour of the day has the most trips?",
        "busiest hour of the day by trips",
    ),
    *ok(TRIPS.by(weekday(AT)).get(total("fare")), "total fare by weekday", "fares per day of the week"),
    *ok(TRIPS.by(weekday(AT), "city").get(n), "trips by weekday and city"),
    *ok(
        TRIPS.where(lambda r: r[AT].weekday() >= 5).get(mean("fare")),  # type: ignore[union-attr]
        "average fare on weekends",
        "mean fare at the weekend",
    ),
    *ok(
        TRIPS.where(lambda r: r[AT].weekday() < 5).get(n),  # type: ignore[union-attr]
        "trips on weekdays only",
        "how many trips were on working days, Monday to Friday?",
    ),
    *ok(
        TRIPS.where(lambda r: r[AT].hour >= 22).get(n),  # type: ignore[union-attr]
        "trips after 10 pm",
        "number of trips that started after 22:00",
    ),
    *ok(
        TRIPS.where(lambda r: 7 <= r[AT].hour < 9).get(n),  # type: ignore[union-attr]
        "trips between 7 and 9 am",
        "how many trips started between 7:00 and 9:00?",
    ),
    *ok(
        TRIPS.get(hours_between(AT, "dropoff_at", 60.0)),
        "average minutes from pickup to dropoff",
        "average trip time in minutes from pickup to dropoff",
    ),
    *ok(
        TRIPS.by("city").get(hours_between(AT, "dropoff_at", 60.0)),
        "average minutes between pickup and dropoff by city",
    ),
    *ok(
        TRIPS.where(lambda r: (r["dropoff_at"] - r[AT]).total_seconds() > 3600).get(n),  # type: ignore[operator]
        "trips that took more than 60 minutes from pickup to dropoff",
        "number of trips longer than 1 hour from pickup to dropoff",
    ),
    *ok(
        TRIPS.where(lambda r: float(str(r["distance"])) > 20).get(n),
        "trips over 20 km",
        "trips with a distance above 20 km",
        "how many trips were longer than 20 km?",
    ),
    *ok(
        TRIPS.where(lambda r: float(str(r["distance"])) > 20).by("vehicle").get(mean("fare")),
        "average fare by vehicle for trips over 20 km",
    ),
    *ok(
        TRIPS.where(lambda r: float(str(r["tip"])) == 0).get(n),
        "trips without a tip",
        "how many trips had no tip?",
        "trips with a tip of 0",
    ),
    *ok(
        TRIPS.where(lambda r: float(str(r["tip"])) > 0).get(n),
        "trips with a tip",
        "how many trips had a tip?",
    ),
    *ok(
        TRIPS.where(lambda r: float(str(r["tip"])) > 5).by("driver").get(n),
        "trips with tips over 5 EUR by driver",
    ),
    *ok(TRIPS.get(middle("distance")), "median distance", "median trip distance"),
    *ok(TRIPS.get(percentile("fare", 0.99)), "99th percentile of fare", "p99 fare"),
    *ok(TRIPS.get(most("fare")), "highest fare", "most expensive fare", "maximum fare"),
    *ok(
        TRIPS.get(total("passengers")),
        "total passengers",
        "how many passengers did we carry?",
        "sum of passengers",
    ),
    *ok(TRIPS.eq(passengers=1).get(n), "trips with 1 passenger", "trips with exactly one passenger"),
    *ok(TRIPS.get(mean("passengers")), "average number of passengers", "passengers per trip on average"),
    *ok(TRIPS.get(each_one("fare", "driver")), "average total fare per driver"),
    *ok(
        TRIPS.get(rows_each("driver")),
        "average number of trips per driver",
        "how many trips does a driver do on average?",
    ),
    *ok(
        TRIPS.by("driver").get(n).having(lambda v: v > 85),
        "drivers with more than 85 trips",
        "which drivers have over 85 trips?",
    ),
    *ok(
        TRIPS.by("driver").get(mean("tip")).having(lambda v: v > 2.8), "drivers with an average tip above 2.8"
    ),
    *ok(
        OF_2025.by(each("month", AT)).get(total("fare")),
        "monthly fare in 2025",
        "total fare by month in 2025",
    ),
    *ok(OF_2025.by(each("month", AT), "payment_method").get(n), "trips per month and payment method in 2025"),
    *ok(OF_2025.by(each("quarter", AT)).get(n).running(), "running total of trips per quarter in 2025"),
    *ok(
        TRIPS.on(AT, "2025-06").by(each("week", AT)).get(n),
        "trips by week in June 2025",
        "weekly trips in June 2025",
    ),
    *ok(
        OF_2025.get(total("fare"), lambda _r: TRIPS.on(AT, "2024").get(total("fare")).rows[0][0]),
        "total fare 2025 vs 2024",
        "how does the 2025 total fare compare to 2024?",
    ),
    *ok(
        TRIPS.by("payment_method").get(n).shares(),
        "share of trips by payment method",
        "what percentage of trips does each payment method have?",
    ),
    *ok(
        TRIPS.by("vehicle").get(total("fare")).shares().only("Electric"),
        "share of electric in total fare",
        "what share of the total fare comes from electric vehicles?",
    ),
    *ok(
        TRIPS.get(part(lambda r: r["payment_method"] == "Cash")),
        "percentage of trips paid in cash",
        "cash share of trips",
    ),
    *ok(TRIPS.get(distinct("driver")), "number of drivers", "how many different drivers are there?"),
    *ok(
        TRIPS.first(3, "distance", "trip_id", "distance"),
        "the 3 longest trips by distance",
        "three trips with the greatest distance",
    ),
    *ok(TRIPS.on(AT, "2026-05-17").get(n), "trips yesterday", "how many trips were there yesterday?"),
    *ok(TRIPS.by("city").get(n, total("fare"), total("tip")), "trips, total fare and total tip per city"),
    *ok(
        TRIPS.on(AT, "2025-12").eq(city="Cologne").get(total("fare")),
        "fare in Cologne in December 2025",
        "hello, I need the total fare for cologne in dec 2025 please",
    ),
    *unclear("best drivers", "average fares per driver", "trips 01/02/2025", "how good was 2025?"),
    *no(
        "average speed",
        "trips to the airport",
        "fuel consumption per vehicle",
        "driver ratings",
        "trips in Berlin",
        "which passengers complained?",
        "surge pricing by hour",
        "cancelled trips",
        "how much do drivers earn after tax?",
        "weather during trips",
    ),
]
