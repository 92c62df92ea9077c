"""Three years of orders with growth, seasons, weekdays, and customers of very different size."""

from __future__ import annotations

import csv
import io
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from answerable.cli.samples.company import CHANNELS, CHRISTMAS, PRODUCTS, SEASON, Product
from answerable.cli.samples.customers import Customer

ORDER_COUNT = 50_000
# Growth of the number of orders a year, and the yearly adjustment of list prices on 1 January.
_GROWTH = 1.16
_PRICE_STEP = 1.032
# Monday to Sunday: the web shop never closes, the telephone does.
_WEEKDAYS = (1.18, 1.14, 1.1, 1.08, 1.0, 0.42, 0.36)
_TIERS = ((25, 8), (10, 5), (5, 3))
_DEALER_DISCOUNT = 7
_COLUMNS = (
    "Order ID", "Order date", "Ship date", "Customer ID", "Region", "Channel", "Product", "Category",
    "Quantity", "Unit price (EUR)", "Discount %", "Amount (EUR)", "Status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one product; `discount` is in percent, `shipped` is None until it leaves."""

    id: str
    ordered: date
    shipped: date | None
    customer: Customer
    channel: str
    product: Product
    quantity: int
    price_cents: int
    discount: int
    amount_cents: int
    status: str


def three_years_before(day: date) -> date:
    """The first day of the order list: three years before `day`, 28 February for a 29th."""
    last_of_february = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 3, day=28 if last_of_february else day.day)


def make_orders(random: Random, customers: Sequence[Customer], as_of: date) -> list[Order]:
    """The orders from three years before `as_of` to `as_of`, both included, oldest first."""
    start = three_years_before(as_of)
    days = [start + timedelta(days=offset) for offset in range((as_of - start).days + 1)]
    weights = [
        SEASON[day.month - 1] * _WEEKDAYS[day.weekday()] * _GROWTH ** ((day - start).days / 365.25)
        for day in days
    ]
    dates = sorted(random.choices(days, weights, k=ORDER_COUNT))
    buyers = _Buyers(random, customers)
    usual = list(accumulate(product.weight for product in PRODUCTS))
    christmas = list(accumulate(p.weight * CHRISTMAS.get(p.category, 1.0) for p in PRODUCTS))
    prices = _prices(start.year, as_of.year)
    orders = []
    for number, day in enumerate(dates):
        customer = buyers.pick(day)
        product = random.choices(PRODUCTS, cum_weights=christmas if day.month >= 10 else usual)[0]
        progress = (day - start).days / len(days)
        channel = random.choices(
            list(CHANNELS), [first + (last - first) * progress for first, last in CHANNELS.values()]
        )[0]
        quantity = _quantity(random, product, customer)
        discount = _discount(quantity, customer)
        price = prices[day.year, product.sku]
        # Whole cents times whole percent, rounded half up.
        amount = (quantity * price * (100 - discount) + 50) // 100
        status, shipped = _progress(random, day, as_of)
        orders.append(
            Order(
                id=f"SO-{200001 + number}",
                ordered=day,
                shipped=shipped,
                customer=customer,
                channel=channel,
                product=product,
                quantity=quantity,
                price_cents=price,
                discount=discount,
                amount_cents=amount,
                status=status,
            )
        )
    return orders


class _Buyers:
    """Picks customers with a long tail: a few order every day, most a few times a year."""

    def __init__(self, random: Random, customers: Sequence[Customer]) -> None:
        self._random = random
        self._customers = customers
        self._joined = [customer.since for customer in customers]
        sizes = [random.paretovariate(1.3) * (4.0 if c.segment == "Dealer" else 1.0) for c in customers]
        self._cumulated = list(accumulate(min(size, 40.0) for size in sizes))

    def pick(self, day: date) -> Customer:
        """A customer who has joined by `day`."""
        present = max(bisect(self._joined, day), 1)
        drawn = self._random.random() * self._cumulated[present - 1]
        return self._customers[bisect(self._cumulated, drawn, 0, present - 1)]


def _prices(first_year: int, last_year: int) -> dict[tuple[int, str], int]:
    """List prices in cents a year and product, rounded to ten cents as the notes on the price list say."""
    return {
        (year, product.sku): max(
            round(product.price_cents * _PRICE_STEP ** (year - first_year) / 10) * 10, 10
        )
        for year in range(first_year, last_year + 1)
        for product in PRODUCTS
    }


def _quantity(random: Random, product: Product, customer: Customer) -> int:
    size = product.usual_quantity * (2.0 if customer.segment == "Dealer" else 1.0)
    return max(1, round(random.lognormvariate(0.0, 0.55) * size))


def _discount(quantity: int, customer: Customer) -> int:
    tier = next((percent for least, percent in _TIERS if quantity >= least), 0)
    return tier + (_DEALER_DISCOUNT if customer.segment == "Dealer" else 0)


def _progress(random: Random, ordered: date, as_of: date) -> tuple[str, date | None]:
    """The state of an order on `as_of`, and when it left the warehouse."""
    if random.random() < 0.021:
        return "cancelled", None
    shipped = ordered + timedelta(days=random.choices((0, 1, 2, 3, 5, 9), (46, 30, 12, 6, 4, 2))[0])
    if shipped > as_of:
        return "open", None
    if (as_of - shipped).days < 4:
        return "shipped", shipped
    return ("returned" if random.random() < 0.034 else "delivered"), shipped


def orders_csv(orders: Sequence[Order]) -> bytes:
    """Commas, decimal points, ISO dates, UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(
        (
            order.id,
            order.ordered,
            order.shipped or "",
            order.customer.id,
            order.customer.region,
            order.channel,
            order.product.name,
            order.product.category,
            order.quantity,
            _euros(order.price_cents),
            order.discount,
            _euros(order.amount_cents),
            order.status,
        )
        for order in orders
    )
    return buffer.getvalue().encode()


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
