"""Invented tables, the same for every run: eight that stand alone and three groups that belong together.

Rows are plain dictionaries by column name; `HEADERS` has what the file's first line says of each column.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

Cell = str | int | float | date | datetime | None
Record = dict[str, Cell]

FIRST, LAST = date(2024, 1, 1), date(2026, 5, 17)
_DAYS = (LAST - FIRST).days
_COUNTRIES = ("Germany", "France", "Spain", "Italy", "Austria", "Poland")
_TRADES = ("Foods", "Trading", "Retail", "Works")
_FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dirk", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Kira", "Leo")
_LAST_NAMES = ("Abel", "Brandt", "Costa", "Diaz", "Ebert", "Falk", "Geiger", "Hansen", "Ilic", "Jansen")

HEADERS = {
    "amount": "Amount (EUR)",
    "unit_price": "Unit price (EUR)",
    "salary": "Salary (EUR)",
    "fee": "Fee (EUR)",
    "freight": "Freight (EUR)",
    "weight": "Weight (kg)",
    "duration": "Duration (minutes)",
    "distance": "Distance (km)",
    "fare": "Fare (EUR)",
    "tip": "Tip (EUR)",
    "unit_cost": "Unit cost (EUR)",
    "budget": "Budget (k EUR)",
    "actual": "Actual (k EUR)",
    "consumption": "Consumption (kWh)",
    "temperature": "Temperature (°C)",
    "peak_load": "Peak load (kW)",
    "revenue": "Revenue (EUR)",
    "room_revenue": "Room revenue (EUR)",
    "list_price": "List price (EUR)",
    "order_id": "Order ID",
    "ticket_id": "Ticket ID",
    "employee_id": "Employee ID",
    "appointment_id": "Appointment ID",
    "trip_id": "Trip ID",
    "sku": "SKU",
    "sale_id": "Sale ID",
    "customer_id": "Customer ID",
    "product_id": "Product ID",
    "student_id": "Student ID",
    "course_id": "Course ID",
    "enrolment_id": "Enrolment ID",
    "hotel_id": "Hotel ID",
    "guest_id": "Guest ID",
    "booking_id": "Booking ID",
}


def header(column: str) -> str:
    """The first line's word for a column."""
    return HEADERS.get(column, column.replace("_", " ").capitalize())


