"""Another hand's questions of hotels, guests and bookings."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import (
    above,
    day,
    days_between,
    each,
    mean,
    n,
    numbers,
    part,
    t,
    total,
    weekday,
)

HOTELS, GUESTS, BOOKINGS = t("hotels"), t("guests"), t("bookings")
MADE, ARRIVES = "booked_on", "check_in"
ALL = BOOKINGS.join(HOTELS, "hotel_id").join(GUESTS, "guest_id")
REVENUE = total("room_revenue")


def _cancelled(row: Record) -> bool:
    return row["cancelled"] == "yes"


def _ahead(row: Record) -> int:
    return (day(row[ARRIVES]) - day(row[MADE])).days


CASES: list[Asked] = [
    *ok(ALL.by("hotel_name").get(REVENUE), "Room revenue by hotel"),
    *ok(
        ALL.by("hotel_country", "booking_channel").get(REVENUE),
        "Room revenue by hotel country and booking channel",
    ),
    *ok(ALL.on(ARRIVES, "2025-08").get(n), "How many bookings have a check-in in August 2025?"),
    *ok(
        ALL.on(MADE, "2025").by("hotel_name").get(n).top(3),
        "Top 3 hotels by number of bookings booked in 2025",
    ),
    *ok(
        ALL.on(ARRIVES, "2025").no(cancelled="yes").by("city").get(total("nights")),
        "Total nights per city for check-ins in 2025, without cancelled bookings",
    ),
    *ok(ALL.by("booking_channel").get(part(_cancelled)), "Cancellation rate by booking channel"),
    *ok(
        ALL.eq(stars=[4, 5]).get(part(_cancelled)),
        "What share of bookings in hotels with 4 or more stars gets cancelled?",
    ),
    *ok(
        ALL.by("nationality").get(mean("nights")),
        "How many nights do guests stay on average, by nationality?",
    ),
    *ok(
        GUESTS.holds(lambda rows: not rows, BOOKINGS, "guest_id").get(n),
        "How many guests have never made a booking?",
    ),
    *ok(
        GUESTS.eq(loyalty_tier="Gold")
        .holds(lambda rows: not rows, BOOKINGS.on(MADE, "2026"), "guest_id")
        .get(n),
        "How many gold guests have not booked anything in 2026?",
    ),
    *ok(
        ALL.by("guest_name").get(n).having(lambda value: value > 10),
        "Guests with more than 10 bookings",
    ),
    *ok(
        ALL.get(days_between(MADE, ARRIVES)),
        "How many days are there on average between booking and check-in?",
    ),
    *ok(
        ALL.where(lambda row: _ahead(row) < 7).get(n),
        "How many bookings were made less than 7 days before check-in?",
    ),
    *ok(
        ALL.by("loyalty_tier").get(REVENUE, total("nights")),
        "Room revenue and nights by loyalty tier",
    ),
    *ok(
        ALL.by("hotel_country", "nationality").get(n).best_in_each(),
        "Which nationality makes the most bookings in each hotel country?",
    ),
    *ok(ALL.by(weekday(ARRIVES)).get(n), "Number of check-ins by weekday"),
    *either(
        (
            ALL.on(MADE, "2024-10..2025").by(each("quarter", MADE)).get(REVENUE).growth(),
            ALL.on(MADE, "2025").by(each("quarter", MADE)).get(REVENUE).growth(),
        ),
        "Quarterly growth of room revenue by booking date in 2025",
    ),
    *ok(HOTELS.where(above("rooms", 90)).list("hotel_name"), "Which hotels have more than 90 rooms?"),
    *ok(HOTELS.by("hotel_country").get(total("rooms")), "Total number of rooms by country"),
    *ok(HOTELS.eq(hotel_name="Mirador").list("stars"), "How many stars does the Mirador have?"),
    *ok(
        ALL.by("hotel_name").get(REVENUE).shares(),
        "How much does each hotel contribute to room revenue in percent?",
    ),
    *ok(
        ALL.eq(nationality=["Dutch", "British"], hotel_country="Spain").no(booking_channel="Agency").get(n),
        "How many bookings by Dutch or British guests in Spain did not come through an agency?",
    ),
    *ok(
        ALL.where(above("room_revenue", 2500)).get(n),
        "How many bookings brought more than 2,500 euros of room revenue?",
    ),
    *ok(
        ALL.eq(hotel_name="Nordlys").get(
            lambda rows: sum(numbers(rows, "room_revenue")) / sum(numbers(rows, "nights"))
        ),
        "Room revenue per night at Nordlys",
    ),
    *terse(ok(ALL.eq(city="Lisbon", cancelled="yes").get(n), "cancelled bookings lisbon")),
    *terse(ok(ALL.eq(booking_channel="Direct").by("stars").get(REVENUE), "room revenue direct by stars")),
    *terse(ok(ALL.on(ARRIVES, "2026-06").get(total("nights")), "nights check in june 2026")),
    *misspelt(ok(ALL.eq(hotel_name="Grand Alster").get(REVENUE), "room revnue of Grand Alstr")),
    *misspelt(ok(ALL.by("nationality").get(n), "number of bokings by nationalty")),
    *misspelt(ok(GUESTS.eq(loyalty_tier="Silver").get(n), "how many guets are in the silver loyality tier")),
    *chatty(
        ok(
            ALL.eq(hotel_name="Casa Verde").on(ARRIVES, "2026-05").get(n),
            "Hola, can you tell me how many bookings Casa Verde has with check-in this month?",
        )
    ),
    *chatty(
        ok(
            ALL.eq(hotel_country="Portugal").by("booking_channel").get(REVENUE).top(1),
            "hey, we're discussing our Portuguese hotels, which booking channel brings the "
            "most room revenue in Portugal?",
        )
    ),
    *chatty(
        ok(
            ALL.on(MADE, "2026-04").by("booking_channel").get(n),
            "Good evening, may I ask how many bookings were booked last month through each booking channel?",
        )
    ),
    *chatty(
        ok(
            ALL.by("hotel_name").get(mean("nights")).top(1),
            "just wondering, at which hotel is the average number of nights the highest?",
        )
    ),
    *chatty(
        ok(
            GUESTS.by("nationality", "loyalty_tier").get(n),
            "Hi! Please give me the number of guests by nationality and loyalty tier, thanks!!",
        )
    ),
    *misspelt(ok(ALL.eq(cancelled="yes").by("hotel_name").get(n), "how many canceled bokings per hotel")),
    *no(
        "How much did guests spend on breakfast?",
        "What is the average review score per hotel?",
        "Number of children per booking",
        "Staff cost by hotel",
    ),
    *chatty(no("hi there! could you check which room type is booked most often?")),
    *misspelt(no("minibar revnue by hotel")),
    *unclear("Room revenue in March 2025", "Which is our best hotel?"),
]
