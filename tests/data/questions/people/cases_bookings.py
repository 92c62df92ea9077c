"""What a revenue manager, a receptionist, and a foreign owner ask of hotels, guests and bookings."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    day,
    days_between,
    distinct,
    each,
    mean,
    n,
    part,
    rows_each,
    total,
)
from tests.data.questions.people.tables import at, listed, some

HOTELS, GUESTS, BOOKINGS = (at("bookings", name) for name in ("hotels", "guests", "bookings"))
IN = BOOKINGS.join(HOTELS, "hotel_id")
BY_GUEST = BOOKINGS.join(GUESTS, "guest_id")
WHOLE = BY_GUEST.join(HOTELS, "hotel_id")
_MONTHS = BOOKINGS.on("booked_on", "2025").by(each("month", "booked_on"))
_NEVER = GUESTS.holds(lambda rows: not rows, BOOKINGS, "guest_id")
_NOT_BY_PHONE = GUESTS.holds(
    lambda rows: not any(day(r["booked_on"]).year == 2025 and r["channel"] == "Phone" for r in rows),
    BOOKINGS,
    "guest_id",
)

_MANAGER = [
    *ok(
        IN.by("hotel").get(total("room_revenue")),
        "total room revenue by hotel",
        "total room revenue per hotel",
    ),
    *ok(
        IN.on("arrival", "2025").by("hotel").get(total("nights")),
        "total nights by hotel with arrival in 2025",
    ),
    *ok(BOOKINGS.by("status").get(n), "bookings by status", "number of bookings per status"),
    *ok(
        BOOKINGS.get(part(lambda r: r["status"] == "Cancelled")),
        "cancellation rate",
        "share of bookings that were cancelled",
    ),
    *ok(
        BOOKINGS.by("channel").get(part(lambda r: r["status"] == "Cancelled")),
        "cancellation rate by channel",
        "percentage of cancelled bookings in each channel",
    ),
    *ok(BOOKINGS.by("channel").get(mean("nights")), "average nights by channel", "avg nights per channel"),
    *ok(BOOKINGS.get(days_between("booked_on", "arrival")), "average days between booked and arrival"),
    *ok(
        IN.no(status="Cancelled").by("city").get(total("room_revenue")),
        "total room revenue by city excluding cancelled",
        "total room revenue per city without cancelled bookings",
    ),
    *ok(
        IN.eq(city="Porto").on("booked_on", "2025").get(n),
        "how many bookings in Porto were booked in 2025",
        "bookings booked in 2025 in Porto, how many",
    ),
    *ok(
        _MONTHS.get(n).having(lambda x: x > 28),
        "months with more than 28 bookings booked in 2025",
        "which months of 2025 had more than 28 bookings",
    ),
    *ok(
        _MONTHS.get(total("room_revenue")).having(lambda x: x > 25_000),
        "months with total room revenue over 25000 in 2025",
    ),
    *ok(
        BY_GUEST.by("home_country").get(distinct("guest_id")),
        "number of different guests with bookings by home country",
    ),
    *ok(
        BY_GUEST.by("guest").get(n).having(lambda x: x > 10),
        "guests with more than 10 bookings",
        "which guests had more than 10 bookings",
    ),
    *ok(
        BY_GUEST.eq(home_country="Japan").by("guest").get(n).having(lambda x: x > 7),
        "guests from Japan with more than 7 bookings",
    ),
    *ok(
        BY_GUEST.by("guest").get(n).having(lambda x: x == 1),
        "guests with only one booking",
        "guests with exactly one booking",
        "guests who had only one booking",
    ),
    *ok(
        some(BY_GUEST.by("guest").get(n, total("room_revenue")), lambda r: r[1] > 10 or r[2] > 11_000),
        "guests with more than 10 bookings or total room revenue over 11000",
    ),
    *listed(_NEVER, "guest", "guests without bookings", "guests who have no bookings"),
    *ok(_NEVER.get(n), "how many guests never had a booking", "how many guests have no bookings"),
    *listed(
        _NOT_BY_PHONE,
        "guest",
        "guests without phone bookings in 2025",
        "guests with no bookings by phone in 2025",
        "guests with no bookings in 2025 by phone",
    ),
    *ok(BOOKINGS.get(rows_each("guest_id")), "average bookings per guest", "bookings per guest on average"),
    *ok(
        IN.by("hotel").get(total("room_revenue")).top(2),
        "top 2 hotels by total room revenue",
        "two hotels with the highest total room revenue",
    ),
    *ok(
        IN.by("stars").get(mean("room_revenue")),
        "average room revenue by stars",
        "mean room revenue per stars",
    ),
    *ok(
        IN.eq(stars=4).get(n),
        "how many bookings at hotels with 4 stars",
    ),
    *ok(HOTELS.by("city").get(total("rooms")), "total rooms by city", "number of rooms per city"),
    *ok(
        BOOKINGS.where(above("nights", 7)).get(n),
        "how many bookings have more than 7 nights",
        "bookings with over 7 nights, how many",
        "bookings with more than 7 nights, how many",
    ),
    *ok(
        BOOKINGS.where(lambda r: r["channel"] == "Phone" or r["nights"] > 9).get(n),
        "how many bookings were by phone or had more than 9 nights",
    ),
    *ok(
        WHOLE.eq(home_country="Spain", city="Porto").get(n),
        "bookings of guests from Spain in Porto, how many",
        "how many bookings in Porto by guests from Spain",
    ),
    *ok(
        BOOKINGS.first(3, "room_revenue", "booking_no"),
        "the 3 most expensive bookings",
        "top 3 bookings by room revenue",
    ),
    *ok(
        BOOKINGS.on("booked_on", "2025").on("arrival", "2026").get(n),
        "how many bookings were booked in 2025 with arrival in 2026",
        "bookings booked in 2025 and with arrival in 2026, how many",
    ),
]

_RECEPTION = terse(
    [
        *ok(
            BOOKINGS.on("arrival", "2026-05-18").get(n),
            "bookings with arrival today",
            "bookings arriving today, how many",
        ),
        *ok(IN.eq(hotel="Duna").get(n), "bookings duna", "how many bookings Duna"),
        *ok(GUESTS.by("loyalty").get(n), "guests by loyalty", "guests per loyalty"),
        *ok(GUESTS.eq(loyalty="Gold").get(n), "how many gold guests", "number of gold guests"),
        *ok(
            BOOKINGS.eq(status="No-show").on("booked_on", "2025").get(n),
            "no-shows booked in 2025, how many",
            "how many no show bookings booked in 2025",
        ),
    ]
)

_CHATTY = chatty(
    [
        *ok(
            IN.eq(hotel="Costa", status="Cancelled").get(n),
            "hello! how many cancelled bookings does Costa have, please?",
            "my boss wants to know how many bookings were cancelled at Costa",
        ),
        *ok(
            BOOKINGS.eq(channel="Website").get(mean("room_revenue")),
            "would you mind telling me the average room revenue of website bookings?",
            "so what's the average room revenue for bookings via Website?",
        ),
    ]
)

_TYPES_BADLY = misspelt(
    [
        *ok(BOOKINGS.by("channel").get(n), "bookigns by chanel", "bokings per channel"),
        *ok(IN.eq(hotel="Bruma").get(n), "how many boookings at Bruma", "number of bookings in brumma"),
        *ok(IN.by("city").get(total("nights")), "total nigths by city", "totla nights per ctiy"),
    ]
)

_OWNER = [
    *ok(
        IN.eq(city="Faro").get(total("room_revenue")),
        "How much is the total room revenue of all bookings in Faro?",
        "What was total room revenue in city Faro?",
    ),
    *ok(
        BY_GUEST.eq(home_country="Germany").get(n),
        "How many bookings come from Germany?",
        "How much bookings we have from Germany?",
    ),
]

_CANNOT = [
    *no(
        "occupancy by hotel",
        "breakfasts sold in 2025",
        "guests with a dog",
        "which room was booked most",
        "bookings with late checkout",
        "how many guests complained",
        "bookings in Lisbon",
        "profit by hotel",
        "who cleaned room 12",
        "bookings by travel agent name",
        "guests with more than 3 reviews",
    ),
    *unclear(
        "guests in 2025",
        "guests by channel",
        "which hotel had the most guests",
        "average nights per hotel",
        "best hotel",
        "biggest guests",
    ),
]

CASES: list[Asked] = [*_MANAGER, *_RECEPTION, *_CHATTY, *_TYPES_BADLY, *_OWNER, *_CANNOT]
