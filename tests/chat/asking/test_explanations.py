"""Why a number changed: computed from the tables, with what documents say of its drivers beside."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.chat.asking.test_ask import ask
from tests.factories.callers import Caller, register
from tests.factories.uploads import upload_dataset, upload_document

pytestmark = pytest.mark.usefixtures("worker")


def orders_csv() -> bytes:
    """Sales of three months; in March those of Spain's stores nearly end."""
    lines = ["Order ID,Order date,Country,Channel,Amount (EUR)"]
    number = 0
    for month in (1, 2, 3):
        for country in ("Germany", "Spain", "Italy"):
            for channel in ("Web", "Store"):
                few = month == 3 and country == "Spain" and channel == "Store"
                for day in range(1, 3 if few else 21):
                    number += 1
                    lines.append(f"{number},2025-{month:02}-{day:02},{country},{channel},100.00")
    return "\n".join(lines).encode()


NEWS = """# Notes of the sales team

## March 2024

Sales in Spain doubled when the second store of Madrid was opened.

## Websites

The website of Spain has been translated since March 2023.

## March 2025

The store in Seville was closed for renovation, so that sales in Spain stood still for weeks.

## January 2025

A new price list came into force in Italy.
"""


@pytest.fixture(scope="module")
async def seller(client: httpx.AsyncClient) -> Caller:
    owner = (await register(client)).owner
    assert (await upload_document(owner, "notes.md", NEWS))["status"] == "ready"
    assert (await upload_dataset(owner, "orders.csv", orders_csv()))["status"] == "ready"
    return owner


async def test_a_fall_is_explained_by_its_groups_and_a_document_is_cited(seller: Caller) -> None:
    answer = await ask(seller, "Why did revenue fall in March 2025?")
    text = str(answer["text"])
    assert (answer["status"], answer["intent"]["kind"]) == ("answered", "explanation")
    assert "fell from 12,000 EUR in February 2025 to 10,200 EUR in March 2025" in text
    assert "Spain -1,800 EUR" in text
    assert "Fewer orders (120 before, 102 now) make -1,800 EUR" in text
    assert "Documents mention it" in text
    quotes = [item["quote"] for item in answer["evidence"] if item["kind"] == "quote"]
    assert len(quotes) == 1
    assert "Seville" in quotes[0]
    assert answer["route"] == "both"
    # Each sentence names evidence that is there.
    assert {int(n) for n in re.findall(r"\[(\d+)\]", text)} <= {item["n"] for item in answer["evidence"]}


async def test_the_parts_that_are_shown_sum_to_the_change(seller: Caller) -> None:
    answer = await ask(seller, "what caused the drop in revenue in March 2025?")
    split = next(item for item in answer["evidence"] if item["kind"] == "query" and item["query"]["group_by"])
    names = [column["name"] for column in split["columns"]]
    change = names.index("total_amount_change")
    assert sum(float(row[change]) for row in split["rows"]) == pytest.approx(-1800)


async def test_a_fall_that_was_a_rise_is_contradicted(seller: Caller) -> None:
    answer = await ask(seller, "why did revenue rise in March 2025?")
    assert "did not rise: it fell" in str(answer["text"])


async def test_no_change_needs_no_parts(seller: Caller) -> None:
    answer = await ask(seller, "why did revenue in Germany fall in March 2025?")
    assert "did not change" in str(answer["text"])


async def test_a_reason_for_what_the_tables_lack_is_not_made_up(seller: Caller) -> None:
    answer = await ask(seller, "why did profits fall in March 2025?")
    assert answer["intent"]["kind"] != "explanation"
    assert not [item for item in answer["evidence"] if item["kind"] == "query"]
