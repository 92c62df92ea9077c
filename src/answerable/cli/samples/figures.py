"""Figures that documents quote and questions ask for, counted from the sample orders in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from answerable.cli.samples.orders import Order

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter; `number` is 1 to 4."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"Q{self.number} {self.year}"

    def holds(self, day: date) -> bool:
        return day.year == self.year and (day.month - 1) // 3 + 1 == self.number

    def before(self) -> Quarter:
        """The quarter before this one."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


def last_quarter(as_of: date) -> Quarter:
    """The last quarter that is complete on `as_of`."""
    return Quarter(as_of.year, (as_of.month - 1) // 3 + 1).before()


def in_quarter(orders: Iterable[Order], quarter: Quarter) -> list[Order]:
    """The orders placed in the quarter."""
    return [order for order in orders if quarter.holds(order.ordered)]


def in_year(orders: Iterable[Order], year: int) -> list[Order]:
    """The orders placed in the year."""
    return [order for order in orders if order.ordered.year == year]


def euros(orders: Iterable[Order]) -> float:
    """The orders' amounts added up, in euros."""
    return sum(order.amount_cents for order in orders) / 100


def euros_by(orders: Iterable[Order], key: Callable[[Order], str]) -> dict[str, float]:
    """The orders' amounts in euros a key, the largest first."""
    cents: Counter[str] = Counter()
    for order in orders:
        cents[key(order)] += order.amount_cents
    return {name: amount / 100 for name, amount in cents.most_common()}


def review_figures(orders: Sequence[Order], as_of: date) -> dict[str, str]:
    """What the quarterly presentation says, under the names that its text uses."""
    quarter = last_quarter(as_of)
    now = in_quarter(orders, quarter)
    year_ago = in_quarter(orders, Quarter(quarter.year - 1, quarter.number))
    regions = euros_by(now, lambda order: order.customer.region)
    months = euros_by(now, lambda order: _MONTHS[order.ordered.month - 1])
    ended = date(quarter.year + quarter.number // 4, quarter.number % 4 * 3 + 1, 1) - timedelta(days=1)
    return {
        "quarter": str(quarter),
        "review_date": f"{ended + timedelta(days=12):%d %B %Y}".lstrip("0"),
        "quarter_intake": f"{euros(now):,.0f}",
        "quarter_change": f"{(euros(now) / euros(year_ago) - 1) * 100:+.1f}",
        "quarter_orders": f"{len(now):,}",
        "quarter_average": f"{euros(now) / len(now):,.2f}",
        "quarter_customers": str(len({order.customer.id for order in now})),
        "best_month": next(iter(months)),
        "top_region": next(iter(regions)),
        "region_table": _table("Region", regions),
        "category_table": _table("Category", euros_by(now, lambda order: order.product.category)),
        "channel_table": _table("Channel", euros_by(now, lambda order: order.channel)),
    }


def _table(name: str, amounts: dict[str, float]) -> str:
    total = sum(amounts.values())
    rows = (f"| {key} | {amount:,.0f} | {amount / total * 100:.1f} % |" for key, amount in amounts.items())
    return "\n".join((f"| {name} | Order intake (EUR) | Share |", "| --- | --- | --- |", *rows))
