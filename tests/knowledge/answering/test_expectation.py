"""What kind of thing a question asks for."""

from __future__ import annotations

import pytest

from answerable.knowledge.answering.expectation import Expectation, Expected


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people live in Warsaw?", Expected.NUMBER),
        ("What percentage of voters agreed?", Expected.NUMBER),
        ("When was the office opened?", Expected.DATE),
        ("In what year did he die?", Expected.DATE),
        ("Who signed it?", Expected.PERSON),
        ("Whose idea was it?", Expected.PERSON),
        ("Where is the archive?", Expected.PLACE),
        ("Which city hosts it?", Expected.PLACE),
        ("Why did it fail?", Expected.REASON),
        ("What is oxygen?", Expected.ANYTHING),
        ("return policy", Expected.ANYTHING),
    ],
)
def test_a_question_expects(question: str, kind: Expected) -> None:
    assert Expectation(question).kind is kind


@pytest.mark.parametrize(
    ("question", "sentence", "met"),
    [
        ("How many ships came in 1990?", "In 1990 the port saw 312 ships.", 1),
        ("How many ships came in 1990?", "In 1990 ships came.", 0),
        ("How many ships came?", "A dozen ships came.", 0.5),
        ("When did it open?", "It opened in March.", 1),
        ("When did it open?", "It opened early.", 0),
        ("Who led Warsaw?", "The city was led by Stefan Starzyński.", 1),
        ("Who led Warsaw?", "It was led from Warsaw.", 0),
        ("Where does he live?", "He lives in Graz.", 1),
        ("Why did prices rise?", "They rose because of the embargo.", 1),
        ("What is it?", "It is 12 in Graz because of May.", 0),
        ("What is the return window?", "Goods can be returned within 30 days.", 1),
        ("What is the return window?", "The return window is 30 days from delivery.", 1),
        ("How long is the return window?", "The return window is 30 days from delivery.", 1),
        ("What is the return window?", "You get a return number within one day.", 0.5),
        ("What is the return window?", "Goods can be returned.", 0),
        ("How much does it cost?", "It costs 12 euros.", 1),
        ("How much does it cost?", "It weighs 12 kilograms.", 0),
        ("How often is it oiled?", "It is oiled every year.", 1),
    ],
)
def test_a_sentence_meets_an_expectation_with_something_new(question: str, sentence: str, met: float) -> None:
    assert Expectation(question).met_by(sentence) == met


@pytest.mark.parametrize(
    ("question", "text", "counted"),
    [
        ("How many parking spaces are there?", "There are twelve parking spaces.", True),
        ("How many parking spaces are there?", "There are 12 new charged parking spaces.", True),
        ("How many parking spaces are there?", "Parking costs 12 euros.", False),
        ("How many goals did she kick?", "She kicked a 33-yard goal.", False),
        ("How many goals did she kick?", "She kicked no goal.", True),
    ],
)
def test_a_text_counts_what_is_asked_for(question: str, text: str, counted: bool) -> None:
    assert Expectation(question).counts(text) is counted


def test_words_that_only_name_the_kind_are_told_from_the_others() -> None:
    assert Expectation("What is the return window?").type_words == {"window"}
    assert Expectation("What does the course cost?").type_words == {"cost"}
    assert Expectation("What is the cause of the cost increase?").type_words == set()
