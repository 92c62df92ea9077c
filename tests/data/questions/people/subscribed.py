"""Tables of what people subscribe to or borrow: a utility's meters, a gym, a library, a hotel's bookings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from tests.data.questions.bank.invented import Record

_FIRST, _LAST = date(2024, 1, 1), date(2026, 5, 17)
_DAYS = (_LAST - _FIRST).days + 1
_NAMES = ("Oona", "Pavel", "Quirin", "Rosa", "Sven", "Tilda", "Uma", "Vito", "Wanda", "Yann", "Zoe")


def _day(random: Random) -> date:
    return _FIRST + timedelta(days=random.randrange(_DAYS))


def _known(day: date) -> date | None:
    return day if day <= _LAST else None


@cache
def energy() -> dict[str, list[Record]]:
    """A utility's sites, their meters, and what each used in a week."""
    random = Random(51)
    sites: list[Record] = [
        {"site_id": f"ST{n + 1}", "site": name, "region": region, "floor_area": area}
        for n, (name, region, area) in enumerate(
            (
                ("Harbour Mill", "North", 5200),
                ("Old Brewery", "North", 3100),
                ("Tower Park", "South", 8800),
                ("Ring Mall", "South", 12400),
                ("Lakeside", "West", 2600),
            )
        )
    ]
    meters: list[Record] = [
        {
            "meter_id": f"M{n + 1:03}",
            "site_id": f"ST{n % 5 + 1}",
            "medium": ("Electricity", "Gas", "Water heating")[n % 3],
            "installed_on": date(2019, 1, 1) + timedelta(days=random.randrange(1700)),
            "maker": random.choice(("Landis", "Itron", "Elster")),
        }
        for n in range(24)
    ]
    readings: list[Record] = []
    number = 100_001
    for n in range(22):
        for week in range(0, _DAYS, 7):
            if random.random() < 0.06:
                continue
            readings.append(
                {
                    "reading_id": number,
                    "meter_id": f"M{n + 1:03}",
                    "read_on": _FIRST + timedelta(days=week),
                    "kwh": round(random.uniform(40, 900), 1),
                    "peak_kw": round(random.uniform(2, 60), 1),
                    "cost_eur": round(random.uniform(12, 310), 2),
                    "estimated": random.choices(("yes", "no"), (1, 8))[0],
                }
            )
            number += 1
    return {"sites": sites, "meters": meters, "readings": readings}


@cache
def gym() -> dict[str, list[Record]]:
    """A gym's members, their check-ins, and what they paid."""
    random = Random(52)
    members: list[Record] = []
    for n in range(130):
        joined = _day(random)
        left = _known(joined + timedelta(days=random.randrange(30, 700))) if random.random() < 0.5 else None
        members.append(
            {
                "member_id": f"G{2001 + n}",
                "member": f"{_NAMES[n % 11]} {chr(65 + n % 26)}{n}",
                "plan": random.choice(("Basic", "Plus", "Premium")),
                "club": random.choice(("Mitte", "Westend", "Airport")),
                "birth_year": random.randrange(1950, 2007),
                "joined_on": joined,
                "cancelled_on": left,
            }
        )
    checkins: list[Record] = []
    for number in range(900):
        at = datetime.combine(_day(random), time(random.randrange(6, 23), random.choice((0, 15, 30))))
        checkins.append(
            {
                "checkin_id": 50_001 + number,
                "member_id": f"G{2001 + min(random.randrange(120), random.randrange(120))}",
                "checked_in_at": at,
                "area": random.choice(("Weights", "Pool", "Sauna", "Yoga")),
                "minutes": random.randrange(20, 150, 5),
            }
        )
    payments: list[Record] = [
        {
            "payment_id": f"GP-{7001 + number}",
            "member_id": f"G{2001 + random.randrange(125)}",
            "paid_on": _day(random),
            "amount": random.choice((19.9, 29.9, 49.9, 15.0, 120.0)),
            "method": random.choice(("Card", "Debit", "Cash")),
        }
        for number in range(640)
    ]
    return {"members": members, "checkins": checkins, "payments": payments}


