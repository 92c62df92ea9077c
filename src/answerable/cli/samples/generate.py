"""Writes the whole sample company into a folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from answerable.cli.samples.customers import Customer, customers_csv, make_customers
from answerable.cli.samples.documents import SOURCES, make_document
from answerable.cli.samples.figures import review_figures
from answerable.cli.samples.orders import Order, make_orders, orders_csv
from answerable.cli.samples.questions import make_questions, questions_yaml
from answerable.cli.samples.workbook import Books, books_xlsx, make_books

SEED = 2009


@dataclass(frozen=True)
class Company:
    """Everything that is known about the sample company on one day."""

    as_of: date
    customers: tuple[Customer, ...]
    orders: list[Order]
    books: Books


@dataclass(frozen=True)
class SampleFiles:
    """Where the files lie: `documents` and `tables` are for upload, `questions` holds expected answers."""

    documents: tuple[Path, ...]
    tables: tuple[Path, ...]
    questions: Path


def make_company(as_of: date, seed: int = SEED) -> Company:
    """The sample company on `as_of`; equal arguments give equal companies."""
    random = Random(seed)  # noqa: S311 - invented data, not a secret
    customers = make_customers(random, as_of)
    return Company(as_of, customers, make_orders(random, customers, as_of), make_books(random, as_of))


def write_samples(folder: Path, as_of: date, seed: int = SEED) -> SampleFiles:
    """Writes `documents/`, `tables/` and `questions.yaml` into `folder`.

    Equal dates and seeds give equal bytes. Files that exist are replaced; OSError if that is impossible.
    """
    company = make_company(as_of, seed)
    figures = review_figures(company.orders, as_of)
    documents = {source.file_name: make_document(source, figures, as_of) for source in SOURCES}
    tables = {
        "orders.csv": orders_csv(company.orders),
        "customers.csv": customers_csv(company.customers),
        "controlling.xlsx": books_xlsx(company.books, as_of),
    }
    questions = folder / "questions.yaml"
    written = (_write(folder / "documents", documents), _write(folder / "tables", tables))
    questions.write_text(
        questions_yaml(make_questions(company.orders, company.customers, company.books, as_of), as_of),
        encoding="utf-8",
    )
    return SampleFiles(*written, questions)


def _write(folder: Path, contents: dict[str, bytes]) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)
