"""Questions whose answers are known: counted from the sample data, or written in a sample document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

import yaml

from answerable.cli.samples.customers import Customer
from answerable.cli.samples.figures import euros, euros_by, in_quarter, in_year, last_quarter
from answerable.cli.samples.orders import Order
from answerable.cli.samples.workbook import Books


class Expectation(StrEnum):
    """What a right answer shows."""

    VALUE = "value"
    ROWS = "rows"
    QUOTE = "quote"
    ABSTAINED = "abstained"


@dataclass(frozen=True)
class Row:
    """One line of an expected table: the group's name and its number."""

    label: str
    value: float


@dataclass(frozen=True)
class Question:
    """A question with what its answer must show.

    `value` is the one number of the answer; `rows` its lines, in order where `ordered`; `phrase` must be part
    of a quote from the file `document`. `demo` marks the questions that the demo suggests.
    """

    text: str
    expects: Expectation
    value: float | None = None
    rows: tuple[Row, ...] = ()
    ordered: bool = False
    document: str | None = None
    phrase: str | None = None
    demo: bool = False


def make_questions(
    orders: Sequence[Order], customers: Sequence[Customer], books: Books, as_of: date
) -> tuple[Question, ...]:
    """All questions, with the numbers as of `as_of`."""
    about_orders = _about_orders(orders, as_of)
    return (*about_orders, *_about_other_tables(customers, books), *_about_documents(), *_unanswerable())


def _about_orders(orders: Sequence[Order], as_of: date) -> tuple[Question, ...]:
    year = as_of.year - 1
    past = in_year(orders, year)
    quarter = last_quarter(as_of)
    recent = in_quarter(orders, quarter)
    by_product = list(euros_by(past, lambda order: order.product.name).items())
    by_region = euros_by(past, lambda order: order.customer.region)
    by_channel = euros_by(past, lambda order: order.channel)
    by_month = euros_by(past, lambda order: f"{order.ordered:%Y-%m}")
    grinders = sum(order.quantity for order in past if order.product.name == "Aoyama A64")
    return (
        _value(f"How many orders were there in {year}?", len(past)),
        _value(f"What was the total amount in {year}?", euros(past)),
        _value(f"What was the total amount in {quarter}?", euros(recent)),
        _value(f"What was the average amount in {quarter}?", euros(recent) / len(recent)),
        _value(f"Total quantity of Aoyama A64 in {year}", grinders),
        _value(f"How many cancelled orders in {year}?", sum(order.status == "cancelled" for order in past)),
        _value(
            f"How many different customers ordered in {year}?", len({order.customer.id for order in past})
        ),
        _rows(f"Total amount by region in {year}", by_region, demo=True),
        _rows(f"Top 5 products by amount in {year}", dict(by_product[:5]), ordered=True, demo=True),
        _rows(f"Total amount by channel in {year}", by_channel),
        _rows(f"Total amount by month in {year}", dict(sorted(by_month.items())), ordered=True),
    )


def _about_other_tables(customers: Sequence[Customer], books: Books) -> tuple[Question, ...]:
    swedish = sum(customer.country == "Sweden" for customer in customers)
    segments = {customer.segment: 0 for customer in customers}
    for customer in customers:
        segments[customer.segment] += 1
    stock = sum(item.value_cents for item in books.stock) / 100
    return (
        _value("How many customers are in Sweden?", swedish),
        _rows("How many customers are in each segment?", segments),
        _value("What is the total stock value?", stock),
    )


def _about_documents() -> tuple[Question, ...]:
    return (
        _quote(
            "Within how many days can unused goods be returned?",
            "returns-policy.md",
            "within 30 days",
            demo=True,
        ),
        _quote("How high is the restocking fee for opened packaging?", "returns-policy.md", "15 percent"),
        _quote("How soon must transport damage be reported?", "returns-policy.md", "within 48 hours"),
        _quote(
            "How many characters must a password have?",
            "information-security-guideline.docx",
            "14 characters",
        ),
        _quote("How long are backups kept?", "information-security-guideline.docx", "35 days"),
        _quote(
            "How many days of annual leave do employees have?", "employee-handbook.pdf", "30 working days"
        ),
        _quote(
            "How often must the group gaskets be replaced?", "manual-bravanti-duo.pdf", "every six months"
        ),
        _quote(
            "At what pressure does the safety valve of the steam boiler open?",
            "manual-bravanti-duo.pdf",
            "1.8 bar",
        ),
        _quote(
            "What is the limit for a hotel night in Milan or Paris?",
            "travel-expense-policy.docx",
            "limit is 150 euros",
        ),
        _quote(
            "How many machines does the distributor have to purchase each contract year?",
            "supplier-contract-bravanti.docx",
            "at least 180 machines",
        ),
        _quote(
            "What was the cause of the web shop outage?",
            "incident-report-web-shop.md",
            "expired certificate",
        ),
        _quote(
            "When do the last parcels leave Bremen before Christmas?",
            "mail-christmas-closing.eml",
            "22 December at 12:00",
        ),
        _quote(
            "What is the speed limit for forklifts in the hall?",
            "warehouse-safety-rules.txt",
            "8 kilometres an hour",
        ),
        _quote("How much does delivery with a tail lift cost?", "shipping-terms.html", "35 euros"),
    )


def _unanswerable() -> tuple[Question, ...]:
    return (
        Question("Who won the football world championship in 1974?", Expectation.ABSTAINED),
        Question("What is the boiling point of tungsten?", Expectation.ABSTAINED),
    )


def _value(text: str, value: float) -> Question:
    return Question(text, Expectation.VALUE, value=round(value, 4))


def _rows(
    text: str, amounts: dict[str, float] | dict[str, int], *, ordered: bool = False, demo: bool = False
) -> Question:
    rows = tuple(Row(label, round(value, 2)) for label, value in amounts.items())
    return Question(text, Expectation.ROWS, rows=rows, ordered=ordered, demo=demo)


def _quote(text: str, document: str, phrase: str, *, demo: bool = False) -> Question:
    return Question(text, Expectation.QUOTE, document=document, phrase=phrase, demo=demo)


def questions_yaml(questions: Sequence[Question], as_of: date) -> str:
    """The questions as YAML: `as_of`, then a list whose entries leave out what does not apply."""
    entries = [
        {
            key: str(value) if isinstance(value, StrEnum) else value
            for key, value in asdict(question).items()
            if value
        }
        for question in questions
    ]
    content = {"as_of": as_of.isoformat(), "questions": [_lists(entry) for entry in entries]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def _lists(entry: dict[str, object]) -> dict[str, object]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in entry.items()}


def read_questions(text: str) -> tuple[Question, ...]:
    """The inverse of `questions_yaml`."""
    return tuple(
        Question(
            **{
                **entry,
                "expects": Expectation(entry["expects"]),
                "rows": tuple(Row(**row) for row in entry.get("rows", ())),
            }
        )
        for entry in yaml.safe_load(text)["questions"]
    )
