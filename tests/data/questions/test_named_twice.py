"""A number that is called as another table's rows are: which of the two is meant is asked."""

from __future__ import annotations

import pytest
from tests.data.questions.bank.plain import Answer, distinct, n, total
from tests.data.questions.bank.warehouse import AS_OF
from tests.data.questions.people.tables import at, store

from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.service import read_question

BOOKINGS = at("bookings", "bookings")


def test_either_of_them_is_an_option_with_its_own_rows() -> None:
    asked = read_question("guests by channel", store("bookings").model, AS_OF)
    assert isinstance(asked, Ambiguous)
    assert [option.label for option in asked.options] == ["Total Guests", "different Guest ID"]
    for option, measure in zip(asked.options, (total("guests"), distinct("guest_id")), strict=True):
        rows = store("bookings").run(option.query)[1]
        expected = BOOKINGS.by("channel").get(measure).rows
        assert sorted((name, int(str(value))) for name, value in rows) == sorted(expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("total guests in 2025", BOOKINGS.on("booked_on", "2025").get(total("guests"))),
        ("bookings with more than 3 guests", BOOKINGS.where(lambda r: r["guests"] > 3).get(n)),
    ],
)
def test_what_is_said_to_be_the_number_is_the_number(question: str, expected: Answer) -> None:
    read = read_question(question, store("bookings").model, AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    ((found,),) = store("bookings").run(read.query)[1]
    assert (found,) == expected.rows[0]


def test_hotels_by_their_guests_are_asked_about_too() -> None:
    for question in ("hotels with more than 300 guests", "which hotel had the most guests"):
        assert isinstance(read_question(question, store("bookings").model, AS_OF), Ambiguous)


def test_an_average_per_thing_may_be_of_its_rows_or_of_their_totals() -> None:
    asked = read_question("average nights per hotel", store("bookings").model, AS_OF)
    assert isinstance(asked, Ambiguous)
    assert asked.question == "Which average do you mean?"
    assert len({option.query.canonical_hash for option in asked.options}) == 2
