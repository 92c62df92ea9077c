"""Questions about bookings with their hotels and guests. Today is 2026-05-18."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    days_between,
    distinct,
    each,
    each_one,
    mean,
    n,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

HOTELS, GUESTS, BOOKINGS = t("hotels"), t("guests"), t("bookings")
ALL = BOOKINGS.join(HOTELS, "hotel_id").join(GUESTS, "guest_id")
BOOKED, IN = "booked_on", "check_in"
MONEY = total("room_revenue")

CASES: list[Asked] = [
    *ok(BOOKINGS.get(n), "how many bookings?", "number of bookings", "booking count please"),
    *ok(ALL.get(MONEY), "total room revenue", "sum of room revenue", "how much room revenue overall?"),
    *ok(
        ALL.by("city").get(MONEY),
        "room revenue by city",
        "room revenue per city",
        "how much room revenue does each city make?",
    ),
    *ok(ALL.by("hotel_name").get(n), "bookings by hotel name", "number of bookings per hotel name"),
    *ok(ALL.by("hotel_country").get(MONEY), "room revenue by hotel country"),
    *ok(
        ALL.by("nationality").get(n),
        "bookings by nationality",
        "how many bookings per nationality?",
        "bookings by natinality",
    ),
    *ok(
        ALL.by("loyalty_tier").get(MONEY),
        "room revenue by loyalty tier",
        "room revenue for each loyalty tier",
    ),
    *ok(ALL.by("loyalty_tier", "booking_channel").get(n), "bookings by loyalty tier and booking channel"),
    *ok(
        ALL.by("city", "loyalty_tier").get(total("nights")),
        "nights by city and loyalty tier",
        "total nights per city and loyalty tier",
    ),
    *ok(ALL.eq(city="Hamburg").get(MONEY), "room revenue in Hamburg", "Hamburg room revenue"),
    *ok(
        ALL.eq(city="Hamburg", loyalty_tier="Gold").get(n),
        "bookings of gold guests in Hamburg",
        "gold bookings in Hamburg",
    ),
    *ok(
        ALL.eq(hotel_country="Portugal").on(BOOKED, "2025").get(MONEY),
        "room revenue of hotels in Portugal in 2025",
        "2025 room revenue for Portugal",
    ),
    *ok(
        ALL.no(booking_channel="Agency").get(MONEY),
        "room revenue excluding agency",
        "room revenue without Agency bookings",
    ),
    *ok(
        ALL.eq(nationality=("Dutch", "Danish")).get(n),
        "bookings by Dutch or Danish guests",
        "how many bookings from dutch and danish guests?",
    ),
    *ok(ALL.eq(cancelled="yes").get(n), "cancelled bookings", "how many bookings were cancelled?"),
    *ok(
        ALL.eq(cancelled="no").by("city").get(MONEY),
        "room revenue by city without cancelled bookings",
        "room revenue of not cancelled bookings per city",
    ),
    *ok(
        ALL.get(part(lambda r: r["cancelled"] == "yes")),
        "cancellation rate",
        "what percentage of bookings was cancelled?",
        "share of cancelled bookings",
    ),
    *ok(
        ALL.by("booking_channel").get(part(lambda r: r["cancelled"] == "yes")),
        "cancellation rate by booking channel",
        "share of cancelled bookings in each booking channel",
    ),
    *ok(
        ALL.by("city").get(MONEY).top(2),
        "top 2 cities by room revenue",
        "the two cities with the highest room revenue",
    ),
    *ok(ALL.by("hotel_name").get(MONEY).bottom(1), "which hotel name has the lowest room revenue?"),
    *ok(
        ALL.by("nationality", "city").get(n).best_in_each(),
        "city with the most bookings for each nationality",
        "top city per nationality by bookings",
    ),
    *ok(
        ALL.by("hotel_country", "hotel_name").get(MONEY).best_in_each(),
        "best hotel name by room revenue in each hotel country",
    ),
    *ok(HOTELS.get(n), "how many hotels are there?", "number of hotels"),
    *ok(HOTELS.by("hotel_country").get(n), "hotels by hotel country", "number of hotels per hotel country"),
    *ok(HOTELS.get(total("rooms")), "total rooms", "how many rooms do we have?", "sum of rooms"),
    *ok(HOTELS.by("city").get(total("rooms")), "rooms by city", "rooms per city"),
    *ok(HOTELS.get(mean("stars")), "average stars", "mean number of stars"),
    *ok(HOTELS.eq(stars=4).get(n), "hotels with 4 stars", "how many hotels have 4 stars?"),
    *ok(GUESTS.get(n), "how many guests?", "number of guests"),
    *ok(GUESTS.by("loyalty_tier").get(n), "guests by loyalty tier", "how many guests per loyalty tier?"),
    *ok(
        GUESTS.eq(nationality="British", loyalty_tier="Gold").get(n),
        "British gold guests",
        "number of British guests with loyalty tier Gold",
    ),
    *ok(
        GUESTS.holds(lambda rows: not rows, BOOKINGS, "guest_id").get(n),
        "guests without bookings",
        "how many guests have no bookings?",
        "number of guests who never booked",
    ),
    *ok(
        GUESTS.holds(lambda rows: not rows, BOOKINGS.on(BOOKED, "2025"), "guest_id").get(n),
        "guests without bookings in 2025",
        "guests who did not book in 2025",
    ),
    *ok(
        GUESTS.holds(bool, BOOKINGS, "guest_id").by("loyalty_tier").get(n),
        "guests with bookings by loyalty tier",
    ),
    *ok(
        ALL.by("guest_name").get(n).having(lambda v: v >= 9),
        "guests with at least 9 bookings",
        "which guests have 9 or more bookings?",
    ),
    *ok(
        ALL.get(each_one("room_revenue", "guest_id")),
        "average room revenue per guest",
        "room revenue per guest on average",
    ),
    *ok(
        ALL.get(rows_each("guest_id")),
        "average number of bookings per guest",
        "bookings per guest on average",
    ),
    *ok(
        ALL.get(mean("nights")),
        "average nights",
        "average nights per booking",
        "how many nights do guests book on average?",
    ),
    *ok(ALL.by("city").get(mean("nights")), "average nights by city"),
    *ok(ALL.get(percentile("room_revenue", 0.9)), "90th percentile of room revenue"),
    *ok(
        ALL.get(lambda rows: float(str(MONEY(rows))) / float(str(total("nights")(rows)))),
        "room revenue per night",
        "room revenue divided by nights",
    ),
    *ok(
        ALL.get(days_between(BOOKED, IN)),
        "average days between booked on and check in",
        "average number of days from booking to check-in",
    ),
    *ok(
        ALL.by("booking_channel").get(days_between(BOOKED, IN)),
        "average days between booked on and check in by booking channel",
    ),
    *ok(
        ALL.on(IN, "2025-08").get(n),
        "bookings with check in in August 2025",
        "how many bookings check in in August 2025?",
    ),
    *ok(
        ALL.on(BOOKED, "2025").by(each("month", BOOKED)).get(MONEY),
        "monthly room revenue in 2025",
        "room revenue by month 2025",
    ),
    *ok(
        ALL.on(BOOKED, "2025").by(each("month", BOOKED)).get(MONEY).running(),
        "cumulative room revenue by month in 2025",
    ),
    *ok(
        ALL.on(BOOKED, "2025").by("city").get(MONEY).beside(ALL.on(BOOKED, "2024").by("city").get(MONEY)),
        "room revenue by city 2025 vs 2024",
    ),
    *ok(ALL.by("city").get(MONEY).shares(), "share of room revenue by city", "room revenue share per city"),
    *ok(ALL.by("city").get(MONEY).shares().only("Porto"), "share of Porto in room revenue"),
    *ok(ALL.by(weekday(IN)).get(n), "bookings by weekday of check in"),
    *ok(
        ALL.where(lambda r: int(str(r["nights"])) > 7).get(n),
        "bookings of more than 7 nights",
        "bookings with over 7 nights",
    ),
    *ok(
        ALL.where(lambda r: int(str(r["nights"])) > 7).by("city").get(n),
        "number of bookings with more than 7 nights by city",
    ),
    *ok(
        ALL.by("city").get(n, MONEY),
        "bookings and room revenue by city",
        "number of bookings and room revenue per city",
    ),
    *ok(
        ALL.where(lambda r: r["city"] == "Munich" or r["loyalty_tier"] == "Gold").get(n),
        "bookings in Munich or by gold guests",
    ),
    *ok(ALL.eq(city="Lisbon").get(distinct("guest_id")), "how many different guests booked in Lisbon?"),
    *unclear("best hotels", "bookings 03/02/2025", "country"),
    *no(
        "minibar sales",
        "average guest age",
        "occupancy next month",
        "hotels with a pool",
        "room revenue in Rome",
        "guest reviews by city",
        "which receptionist checked in the most guests?",
        "total rooms by nationality",
        "breakfast included",
        "parking fees per hotel",
    ),
]
