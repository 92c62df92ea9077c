"""Rows by their keys over HTTP: found, in the one table that has them, or missing, with the nearest keys."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from tests.chat.conversations import Json
from tests.data.questions.repair_shop import files, shop
from tests.factories.callers import Caller, register
from tests.factories.uploads import upload_dataset


@pytest.fixture(scope="module")
async def counter(client: httpx.AsyncClient, worker: None) -> Caller:
    """The owner of a workspace with the repair shop's tables."""
    del worker
    owner = (await register(client)).owner
    for name, content in files().items():
        assert (await upload_dataset(owner, f"{name}.csv", content))["status"] == "ready"
    return owner


async def _ask(caller: Caller, question: str) -> Json:
    answer = await caller.post("/api/v1/ask", json={"question": question})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def _cell(statement: str) -> object:
    return shop().sql(statement)[0][0]


async def test_a_field_of_one_row_is_told(counter: Caller) -> None:
    fee = _cell("SELECT fee FROM repairs WHERE job = 'J00012'")
    answer = await _ask(counter, "what is the fee of J00012")
    assert answer["text"].startswith(f"Fee of repair J00012 is {fee}.")
    tier = _cell("SELECT tier FROM clients WHERE client = 'Client 012'")
    assert (await _ask(counter, "what tier is Client 012"))["text"].startswith(
        f"Tier of Client 012 is {tier}."
    )


async def test_a_key_alone_is_looked_for_in_every_table(counter: Caller) -> None:
    answer = await _ask(counter, "show D0004")
    city = _cell("SELECT city FROM deliveries WHERE delivery = 'D0004'")
    assert answer["text"].startswith("Delivery D0004: ")
    assert f"city {city}" in answer["text"]


async def test_a_key_that_no_row_has_is_said_with_the_nearest(counter: Caller) -> None:
    answer = await _ask(counter, "what is the fee of J00999")
    assert answer["text"].startswith("There is no repair J00999. The nearest are J00720, J00719 and J00718.")
    answer = await _ask(counter, "show D0999")
    assert answer["text"].startswith("There is no delivery D0999. The nearest are D0400, D0399 and D0398.")


async def test_an_average_per_month_without_a_time_is_of_the_months_that_the_table_has(
    counter: Caller,
) -> None:
    today = datetime.now(UTC).date().isoformat()
    months, repairs, first, after = shop().sql(
        f"""WITH ends AS (
              SELECT date_trunc('month', min(received) + INTERVAL 1 MONTH - INTERVAL 1 DAY)::DATE AS a,
                     least(date_trunc('month', max(received) + INTERVAL 1 DAY),
                           date_trunc('month', DATE '{today}'))::DATE AS z FROM repairs)
            SELECT datediff('month', a, z), count(*), a, z FROM repairs, ends
            WHERE received >= a AND received < z GROUP BY ALL"""
    )[0]
    answer = await _ask(counter, "how many repairs a month on average")
    evidence = answer["evidence"][0]
    assert float(evidence["rows"][0][0]) == pytest.approx(repairs / months)  # type: ignore[operator]
    assert evidence["query"]["time"]["period"]["start"] == str(first)
    assert evidence["query"]["time"]["period"]["end"] == str(after)
    assert any(f"divided by {months} whole months" in warning for warning in map(str, answer["warnings"]))
