"""Clients by what their repairs are, and are not: SQL written by hand says how many."""

from __future__ import annotations

import pytest
from tests.data.questions.repair_shop import shop

from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.wording import describe


def having(repairs: str, *, none: bool = False) -> str:
    found = f"EXISTS (FROM repairs r WHERE r.client = c.client AND {repairs})"
    return f"SELECT count(*) FROM clients c WHERE {'NOT ' if none else ''}{found}"


ASKED = {
    "clients that had no paint repairs": having("kind = 'Paint'", none=True),
    "how many clients had no paint repairs in 2026": having(
        "kind = 'Paint' AND year(received) = 2026", none=True
    ),
    "how many clients did not have a paint repair": having("kind = 'Paint'", none=True),
    "clients who never had a paint repair": having("kind = 'Paint'", none=True),
    "clients without paint or glass repairs": having("kind IN ('Paint', 'Glass')", none=True),
    "clients without repairs by Bay One": having("team = 'Bay One'", none=True),
    "clients without paint repairs by Bay One in 2026": having(
        "kind = 'Paint' AND team = 'Bay One' AND year(received) = 2026", none=True
    ),
    "clients with paint repairs": having("kind = 'Paint'"),
    "clients without repairs in 2026": having("year(received) = 2026", none=True),
}


@pytest.mark.parametrize(("question", "statement"), ASKED.items())
def test_as_many_clients_as_the_statement_finds(question: str, statement: str) -> None:
    expected = shop().sql(statement)
    assert expected[0][0]
    assert shop().asked(question) == expected


def test_what_was_understood_is_said() -> None:
    outcome = shop().read("clients that had no paint repairs")
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    words = describe(outcome.query, shop().model)
    assert words == "Number of clients where without repairs (kind is Paint)."
    assert any("where kind in Paint" in reading.meaning for reading in outcome.readings)


@pytest.mark.parametrize(
    "question",
    [
        "clients without paint",
        "clients without paint deliveries",  # no client has deliveries
        "clients without repairs in Riga",  # a town of clients, not of repairs
        "clients without repairs over 300",
        "clients with no repairs rated 5",
        "clients without paint repairs and with engine repairs",
        "clients without paint paint repairs",
        "clients without paint glass repairs",
    ],
)
def test_what_may_mean_something_else_is_not_answered(question: str) -> None:
    assert not isinstance(shop().read(question), Parsed | Ambiguous)
