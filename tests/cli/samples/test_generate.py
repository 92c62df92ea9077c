"""The sample company, read back with the readers that an installation uses."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from answerable.cli.samples.documents import Format
from answerable.cli.samples.generate import SampleFiles, write_samples
from answerable.cli.samples.orders import ORDER_COUNT, three_years_before
from answerable.cli.samples.questions import Expectation, read_questions
from answerable.knowledge.parsing.parser import parse

AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return write_samples(tmp_path_factory.mktemp("samples"), AS_OF)


@pytest.fixture(scope="module")
def orders(samples: SampleFiles) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_table(samples, "orders.csv").read_text())))


def _table(samples: SampleFiles, name: str) -> Path:
    return next(path for path in samples.tables if path.name == name)


async def _text(path: Path) -> str:
    return " ".join((await parse(path, path.name)).text.split())


def test_equal_dates_give_equal_bytes(samples: SampleFiles, tmp_path: Path) -> None:
    again = write_samples(tmp_path, AS_OF)
    for first, second in zip(
        (*samples.documents, *samples.tables, samples.questions),
        (*again.documents, *again.tables, again.questions),
        strict=True,
    ):
        assert first.name == second.name
        assert first.read_bytes() == second.read_bytes()


def test_another_seed_gives_other_orders(samples: SampleFiles, tmp_path: Path) -> None:
    other = write_samples(tmp_path, AS_OF, seed=1)
    assert _table(other, "orders.csv").read_bytes() != _table(samples, "orders.csv").read_bytes()


@pytest.mark.parametrize("as_of", [date(2028, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_any_day_has_a_company(as_of: date, tmp_path: Path) -> None:
    samples = write_samples(tmp_path, as_of)
    rows = csv.DictReader(io.StringIO(_table(samples, "orders.csv").read_text()))
    days = [row["Order date"] for row in rows]
    assert days[-1] == as_of.isoformat()
    assert days[0] == three_years_before(as_of).isoformat()


def test_every_format_is_among_the_documents(samples: SampleFiles) -> None:
    assert len(samples.documents) >= 16
    assert {path.suffix[1:] for path in samples.documents} == set(Format)


async def test_documents_are_read_whole_by_the_parser(samples: SampleFiles) -> None:
    for path in samples.documents:
        text = await _text(path)
        assert 300 <= len(text.split()) <= 1500, path.name
        assert "$" not in text, path.name


async def test_pdfs_have_several_pages_and_slides_keep_their_tables(samples: SampleFiles) -> None:
    handbook = next(path for path in samples.documents if path.name == "employee-handbook.pdf")
    assert len((await parse(handbook, handbook.name)).pages) >= 3
    review = next(path for path in samples.documents if path.name == "quarterly-review.pptx")
    text = await _text(review)
    assert "Germany" in text
    assert "Business review Q3 2026" in text


def test_orders_hold_their_own_arithmetic(orders: list[dict[str, str]]) -> None:
    assert len(orders) == ORDER_COUNT
    assert len({row["Order ID"] for row in orders}) == ORDER_COUNT
    for row in orders:
        gross = int(row["Quantity"]) * float(row["Unit price (EUR)"])
        net = gross * (100 - int(row["Discount %"])) / 100
        assert abs(net - float(row["Amount (EUR)"])) < 0.0051
        assert int(row["Discount %"]) <= 15
        if row["Ship date"]:
            assert row["Order date"] <= row["Ship date"] <= AS_OF.isoformat()
        assert (row["Ship date"] == "") == (row["Status"] in ("open", "cancelled"))


def test_orders_grow_have_seasons_and_a_long_tail(orders: list[dict[str, str]]) -> None:
    years = Counter(row["Order date"][:4] for row in orders)
    assert years["2025"] > years["2024"] * 1.05
    months = Counter(row["Order date"][5:7] for row in orders if row["Order date"][:4] == "2025")
    assert months["11"] > months["08"] * 1.3
    customers = Counter(row["Customer ID"] for row in orders)
    assert sum(count for _, count in customers.most_common(48)) > ORDER_COUNT * 0.3


def test_no_customer_orders_before_joining(samples: SampleFiles, orders: list[dict[str, str]]) -> None:
    text = _table(samples, "customers.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    joined = {row["Customer ID"]: "-".join(reversed(row["Customer since"].split("."))) for row in rows}
    assert all(row["Order date"] >= joined[row["Customer ID"]] for row in orders)
    assert any(int(row["Customer since"][:2]) > 12 for row in rows)
    assert len({row["Customer"] for row in rows}) == len(rows)


def test_the_workbook_opens_with_titles_merged_headers_and_totals_that_add_up(samples: SampleFiles) -> None:
    workbook = CalamineWorkbook.from_path(_table(samples, "controlling.xlsx"))
    assert workbook.sheet_names == ["Plan vs actual", "Stock list"]
    costs = workbook.get_sheet_by_name("Plan vs actual")
    rows = costs.to_python()
    total = next(row for row in rows if row[0] == "Total")
    lines = [row for row in rows if isinstance(row[0], float)]
    assert total[4] == pytest.approx(sum(row[4] for row in lines))
    assert ((4, 3), (4, 4)) in costs.merged_cell_ranges
    stock = workbook.get_sheet_by_name("Stock list").to_python()
    assert stock[3][4] == "On hand (pcs)"
    assert isinstance(stock[4][9], date)
    assert stock[-1][7] == pytest.approx(sum(row[7] for row in stock[4:-1]))


async def test_expected_answers_stand_in_the_files(
    samples: SampleFiles, orders: list[dict[str, str]]
) -> None:
    questions = read_questions(samples.questions.read_text())
    assert len(questions) >= 25
    assert sum(question.demo for question in questions) == 3
    documents = {path.name: path for path in samples.documents}
    for question in questions:
        if question.expects is Expectation.QUOTE:
            assert question.document is not None
            assert question.phrase is not None
            assert question.phrase in await _text(documents[question.document]), question.text
    by_text = {question.text: question for question in questions}
    amount = sum(float(row["Amount (EUR)"]) for row in orders if row["Order date"].startswith("2025"))
    assert by_text["What was the total amount in 2025?"].value == pytest.approx(amount)
