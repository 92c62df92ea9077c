"""The controller's workbook: plan against actual costs, and the stock list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from answerable.cli.samples.company import COMPANY, COST_CENTRES, PRODUCTS, CostCentre, Product
from answerable.cli.samples.formats.xlsx import Cell, Formula, Sheet, write_xlsx

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Purchase price as a share of the list price, a category: the target margins of the price list.
_COST_SHARE = {
    "Espresso machines": 0.76, "Grinders": 0.69, "Brewers": 0.66, "Water treatment": 0.62,
    "Accessories": 0.58, "Spare parts": 0.53, "Cleaning": 0.60,
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """Costs of one cost centre in one month, in thousand euros."""

    centre: CostCentre
    month: int
    plan: float
    actual: float


@dataclass(frozen=True)
class Stock:
    """One product in one warehouse; money in cents."""

    product: Product
    warehouse: str
    on_hand: int
    reorder_point: int
    unit_cost_cents: int
    counted: date

    @property
    def value_cents(self) -> int:
        return self.on_hand * self.unit_cost_cents


@dataclass(frozen=True)
class Books:
    """What the workbook holds; `year` is the year of the costs."""

    year: int
    costs: tuple[Cost, ...]
    stock: tuple[Stock, ...]


def make_books(random: Random, as_of: date) -> Books:
    """Costs of all complete months of the year (of the year before, in January), and today's stock."""
    last_month = as_of.replace(day=1) - timedelta(days=1)
    costs = tuple(
        Cost(centre, month, centre.plan, round(centre.plan * random.gauss(1.01, 0.06), 1))
        for centre in COST_CENTRES
        for month in range(1, last_month.month + 1)
    )
    stock = tuple(_stock(random, product, as_of) for product in PRODUCTS)
    return Books(last_month.year, costs, stock)


def _stock(random: Random, product: Product, as_of: date) -> Stock:
    month_of_sales = max(3, round(product.weight * product.usual_quantity * 9))
    return Stock(
        product,
        "Leipzig" if product.category == "Spare parts" else "Bremen",
        on_hand=round(month_of_sales * (0.4 + 1.6 * random.random())),
        reorder_point=max(2, round(month_of_sales * 0.6)),
        unit_cost_cents=round(product.price_cents * _COST_SHARE[product.category]),
        counted=as_of - timedelta(days=random.randrange(3, 60)),
    )


def books_xlsx(books: Books, as_of: date) -> bytes:
    """The workbook's bytes: two sheets with title rows, units in headers, merged headers, notes, totals."""
    sheets = (_cost_sheet(books, as_of), _stock_sheet(books.stock, as_of))
    return write_xlsx(sheets, title=f"Controlling {books.year}", author="Carla Nunes", created=as_of)


def _cost_sheet(books: Books, as_of: date) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (COMPANY,),
        (f"Plan vs actual {books.year}: operating cost by cost centre and month",),
        (f"As of {as_of:%d %B %Y}; all amounts in thousand euros",),
        (),
        ("Cost centre", None, "Month", "Cost (k EUR)", None, "Variance", None),
        ("Number", "Name", None, "Plan", "Actual", "k EUR", "%"),
    ]
    head = len(rows)
    for cost in books.costs:
        number = len(rows) + 1
        variance = round(cost.actual - cost.plan, 1)
        rows.append(
            (
                cost.centre.number,
                cost.centre.name,
                f"{_MONTHS[cost.month - 1]} {books.year}",
                cost.plan,
                cost.actual,
                Formula(f"E{number}-D{number}", variance),
                Formula(f"ROUND(F{number}/D{number}*100,1)", round(variance / cost.plan * 100, 1)),
            )
        )
    rows.append(_cost_total(books.costs, head + 1, len(rows)))
    total = len(rows)
    rows += [
        (),
        ("Note: rent of the Leipzig warehouse is booked in administration until the lease is transferred.",),
        ("Note: marketing includes the trade fair in Milan in October.",),
    ]
    return Sheet(
        "Plan vs actual",
        rows,
        merged=("A1:G1", "A2:G2", "A3:G3", "A5:B5", "C5:C6", "D5:E5", "F5:G5"),
        bold=frozenset({1, 2, 5, 6, total}),
        widths=(12, 20, 12, 10, 10, 10, 10),
    )


def _cost_total(costs: Sequence[Cost], first: int, last: int) -> Sequence[Cell]:
    plan = round(sum(cost.plan for cost in costs), 1)
    actual = round(sum(cost.actual for cost in costs), 1)
    variance = round(actual - plan, 1)
    return (
        "Total",
        None,
        None,
        Formula(f"SUM(D{first}:D{last})", plan),
        Formula(f"SUM(E{first}:E{last})", actual),
        Formula(f"SUM(F{first}:F{last})", variance),
        Formula(f"ROUND(F{last + 1}/D{last + 1}*100,1)", round(variance / plan * 100, 1)),
    )


def _stock_sheet(stock: Sequence[Stock], as_of: date) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (f"Stock list as of {as_of:%d.%m.%Y}",),
        ("Valued at purchase price, without demonstration machines",),
        (),
        (
            "SKU", "Product", "Category", "Warehouse", "On hand (pcs)", "Reorder point (pcs)",
            "Unit cost (EUR)", "Stock value (EUR)", "Weight (kg)", "Last count",
        ),
    ]  # fmt: skip
    head = len(rows)
    for item in stock:
        number = len(rows) + 1
        rows.append(
            (
                item.product.sku,
                item.product.name,
                item.product.category,
                item.warehouse,
                item.on_hand,
                item.reorder_point,
                item.unit_cost_cents / 100,
                Formula(f"E{number}*G{number}", item.value_cents / 100),
                item.product.kilograms,
                item.counted,
            )
        )
    pieces = sum(item.on_hand for item in stock)
    value = sum(item.value_cents for item in stock) / 100
    last = len(rows)
    rows.append(
        (
            "Total", None, None, None, Formula(f"SUM(E{head + 1}:E{last})", pieces), None, None,
            Formula(f"SUM(H{head + 1}:H{last})", value),
        )
    )  # fmt: skip
    return Sheet(
        "Stock list",
        rows,
        merged=("A1:J1", "A2:J2"),
        bold=frozenset({1, head, last + 1}),
        widths=(10, 26, 20, 12, 14, 18, 14, 16, 12, 12),
    )
