"""Headers and footers of a PDF: once is enough, and what differs from page to page stays."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from answerable.knowledge.parsing.readers.running_lines import without_running_lines


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    bottom: float


def page(*texts: str) -> list[Row]:
    return [Row(text, 800.0 - 20 * number) for number, text in enumerate(texts)]


def kept(pages: list[list[Row]]) -> list[list[str]]:
    return [[row.text for row in rows] for rows in without_running_lines(pages)]


WORDS = ("goods", "letters", "meals", "rooms")


def body(number: int) -> list[str]:
    word = WORDS[number - 1]
    return [f"All {word} may be", f"returned as {word}", f"within days of {word}."]


def document(header: str, footer: str, count: int = 4) -> list[list[Row]]:
    """`{n}` is the number of the page."""
    return [page(header.format(n=n), *body(n), footer.format(n=n)) for n in range(1, count + 1)]


def test_a_header_stands_on_its_first_page_and_a_footer_on_its_last() -> None:
    pages = kept(document("Contract 4711", "Acme Ltd, confidential"))
    assert pages == [
        ["Contract 4711", *body(1)],
        body(2),
        body(3),
        [*body(4), "Acme Ltd, confidential"],
    ]


@pytest.mark.parametrize(
    "footer",
    [
        "Page {n} of 4",
        "{n}",
        "- {n} -",
        "Handbook | {n}",
        "Seite {n}",
        "Annual report {n}",
        "Page 102{n}",
        "102{n}",
    ],
)
def test_numbers_of_pages_are_left_out(footer: str) -> None:
    assert all(footer.format(n=n) not in row for n, row in enumerate(kept(document("Title", footer)), 1))


@pytest.mark.parametrize("numbers", [(10023, 10024, 10025, 10026), (7, 3, 9, 4), (1, 1, 2, 2)])
def test_numbers_that_do_not_count_the_pages_stay(numbers: tuple[int, ...]) -> None:
    pages = [page(f"Invoice no. {number}", *body(n)) for n, number in enumerate(numbers, 1)]
    assert [rows[0] for rows in kept(pages)] == [f"Invoice no. {number}" for number in numbers]


def test_on_two_pages_only_lines_that_count_are_left_out() -> None:
    assert kept(document("Acme Ltd", "Page {n}", count=2)) == [["Acme Ltd", *body(1)], ["Acme Ltd", *body(2)]]


def test_a_number_of_a_thousand_digits_is_read_as_any_line() -> None:
    assert kept([page("9" * 1000, *body(n)) for n in range(1, 5)])[0] == ["9" * 1000, *body(1)]
