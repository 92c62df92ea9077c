"""Tables that people of several trades ask about: a clinic, a school office, a depot, and the demo's shop.

Each is some tables that belong together; rows are plain dictionaries, the same for every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from tests.data.questions.bank.asked import Asked, either
from tests.data.questions.bank.invented import Record, as_csv
from tests.data.questions.bank.plain import TODAY, Answer, Table, day, n
from tests.data.questions.bank.warehouse import Warehouse, stored
from tests.data.questions.people import subscribed

from answerable.cli.samples.customers import customers_csv
from answerable.cli.samples.generate import make_company
from answerable.cli.samples.orders import orders_csv

_FIRST, _LAST = date(2024, 1, 1), date(2026, 5, 17)
_GIVEN = ("Aino", "Bela", "Chloe", "Dario", "Edda", "Femi", "Gila", "Henk", "Iris", "Jaro", "Kaya", "Luca")
_FAMILY = ("Aalto", "Berg", "Cruz", "Dahl", "Egger", "Fuchs", "Gruber")


def _day(random: Random) -> date:
    return _FIRST + timedelta(days=random.randrange((_LAST - _FIRST).days + 1))


def _later(day: date, random: Random, most: int) -> date | None:
    """Some days later; nothing where that is still to come."""
    found = day + timedelta(days=random.randrange(most))
    return found if found <= _LAST else None


@cache
def clinic() -> dict[str, list[Record]]:
    """Patients, doctors, and visits that point at both."""
    random = Random(41)
    patients: list[Record] = [
        {
            "patient_id": f"P{1001 + n}",
            "patient_name": f"{_GIVEN[n % 12]} {_FAMILY[n % 7]}",
            "city": random.choice(("Graz", "Linz", "Wels", "Steyr")),
            "insurer": random.choice(("Merkur", "Uniqa", "Self-paying")),
            "registered_on": _day(random),
        }
        for n in range(84)
    ]
    doctors: list[Record] = [
        {"doctor_id": f"D{n + 1:02}", "doctor": name, "specialty": specialty, "floor": floor}
        for n, (name, specialty, floor) in enumerate(
            (
                ("Dr Adler", "Cardiology", 1),
                ("Dr Brix", "Cardiology", 1),
                ("Dr Cerny", "Dermatology", 2),
                ("Dr Dorn", "Orthopaedics", 2),
                ("Dr Ewald", "Orthopaedics", 3),
                ("Dr Frey", "Paediatrics", 3),
            )
        )
    ]
    visits: list[Record] = []
    for number in range(620):
        made = _day(random)
        at = datetime.combine(made + timedelta(days=random.randrange(40)), time(random.randrange(8, 18), 15))
        visits.append(
            {
                "visit_id": f"V{30001 + number}",
                "patient_id": f"P{1001 + min(random.randrange(80), random.randrange(80))}",
                "doctor_id": f"D{random.randrange(6) + 1:02}",
                "booked_on": made,
                "visit_at": at,
                "kind": random.choice(("Check-up", "Consultation", "Surgery", "Follow-up")),
                "duration": random.randrange(10, 95, 5),
                "fee": round(random.uniform(30, 480), 2),
                "no_show": random.choices(("yes", "no"), (1, 7))[0],
            }
        )
    return {"patients": patients, "doctors": doctors, "visits": visits}


@cache
def office() -> dict[str, list[Record]]:
    """A school's pupils, their absences and what their parents are to pay."""
    random = Random(42)
    pupils: list[Record] = [
        {
            "pupil_id": 7001 + n,
            "pupil": f"{_GIVEN[n % 12]} {_FAMILY[n % 7]} {n}",
            "form": random.choice(("1A", "1B", "2A", "2B", "3A", "4A")),
            "district": random.choice(("Nordstadt", "Hafen", "Altstadt")),
            "takes_bus": random.choice(("yes", "no")),
            "enrolled_on": _day(random),
        }
        for n in range(110)
    ]
    absences: list[Record] = [
        {
            "absence_id": 1 + n,
            "pupil_id": 7001 + min(random.randrange(100), random.randrange(100)),
            "first_day": _day(random),
            "days_missed": random.randint(1, 8),
            "reason": random.choice(("Illness", "Family", "Appointment", "Unknown")),
            "excused": random.choices(("yes", "no"), (4, 1))[0],
        }
        for n in range(380)
    ]
    payments: list[Record] = []
    for number in range(450):
        due = _day(random)
        paid = due + timedelta(days=random.randrange(-10, 25)) if random.random() < 0.85 else None
        payments.append(
            {
                "payment_id": f"PAY-{4001 + number}",
                "pupil_id": 7001 + random.randrange(104),
                "purpose": random.choice(("Lunch", "Excursion", "Books", "Club")),
                "due_date": due,
                "paid_on": paid if paid is None or paid <= _LAST else None,
                "amount": round(random.uniform(5, 160), 2),
                "method": random.choice(("Cash", "Transfer", "Card")),
            }
        )
    return {"pupils": pupils, "absences": absences, "payments": payments}


