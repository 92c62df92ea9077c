"""The customer list, and its file as a German accounting program exports it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from answerable.cli.samples.company import ACCOUNT_MANAGERS, COUNTRIES, SEGMENTS

CUSTOMER_COUNT = 480

_FIRST = {
    "Café": ("Café", "Kaffeebar", "Espressobar", "Coffee House"),
    "Roastery": ("Rösterei", "Coffee Roasters", "Kaffeemanufaktur"),
    "Restaurant": ("Restaurant", "Brasserie", "Bistro"),
    "Hotel": ("Hotel", "Grand Hotel", "Gasthof"),
    "Office": ("Bürohaus", "Studio", "Agentur"),
    "Dealer": ("Gastrohandel", "Coffee Supply", "Maschinenhaus"),
}
_SECOND = (
    "Morgenrot", "Hafenkante", "Lindner", "Nordwind", "Alte Post", "Sonnenhof", "Kranich", "Elbblick",
    "Bellevue", "Amsel", "Seerose", "Kupferkessel", "Vierzehn", "Polaris", "Mühlbach", "Havn",
    "Rosengarten", "Delta", "Marlene", "Ankerplatz", "Zimtstern", "Birkenallee", "Tvilling",
    "Solbakken", "Papillon", "Aurora", "Kontor", "Weitblick", "Fuchsbau", "Tramstation", "Lumen",
    "Piccolo", "Kastanie", "Bergkristall", "Södra", "Atelier", "Laterne", "Quartier",
)  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """`credit_limit_cents` is 0 for customers who pay in advance, and so are their `payment_days`."""

    id: str
    name: str
    segment: str
    city: str
    country: str
    region: str
    since: date
    credit_limit_cents: int
    payment_days: int
    manager: str


def make_customers(random: Random, as_of: date) -> tuple[Customer, ...]:
    """The customers in the order in which they joined, the first in 2009."""
    founded = date(2009, 4, 6)
    span = (as_of - founded).days
    joined = sorted(
        founded + timedelta(days=int(span * random.random() ** 0.7)) for _ in range(CUSTOMER_COUNT)
    )
    taken: set[str] = set()
    return tuple(_customer(random, number, since, as_of, taken) for number, since in enumerate(joined))


def _customer(random: Random, number: int, since: date, as_of: date, taken: set[str]) -> Customer:
    segment = random.choices(list(SEGMENTS), list(SEGMENTS.values()))[0]
    country = random.choices(COUNTRIES, [country.weight for country in COUNTRIES])[0]
    city = random.choice(country.cities)
    in_advance = (as_of - since).days < 60
    credit = 0 if in_advance else random.choice((150, 250, 400, 500, 750, 1000, 1250, 2000)) * 1000
    if segment in ("Dealer", "Hotel"):
        credit *= 3
    days = 30 if segment in ("Dealer", "Hotel") else 14
    return Customer(
        id=f"C{10001 + number}",
        name=_name(random, segment, city, taken),
        segment=segment,
        city=city,
        country=country.name,
        region=country.region,
        since=since,
        credit_limit_cents=credit,
        payment_days=0 if in_advance else days,
        manager=random.choice(ACCOUNT_MANAGERS),
    )


def _name(random: Random, segment: str, city: str, taken: set[str]) -> str:
    for _ in range(20):
        name = f"{random.choice(_FIRST[segment])} {random.choice(_SECOND)}"
        if name not in taken:
            break
        name = f"{name} {city}"
        if name not in taken:
            break
    taken.add(name)
    return name


def customers_csv(customers: tuple[Customer, ...]) -> bytes:
    """Semicolons, decimal commas, points between thousands, days before months, UTF-8 with its mark."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        (
            "Customer ID", "Customer", "Segment", "City", "Country", "Customer since", "Credit limit (EUR)",
            "Payment terms (days)", "Account manager",
        )
    )  # fmt: skip
    for customer in customers:
        writer.writerow(
            (
                customer.id,
                customer.name,
                customer.segment,
                customer.city,
                customer.country,
                f"{customer.since:%d.%m.%Y}",
                _german(customer.credit_limit_cents),
                customer.payment_days,
                customer.manager,
            )
        )
    return buffer.getvalue().encode("utf-8-sig")


def _german(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
