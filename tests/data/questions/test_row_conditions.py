"""Conditions on single repairs and deliveries, from words to rows: SQL written by hand says how many."""

from __future__ import annotations

import pytest
from tests.data.questions.repair_shop import shop

from answerable.data.questions.outcome import Ambiguous, Parsed

DAYS = "date_diff('day', received, finished)"
ASKED = {
    "repairs with fee over 300 or parts cost over 150": "repairs WHERE fee > 300 OR parts_cost > 150",
    "repairs with a fee over 300 or with parts cost over 150": "repairs WHERE fee > 300 OR parts_cost > 150",
    "repairs with fee over 300 or parts cost over 150 or rating under 2": (
        "repairs WHERE fee > 300 OR parts_cost > 150 OR rating < 2"
    ),
    "number of paint repairs with fee over 300 or parts cost over 150": (
        "repairs WHERE kind = 'Paint' AND (fee > 300 OR parts_cost > 150)"
    ),
    "deliveries to Riga": "deliveries WHERE city = 'Riga'",
    "deliveries to Riga by bike": "deliveries WHERE city = 'Riga' AND vehicle = 'Bike'",
    "deliveries to Riga by bike or to Tartu by van": (
        "deliveries WHERE (city = 'Riga' AND vehicle = 'Bike') OR (city = 'Tartu' AND vehicle = 'Van')"
    ),
    "repairs received in 2025 and finished in 2026": (
        "repairs WHERE year(received) = 2025 AND year(finished) = 2026"
    ),
    "how many repairs were received in 2024 and finished in 2025": (
        "repairs WHERE year(received) = 2024 AND year(finished) = 2025"
    ),
    "repairs finished in January 2025 that were received in December 2024": (
        "repairs WHERE received >= '2024-12-01' AND received < '2025-01-01' "
        "AND finished >= '2025-01-01' AND finished < '2025-02-01'"
    ),
    "repairs that took between 2 and 5 days": f"repairs WHERE {DAYS} BETWEEN 2 AND 5",
    "repairs that took 9 to 12 days": f"repairs WHERE {DAYS} BETWEEN 9 AND 12",
    "repairs that took between 3 days and 1 week": f"repairs WHERE {DAYS} BETWEEN 3 AND 7",
    "repairs finished within 3 days": f"repairs WHERE {DAYS} <= 3",
    "repairs that took longer than a week": f"repairs WHERE {DAYS} > 7",
    "repairs that took more than 10 days to finish": f"repairs WHERE {DAYS} > 10",
    "how many repairs were finished in 2025": "repairs WHERE year(finished) = 2025",
    "repairs not finished yet": "repairs WHERE finished IS NULL",
    "repairs where the rating is missing": "repairs WHERE rating IS NULL",
    "repairs where rating is known": "repairs WHERE rating IS NOT NULL",
    "repairs with missing rating": "repairs WHERE rating IS NULL",
    "repairs without a rating": "repairs WHERE rating IS NULL",
    "repairs with no rating": "repairs WHERE rating IS NULL",
    "repairs that took exactly 3 days": f"repairs WHERE {DAYS} = 3",
    "unrated repairs": "repairs WHERE rating IS NULL",
    "how many repairs were not rated": "repairs WHERE rating IS NULL",
    "repairs rated 5": "repairs WHERE rating = 5",
    "how many repairs were rated 4 or 5": "repairs WHERE rating IN (4, 5)",
    "repairs rated 4 or higher": "repairs WHERE rating >= 4",
}


@pytest.mark.parametrize(("question", "rows"), ASKED.items())
def test_as_many_rows_as_the_statement_finds(question: str, rows: str) -> None:
    ((expected,),) = shop().sql(f"SELECT count(*) FROM {rows}")
    assert expected
    assert shop().asked(question) == [(expected,)]


def test_a_sum_over_two_times() -> None:
    expected = shop().sql(
        "SELECT team, sum(fee) FROM repairs "
        "WHERE year(received) = 2024 AND year(finished) = 2025 GROUP BY team"
    )
    found = shop().asked("total fee of repairs received in 2024 and finished in 2025 by team")
    assert sorted(found) == sorted(expected)  # type: ignore[type-var]


@pytest.mark.parametrize(
    "question",
    [
        "repairs by Bay One with fee over 300 or parts cost over 150",  # of both, or of the fee
        "repairs with fee over 300 or parts cost over 150 by Bay One",
        "repairs with fee over 300 and parts cost over 150 or rating under 2",
        "total fee by team with fee over 300 or parts cost over 150",  # of each repair, or of each team
        "how many clients with fee over 300 or parts cost over 150",
        "deliveries to Riga by bike or to Tartu",
        "deliveries to Riga by bike or by van",
        "total weight to Riga",
        "repairs received in March and finished in April 2025",  # March of which year
        "repairs received in 2025 and finished in 2026 by month",  # of which of the two
        "repairs received in 2025 or finished in 2026",
        "repairs received in 2025 and in 2026",
        "repairs that took between 5 and 2 days",
        "repairs that took between 2 and 5 months",  # no month is as long as another
        "repairs where the fee is missing",  # each has one
        "repairs that took 3 days",  # exactly, or about
        "unrated deliveries",
        "repairs not rated 5",
        "repairs rated 5 days",
        "deliveries rated 5",
    ],
)
def test_what_may_mean_something_else_is_not_answered(question: str) -> None:
    assert not isinstance(shop().read(question), Parsed | Ambiguous)