@cache
def depot() -> dict[str, list[Record]]:
    """A depot's suppliers, items, movements of them, and what was sent out."""
    random = Random(43)
    suppliers: list[Record] = [
        {"supplier_id": f"S{n + 1:02}", "supplier": name, "country": country}
        for n, (name, country) in enumerate(
            (
                ("Alpex", "Austria"),
                ("Baltik", "Latvia"),
                ("Coreum", "Germany"),
                ("Dovana", "Lithuania"),
                ("Estal", "Germany"),
            )
        )
    ]
    items: list[Record] = [
        {
            "sku": f"IT-{101 + n}",
            "item": f"{kind} {size}",
            "item_group": kind,
            "supplier_id": random.choice(suppliers[:4])["supplier_id"],
            "aisle": random.choice(("A", "B", "C", "D")),
            "in_stock": random.choice((0, random.randint(1, 400), random.randint(1, 400))),
            "reorder_level": random.randint(20, 120),
            "unit_cost": round(random.uniform(0.4, 60), 2),
        }
        for n, (kind, size) in enumerate(
            (kind, size)
            for kind in ("Bolt", "Bracket", "Cable", "Filter", "Valve")
            for size in ("small", "medium", "wide", "long", "heavy", "flat")
        )
    ]
    movements: list[Record] = [
        {
            "movement_id": 90001 + n,
            "sku": items[min(random.randrange(28), random.randrange(28))]["sku"],
            "moved_at": datetime.combine(_day(random), time(random.randrange(6, 20), 30)),
            "direction": random.choices(("Inbound", "Outbound", "Scrapped"), (5, 6, 1))[0],
            "pieces": random.randint(1, 60),
            "dock": random.choice(("North", "South", "Ramp 3")),
        }
        for n in range(700)
    ]
    shipments: list[Record] = []
    for number in range(430):
        placed = _day(random)
        shipments.append(
            {
                "shipment_no": f"SH-{5001 + number}",
                "placed_on": placed,
                "shipped_on": _later(placed, random, 25) if random.random() < 0.94 else None,
                "carrier": random.choice(("Hermod", "Postnord", "Own van")),
                "destination": random.choice(("Riga", "Tallinn", "Kaunas", "Turku")),
                "weight": round(random.uniform(0.5, 800), 1),
                "freight": round(random.uniform(4, 320), 2),
            }
        )
    return {"suppliers": suppliers, "items": items, "movements": movements, "shipments": shipments}


_COMPANY = make_company(TODAY)
_ORDERS = _COMPANY.orders[::20]


@cache
def shop() -> dict[str, list[Record]]:
    """The demo's orders and customers, of each twentieth order."""
    orders: list[Record] = [
        {
            "order_id": order.id,
            "order_date": order.ordered,
            "ship_date": order.shipped,
            "customer_id": order.customer.id,
            "region": order.customer.region,
            "channel": order.channel,
            "product": order.product.name,
            "category": order.product.category,
            "quantity": order.quantity,
            "unit_price": order.price_cents / 100,
            "discount": order.discount,
            "amount": order.amount_cents / 100,
            "status": order.status,
        }
        for order in _ORDERS
    ]
    customers: list[Record] = [
        {
            "customer_id": customer.id,
            "customer": customer.name,
            "segment": customer.segment,
            "city": customer.city,
            "country": customer.country,
            "region": customer.region,
            "customer_since": customer.since,
            "credit_limit": customer.credit_limit_cents / 100,
            "account_manager": customer.manager,
        }
        for customer in _COMPANY.customers
    ]
    return {"orders": orders, "customers": customers}


_MADE = {"clinic": clinic, "office": office, "depot": depot, **subscribed.MADE}
MODELS = (*_MADE, "shop")


@cache
def store(name: str) -> Warehouse:
    """The model of that name over its tables."""
    if name == "shop":
        return stored({"orders": orders_csv(_ORDERS), "customers": customers_csv(_COMPANY.customers)})
    return stored({table: as_csv(records) for table, records in _MADE[name]().items()})


def at(name: str, table: str) -> Table:
    """A table of a model, to count over."""
    return Table(table, (shop() if name == "shop" else _MADE[name]())[table])


def per_period(table: Table, name: str, grain: str) -> Answer:
    """Rows per period on average, over the whole ones between the first day and the last."""
    days = [day(row[name]) for row in table.rows if row[name] is not None]
    starts = [
        start
        for start in _starts(min(days), max(days), grain)
        if _start_after(start, grain) <= max(days) + _ONE
    ]
    rows = [d for d in days if starts[0] <= d < _start_after(starts[-1], grain)]
    return Answer(table.name, (), None, ((len(rows) / len(starts),),))


_ONE = timedelta(days=1)


def _start_after(start: date, grain: str) -> date:
    if grain == "week":
        return start + 7 * _ONE
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


def _starts(first: date, last: date, grain: str) -> list[date]:
    """The first days of the weeks (of Monday) or months that begin between two days."""
    span = [first + _ONE * at for at in range((last - first).days + 1)]
    return [d for d in span if (d.weekday() == 0 if grain == "week" else d.day == 1)]


def listed(table: Table, column: str, *texts: str) -> list[Asked]:
    """Rows that are only named, items without movements: how many there are, or which."""
    return either((table.get(n), table.list(column)), *texts)


def some(answer: Answer, keep: Callable[[Any], bool]) -> Answer:
    """The rows of the answer that pass."""
    return replace(answer, rows=tuple(row for row in answer.rows if keep(row)))
