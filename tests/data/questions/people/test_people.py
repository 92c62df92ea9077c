"""People of nine habits ask four groups of tables; what is right was worked out by plain Python first."""

from __future__ import annotations

from functools import cache
from importlib import import_module

import pytest
from tests.data.questions.bank.asked import Asked, Right
from tests.data.questions.bank.score import Judged, Verdict, figures, judge_over
from tests.data.questions.people.tables import MODELS, store

COVERAGE = 0.85


def cases(model: str) -> list[Asked]:
    return list(import_module(f"tests.data.questions.people.cases_{model}").CASES)


@cache
def judged(model: str) -> dict[str, Judged]:
    return {asked.text: judge_over(store(model), model, asked) for asked in cases(model)}


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_answered_wrong_and_nothing_that_cannot_be_is_answered(model: str) -> None:
    wrong = [f"{text}: {one.why}" for text, one in judged(model).items() if one.verdict is Verdict.WRONG]
    assert not wrong, "\n".join(wrong)


def test_most_of_what_can_be_answered_is() -> None:
    found = [one for model in MODELS for one in judged(model).values()]
    assert len(found) >= 400
    assert sum(one.asked.right is not Right.ANSWER for one in found) >= 80
    assert figures(found).coverage >= COVERAGE


ANSWERED = {
    "periods held against numbers": (
        ("energy", "months with at least 85 readings in 2025"),
        ("energy", "which months of 2025 had total kwh over 40000"),
        ("gym", "which months of 2025 had more than 30 checkins"),
        ("energy", "in which months of 2025 were there at least 85 readings"),
    ),
    "that many and no more": (
        ("gym", "members with only one checkin"),
        ("library", "readers with only two loans"),
        ("gym", "how many members had only one checkin"),
    ),
    "what did not happen at a time and a place": (
        ("library", "titles never lent in 2025 at East"),
        ("library", "titles without loans in 2025 at East"),
        ("bookings", "guests with no bookings in 2025 by phone"),
    ),
    "a key that another table has": (
        ("energy", "total kwh of meter M001"),
        ("energy", "total kwh of meter M003 in 2025"),
    ),
    "average rows per thing": (
        ("gym", "average checkins per member"),
        ("library", "average loans per reader"),
    ),
    "a thing whose rows are reached over another table": (
        ("energy", "total cost by site"),
        ("energy", "which site has the highest total kwh"),
    ),
    "a table called as a number is": (
        ("bookings", "guests without phone bookings in 2025"),
        ("bookings", "guests with more than 10 bookings"),
    ),
    "two times of a row": (
        ("depot", "how many shipments were placed in 2025 and shipped in 2026"),
        ("shop", "orders placed in 2025 and shipped in 2026"),
        ("office", "amount due in 2025 but paid in 2026"),
        ("office", "payments due in December 2025 and paid in January 2026"),
    ),
    "what was done on a date that is called by its past form": (
        ("office", "how many payments were paid after the due date"),
        ("office", "unpaid amount by form"),
        ("office", "number of payments that have not been paid"),
    ),
    "values or numbers": (
        ("shop", "orders in Germany or over 500"),
        ("shop", "how many orders were from Germany or over 500 EUR"),
        ("depot", "number of shipments to Riga or heavier than 700 kg"),
        ("clinic", "how many visits were surgery or had a fee over 400"),
        ("office", "payments for books or with an amount over 120, how many"),
    ),
    "groups of which something else is said": (
        ("clinic", "patients in Wels with more than 10 visits"),
        ("shop", "customers from Hamburg with over 10 orders"),
        ("office", "pupils in 1A with more than 2 absences in 2025"),
        ("depot", "which items in aisle B had more than 20 movements"),
    ),
    "how many, said at the end": (
        ("depot", "shipments placed in 2025 but shipped in 2026, how many?"),
        ("depot", "shipments to Riga over 500 kg, how many"),
    ),
    "the heaviest and the most expensive": (
        ("depot", "which shipment was the heaviest"),
        ("clinic", "the 5 most expensive visits"),
    ),
    "words that many people misspell in the plural": (
        ("depot", "itmes per aisle"),
        ("shop", "custmers per segmnt"),
    ),
    "the only table whose own rows are counted": (("depot", "how many items from Baltik"),),
    "who joined": (
        ("shop", "how many customers joined in 2025"),
        ("clinic", "new patients registered in 2026"),
    ),
    "a kind of row, which is no other word for all rows": (
        ("clinic", "sorry if this is a silly question, but how many consultations are there?"),
        ("clinic", "what share of visits are follow-ups"),
    ),
    "an average per period without a time": (
        ("shop", "average orders per month"),
        ("shop", "on average how many orders a week"),
        ("office", "how many absences are there per week on average"),
        ("clinic", "visits per month on average"),
    ),
    "what learners of English say": (
        ("shop", "How much orders was cancelled in 2025?"),
        ("depot", "How many shipments we have to Tallinn?"),
    ),
}


@pytest.mark.parametrize(
    ("model", "text"), [pair for pairs in ANSWERED.values() for pair in pairs], ids=lambda part: part
)
def test_a_question_of_its_kind_is_answered_right(model: str, text: str) -> None:
    one = judged(model)[text]
    assert one.verdict is Verdict.RIGHT, one.why


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("shop", "orders with more than 3"),
        ("shop", "how many orders have more than 3"),
        ("shop", "orders in Germany or with more than 3"),
        ("shop", "orders in Germany over 500 or by telephone"),
        ("clinic", "patients in Wels with a fee over 400"),
        ("shop", "revenue by region for Germany or over 500"),
        ("bookings", "biggest guests"),
        ("bookings", "guests not from Porto by channel"),
        ("clinic", "months with a fee over 400"),
        ("clinic", "the month with more than 22 visits"),
        ("clinic", "months with fewer than 18 visits in 2026"),
        ("clinic", "patients with only surgery visits"),
    ],
)
def test_what_could_be_of_several_things_is_not_guessed(model: str, text: str) -> None:
    asked = Asked(text, Right.DECLINE)
    assert judge_over(store(model), model, asked).verdict is Verdict.UNANSWERED