@cache
def library() -> dict[str, list[Record]]:
    """A library's titles, its readers, and loans of the one to the other."""
    random = Random(53)
    titles: list[Record] = [
        {
            "title_id": f"T{n + 1:03}",
            "title": f"{random.choice(('Blue', 'Quiet', 'Long', 'Lost'))} {noun} {n}",
            "genre": random.choice(("Novel", "Crime", "Travel", "Children", "Science")),
            "language": random.choice(("English", "German", "Polish")),
            "published": random.randrange(1960, 2026),
            "copies": random.randrange(1, 9),
        }
        for n, noun in enumerate(("River", "House", "Winter", "Orchard", "Letter") * 14)
    ]
    readers: list[Record] = [
        {
            "reader_id": f"R{501 + n}",
            "reader": f"{_NAMES[n % 11]} {chr(66 + n % 24)}. {n}",
            "kind": random.choice(("Adult", "Student", "Child")),
            "quarter": random.choice(("Hafen", "Neustadt", "Bergviertel")),
            "since": _day(random),
        }
        for n in range(95)
    ]
    loans: list[Record] = []
    for number in range(720):
        lent = _day(random)
        due = lent + timedelta(days=28)
        back = _known(lent + timedelta(days=random.randrange(2, 50))) if random.random() < 0.95 else None
        loans.append(
            {
                "loan_id": f"L{80001 + number}",
                "title_id": f"T{min(random.randrange(66), random.randrange(66)) + 1:03}",
                "reader_id": f"R{501 + random.randrange(88)}",
                "branch": random.choice(("Central", "East", "Mobile")),
                "lent_on": lent,
                "due_on": due,
                "returned_on": back,
                "fine_eur": round((back - due).days * 0.3, 2) if back is not None and back > due else 0.0,
            }
        )
    return {"titles": titles, "readers": readers, "loans": loans}


@cache
def bookings() -> dict[str, list[Record]]:
    """A small hotel chain: its houses, its guests, and their bookings."""
    random = Random(54)
    hotels: list[Record] = [
        {"hotel_id": n + 11, "hotel": name, "city": city, "stars": stars, "rooms": rooms}
        for n, (name, city, stars, rooms) in enumerate(
            (
                ("Alma", "Porto", 3, 40),
                ("Bruma", "Porto", 4, 75),
                ("Costa", "Faro", 4, 120),
                ("Duna", "Lagos", 5, 60),
            )
        )
    ]
    guests: list[Record] = [
        {
            "guest_id": f"GU{3001 + n}",
            "guest": f"{_NAMES[n % 11]} {chr(67 + n % 20)} {n}",
            "home_country": random.choice(("Portugal", "Spain", "Germany", "Japan")),
            "loyalty": random.choice(("Silver", "Gold", "None")),
        }
        for n in range(140)
    ]
    stays: list[Record] = []
    for number in range(760):
        made = _day(random)
        arrival = made + timedelta(days=random.randrange(0, 90))
        nights = random.randrange(1, 12)
        stays.append(
            {
                "booking_no": f"BK-{9001 + number}",
                "hotel_id": 11 + random.randrange(4),
                "guest_id": f"GU{3001 + random.randrange(132)}",
                "booked_on": made,
                "arrival": arrival,
                "departure": arrival + timedelta(days=nights),
                "nights": nights,
                "guests": random.randrange(1, 5),
                "room_revenue": round(nights * random.uniform(60, 240), 2),
                "channel": random.choice(("Website", "Agency", "Phone")),
                "status": random.choices(("Confirmed", "Cancelled", "No-show"), (8, 2, 1))[0],
            }
        )
    return {"hotels": hotels, "guests": guests, "bookings": stays}


MADE = {"energy": energy, "gym": gym, "library": library, "bookings": bookings}
