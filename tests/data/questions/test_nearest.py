"""What is offered in the place of a question that cannot be answered is the nearest that can be."""

from __future__ import annotations

import pytest
from tests.data.questions.bank.warehouse import AS_OF
from tests.data.questions.people.tables import store

from answerable.data.questions.outcome import Parsed, Unparsed
from answerable.data.questions.service import read_question


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("second best doctor by total fee", "top 2 doctors by total fee"),
        ("who is the third best doctor by total fee?", "top 3 doctors by total fee"),
        ("doctor with the second highest total fee", "top 2 doctors by total fee"),
        ("which doctor has the 2nd lowest total fee", "bottom 2 doctors by total fee"),
        ("which doctor had the second most visits", "top 2 doctors by visits"),
    ],
)
def test_for_the_second_the_first_two_are_offered(question: str, nearest: str) -> None:
    model = store("clinic").model
    declined = read_question(question, model, AS_OF)
    assert isinstance(declined, Unparsed)
    assert declined.suggestions[0] == nearest
    assert isinstance(read_question(nearest, model, AS_OF), Parsed)


def test_a_second_that_is_of_nothing_known_offers_no_first_two() -> None:
    declined = read_question("second best unicorn by total fee", store("clinic").model, AS_OF)
    assert isinstance(declined, Unparsed)
    assert not any("unicorn" in text for text in declined.suggestions)
