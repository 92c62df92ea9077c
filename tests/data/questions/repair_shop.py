"""A repair shop's clients, repairs and deliveries: three tables of made-up rows, ingested as uploads are."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import duckdb
from tests.data.questions.related_files import related

from answerable.data.engines.compiler import compile_query
from answerable.data.questions.outcome import Outcome, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
Row = tuple[object, ...]
_TOWNS = ("Riga", "Tartu", "Vilnius")


@dataclass(frozen=True)
class Shop:
    """The inferred model, over a database that holds its tables."""

    model: SemanticModel
    connection: duckdb.DuckDBPyConnection

    def read(self, question: str) -> Outcome:
        """What the question means."""
        return read_question(question, self.model, AS_OF)

    def rows(self, query: SemanticQuery) -> list[Row]:
        """The rows that a query gives."""
        return self.connection.execute(compile_query(query, self.model).sql()).fetchall()

    def asked(self, question: str) -> list[Row]:
        """The rows of the question's one reading."""
        outcome = self.read(question)
        assert isinstance(outcome, Parsed), outcome
        assert outcome.query is not None
        return self.rows(outcome.query)

    def sql(self, statement: str) -> list[Row]:
        """The rows of a statement that was written by hand."""
        return self.connection.execute(statement).fetchall()


def files() -> dict[str, str]:
    """The content of each CSV file by the name of its table."""
    dice = random.Random(20261121)
    clients = [
        f"Client {n:03},{dice.choice(('Gold', 'Silver', 'Basic'))},{dice.choice(_TOWNS)},"
        f"{date(2023, 1, 1) + timedelta(days=dice.randrange(900))}"
        for n in range(1, 61)
    ]
    return {
        "clients": "\n".join(["client,tier,town,joined", *clients]),
        "repairs": "\n".join(
            [
                "job,client,team,kind,received,finished,fee,parts_cost,rating",
                *(_repair(n, dice) for n in range(1, 721)),
            ]
        ),
        "deliveries": "\n".join(
            ["delivery,sent,city,vehicle,weight (kg)", *(_delivery(n, dice) for n in range(1, 401))]
        ),
    }  # fmt: skip


def _repair(number: int, dice: random.Random) -> str:
    received = date(2024, 1, 1) + timedelta(days=dice.randrange(1050))
    finished = received + timedelta(days=dice.randrange(16)) if dice.random() < 0.9 else ""
    client = min(dice.randrange(1, 56), dice.randrange(1, 56))  # some often, some never
    return ",".join(
        (
            f"J{number:05}",
            f"Client {client:03}",
            dice.choice(("Bay One", "Bay Two", "Bay Three", "Bay Four", "Road")),
            dice.choice(("Paint", "Engine", "Brakes", "Glass")),
            str(received),
            str(finished),
            f"{dice.randrange(2000, 50_000) / 100:.2f}",
            f"{dice.randrange(0, 30_000) / 100:.2f}",
            str(dice.randrange(1, 6)) if dice.random() < 0.8 else "",
        )
    )


def _delivery(number: int, dice: random.Random) -> str:
    return ",".join(
        (
            f"D{number:04}",
            str(date(2025, 1, 1) + timedelta(days=dice.randrange(690))),
            dice.choice(_TOWNS),
            dice.choice(("Bike", "Van", "Truck")),
            f"{dice.randrange(10, 900) / 10:.1f}",
        )
    )


@cache
def shop() -> Shop:
    """All files ingested, inferred and related."""
    return Shop(*related({name: content.encode() for name, content in files().items()}))