def as_csv(rows: list[Record]) -> bytes:
    """The table as a file that a person would upload."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([header(name) for name in rows[0]])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue().encode()


def _cell(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def _day(random: Random) -> date:
    return FIRST + timedelta(days=random.randrange(_DAYS + 1))


def _moment(random: Random, first_hour: int = 6, last_hour: int = 22) -> datetime:
    day = _day(random)
    hour, minute = random.randrange(first_hour, last_hour), random.randrange(0, 60, 5)
    return datetime.combine(day, time(hour, minute))


def _person(random: Random) -> str:
    return f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"


def _cents(random: Random, low: float, high: float) -> float:
    return round(random.uniform(low, high), 2)


@cache
def orders() -> list[Record]:
    """One row an order of a web shop."""
    random = Random(11)
    goods = {
        "Desk Lamp": "Lighting",
        "Floor Lamp": "Lighting",
        "Office Chair": "Furniture",
        "Bookshelf": "Furniture",
        "Standing Desk": "Furniture",
        "Wool Rug": "Textiles",
        "Cushion": "Textiles",
        "Curtain": "Textiles",
    }
    rows: list[Record] = []
    for number in range(480):
        product = random.choice(tuple(goods))
        quantity, price = random.randint(1, 9), _cents(random, 8, 240)
        rows.append(
            {
                "order_id": 10001 + number,
                "order_date": _day(random),
                "customer": _LAST_NAMES[random.randrange(10)] + random.choice((" GmbH", " Ltd", " SA")),
                "country": random.choice(_COUNTRIES),
                "product": product,
                "category": goods[product],
                "channel": random.choice(("Web", "Phone", "Marketplace")),
                "status": random.choices(("Delivered", "Pending", "Cancelled", "Returned"), (12, 3, 2, 1))[0],
                "quantity": quantity,
                "unit_price": price,
                "amount": round(quantity * price, 2),
            }
        )
    return rows


@cache
def tickets() -> list[Record]:
    """One row a support ticket; open ones have no closing time."""
    random = Random(12)
    rows: list[Record] = []
    for number in range(420):
        opened = _moment(random)
        closed = opened + timedelta(minutes=random.randrange(20, 9000, 5)) if random.random() < 0.85 else None
        rows.append(
            {
                "ticket_id": f"T-{5001 + number}",
                "opened_at": opened,
                "closed_at": closed,
                "priority": random.choices(("Low", "Normal", "High", "Critical"), (3, 6, 3, 1))[0],
                "team": random.choice(("Billing", "Network", "Hardware", "Accounts")),
                "product": random.choice(("Router", "Modem", "Mobile App", "Web Portal")),
                "source": random.choice(("Email", "Chat", "Hotline")),
                "satisfaction": random.randint(1, 5) if closed and random.random() < 0.7 else None,
                "escalated": random.choices(("yes", "no"), (1, 5))[0],
            }
        )
    return rows


@cache
def employees() -> list[Record]:
    """One row an employee; who still works here has no day of leaving."""
    random = Random(13)
    rows: list[Record] = []
    for number in range(260):
        hired = date(2015, 1, 1) + timedelta(days=random.randrange(4100))
        left = hired + timedelta(days=random.randrange(200, 2000)) if random.random() < 0.25 else None
        rows.append(
            {
                "employee_id": f"E{1001 + number}",
                "name": _person(random),
                "department": random.choice(("Sales", "Engineering", "Finance", "Support", "Logistics")),
                "office": random.choice(("Berlin", "Madrid", "Warsaw", "Lyon")),
                "job_level": random.choice(("Junior", "Senior", "Lead")),
                "hire_date": hired,
                "leaving_date": left if left is None or left <= LAST else None,
                "salary": random.randrange(32000, 110000, 500),
                "weekly_hours": random.choice((20, 30, 40, 40, 40)),
                "remote": random.choices(("yes", "no"), (2, 3))[0],
            }
        )
    return rows


@cache
def appointments() -> list[Record]:
    """One row an appointment at a practice."""
    random = Random(14)
    doctors = {
        "Dr Abel": "Cardiology",
        "Dr Costa": "Dermatology",
        "Dr Falk": "Cardiology",
        "Dr Ilic": "Orthopedics",
        "Dr Hansen": "Dermatology",
    }
    rows: list[Record] = []
    for number in range(450):
        doctor, at = random.choice(tuple(doctors)), _moment(random, 8, 18)
        rows.append(
            {
                "appointment_id": 7001 + number,
                "doctor": doctor,
                "specialty": doctors[doctor],
                "booked_on": at.date() - timedelta(days=random.randrange(1, 40)),
                "scheduled_at": at,
                "insurance": random.choice(("Public", "Private", "Self-pay")),
                "duration": random.choice((15, 20, 30, 45, 60)),
                "fee": _cents(random, 30, 260),
                "attended": random.choices(("yes", "no"), (6, 1))[0],
            }
        )
    return rows


@cache
def trips() -> list[Record]:
    """One row a taxi trip."""
    random = Random(15)
    rows: list[Record] = []
    for number in range(500):
        start = _moment(random, 0, 24)
        distance = _cents(random, 0.8, 32)
        rows.append(
            {
                "trip_id": 90001 + number,
                "pickup_at": start,
                "dropoff_at": start + timedelta(minutes=random.randrange(4, 70)),
                "driver": random.choice(("Amir", "Bea", "Carlos", "Dora", "Emil", "Fatma")),
                "city": random.choice(("Hamburg", "Munich", "Cologne", "Dresden")),
                "vehicle": random.choice(("Sedan", "Van", "Electric")),
                "payment_method": random.choice(("Card", "Cash", "App")),
                "passengers": random.randint(1, 6),
                "distance": distance,
                "fare": round(4 + 2.1 * distance, 2),
                "tip": _cents(random, 0.5, 9) if random.random() < 0.6 else 0.0,
            }
        )
    return rows


@cache
def stock() -> list[Record]:
    """One row a product on the shelf."""
    random = Random(16)
    things = ("Bolt", "Hinge", "Bracket", "Valve", "Gasket", "Bearing", "Clamp", "Spring", "Washer", "Pulley")
    return [
        {
            "sku": f"SK-{3001 + number}",
            "product_name": f"{things[number % 10]} {10 + number}",
            "category": random.choice(("Fasteners", "Seals", "Bearings", "Tools")),
            "warehouse": random.choice(("Bremen", "Leipzig", "Graz")),
            "supplier": random.choice(("Nordmetal", "Steelworks", "Adria Parts", "Polytec")),
            "units_in_stock": random.choice((0, *range(1, 900))) if random.random() > 0.06 else 0,
            "reorder_level": random.randrange(10, 200, 10),
            "unit_cost": _cents(random, 0.2, 95),
            "last_delivery": LAST - timedelta(days=random.randrange(500)),
            "discontinued": random.choices(("yes", "no"), (1, 7))[0],
        }
        for number in range(150)
    ]


@cache
def budget() -> list[Record]:
    """One row a month, department and account."""
    random = Random(17)
    rows: list[Record] = []
    for index in range(29):
        month = date(2024 + index // 12, index % 12 + 1, 1)
        for department in ("Marketing", "Research", "Production", "Administration"):
            for account in ("Personnel", "Travel", "Software", "Materials"):
                plan = round(random.uniform(5, 90), 1)
                rows.append(
                    {
                        "month": month,
                        "department": department,
                        "account": account,
                        "budget": plan,
                        "actual": round(plan * random.uniform(0.7, 1.3), 1),
                    }
                )
    return rows


@cache
def readings() -> list[Record]:
    """One row a day and site."""
    random = Random(18)
    sites = {"Northgate": "Office", "Riverside": "Warehouse", "Hilltop": "Office", "Docklands": "Factory"}
    rows: list[Record] = []
    for offset in range(380):
        day = date(2025, 5, 3) + timedelta(days=offset)
        for site, kind in sites.items():
            if random.random() < 0.05:
                continue
            rows.append(
                {
                    "reading_date": day,
                    "site": site,
                    "building_type": kind,
                    "consumption": _cents(random, 80, 1900),
                    "temperature": round(random.uniform(-9, 33), 1),
                    "peak_load": _cents(random, 9, 160),
                }
            )
    return rows


@cache
def shop() -> dict[str, list[Record]]:
    """Customers, products, and sales that point at both."""
    random = Random(21)
    customers: list[Record] = [
        {
            "customer_id": f"C{101 + n}",
            "customer_name": f"{_LAST_NAMES[n % 10]} {_TRADES[n // 10 % 4]} {n}",
            "country": random.choice(_COUNTRIES),
            "segment": random.choice(("Enterprise", "Midmarket", "Startup")),
            "signup_date": date(2022, 1, 1) + timedelta(days=random.randrange(1500)),
        }
        for n in range(70)
    ]
    products: list[Record] = [
        {
            "product_id": f"P{n + 1:03}",
            "product_name": name,
            "category": category,
            "brand": brand,
            "list_price": _cents(random, 5, 400),
        }
        for n, (name, category, brand) in enumerate(
            (
                ("Espresso Pro", "Kitchen", "Brewly"),
                ("Toast Master", "Kitchen", "Casa"),
                ("Blend One", "Kitchen", "Casa"),
                ("Air Sweep", "Cleaning", "Purely"),
                ("Robo Vac", "Cleaning", "Purely"),
                ("Steam Mop", "Cleaning", "Casa"),
                ("Sound Bar", "Audio", "Tonika"),
                ("Pocket Radio", "Audio", "Tonika"),
                ("Ear Buds", "Audio", "Brewly"),
            )
        )
    ]
    buyers = [c["customer_id"] for c in customers[:58]]
    sales: list[Record] = []
    for number in range(520):
        product = random.choice(products)
        quantity = random.randint(1, 12)
        assert isinstance(product["list_price"], float)
        sales.append(
            {
                "sale_id": 30001 + number,
                "sale_date": _day(random),
                "customer_id": random.choice(buyers),
                "product_id": product["product_id"],
                "store": random.choice(("Online", "Vienna", "Prague")),
                "quantity": quantity,
                "revenue": round(quantity * product["list_price"] * random.uniform(0.7, 1), 2),
            }
        )
    return {"customers": customers, "products": products, "sales": sales}


@cache
def school() -> dict[str, list[Record]]:
    """Students, courses, and enrolments that point at both."""
    random = Random(22)
    students: list[Record] = [
        {
            "student_id": 4001 + n,
            "student_name": f"{_FIRST_NAMES[n % 12]} {_LAST_NAMES[n // 12]}",
            "home_country": random.choice(_COUNTRIES),
            "program": random.choice(("Bachelor", "Master", "Exchange")),
            "birth_date": date(1996, 1, 1) + timedelta(days=random.randrange(3600)),
        }
        for n in range(96)
    ]
    courses: list[Record] = [
        {
            "course_id": f"CRS{n + 1:02}",
            "course": name,
            "faculty": faculty,
            "lecturer": lecturer,
            "credits": credits,
        }
        for n, (name, faculty, lecturer, credits) in enumerate(
            (
                ("Linear Algebra", "Mathematics", "Noether", 6),
                ("Statistics", "Mathematics", "Gauss", 6),
                ("Databases", "Informatics", "Codd", 9),
                ("Compilers", "Informatics", "Hopper", 9),
                ("Microeconomics", "Economics", "Ostrom", 6),
                ("Game Theory", "Economics", "Nash", 3),
                ("Poetics", "Humanities", "Eco", 3),
            )
        )
    ]
    enrolments: list[Record] = []
    for number in range(430):
        grade = round(random.uniform(1, 5), 1)
        done = random.random() < 0.9
        enrolments.append(
            {
                "enrolment_id": 60001 + number,
                "student_id": 4001 + random.randrange(84),
                "course_id": random.choice(courses)["course_id"],
                "enrolled_on": _day(random),
                "mode": random.choice(("Campus", "Remote")),
                "grade": grade if done else None,
                "passed": ("yes" if grade <= 4 else "no") if done else None,
            }
        )
    return {"students": students, "courses": courses, "enrolments": enrolments}


@cache
def hotels() -> dict[str, list[Record]]:
    """Hotels, guests, and bookings that point at both."""
    random = Random(23)
    houses: list[Record] = [
        {
            "hotel_id": f"H{n + 1:02}",
            "hotel_name": name,
            "city": city,
            "hotel_country": country,
            "stars": stars,
            "rooms": rooms,
        }
        for n, (name, city, country, stars, rooms) in enumerate(
            (
                ("Seaview", "Lisbon", "Portugal", 4, 120),
                ("Old Mill", "Porto", "Portugal", 3, 45),
                ("Grand Alster", "Hamburg", "Germany", 5, 210),
                ("Isar Lodge", "Munich", "Germany", 3, 60),
                ("Casa Verde", "Seville", "Spain", 4, 80),
                ("Mirador", "Granada", "Spain", 3, 38),
                ("Nordlys", "Bergen", "Norway", 4, 95),
            )
        )
    ]
    guests: list[Record] = [
        {
            "guest_id": f"G{2001 + n}",
            "guest_name": f"{_FIRST_NAMES[n % 12]} {_LAST_NAMES[n % 7]} {n}",
            "nationality": random.choice(("German", "Dutch", "British", "Danish")),
            "loyalty_tier": random.choice(("Basic", "Silver", "Gold")),
        }
        for n in range(90)
    ]
    bookings: list[Record] = []
    for number in range(460):
        made, nights = _day(random), random.randint(1, 10)
        bookings.append(
            {
                "booking_id": 80001 + number,
                "hotel_id": random.choice(houses)["hotel_id"],
                "guest_id": f"G{2001 + random.randrange(78)}",
                "booked_on": made,
                "check_in": made + timedelta(days=random.randrange(1, 60)),
                "nights": nights,
                "room_revenue": round(nights * random.uniform(60, 280), 2),
                "booking_channel": random.choice(("Direct", "Agency", "Portal")),
                "cancelled": random.choices(("yes", "no"), (1, 6))[0],
            }
        )
    return {"hotels": houses, "guests": guests, "bookings": bookings}


def tables() -> dict[str, dict[str, list[Record]]]:
    """The tables of each of the eleven models."""
    alone = {
        "orders": orders,
        "tickets": tickets,
        "employees": employees,
        "appointments": appointments,
        "trips": trips,
        "stock": stock,
        "budget": budget,
        "readings": readings,
    }
    together = {"shop": shop(), "school": school(), "hotel": hotels()}
    return {**{name: {name: make()} for name, make in alone.items()}, **together}
