"""A table to ask about, and verified questions over it, as an app makes them."""

from __future__ import annotations

from typing import Any

from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller

Json = dict[str, Any]  # as it comes over HTTP
VERIFIED = "/api/v1/verified-questions"
SALES = b"""sale_id,sold_on,country,amount (EUR)
S1,2024-01-13,Germany,10.00
S2,2024-02-20,France,20.00
S3,2024-03-05,Germany,30.00
S4,2025-03-06,Spain,40.00
"""


async def sales(caller: Caller) -> Json:
    """A dataset of four sales."""
    return await ingested(caller, SALES, "sales.csv")


def largest(dataset: Json, **parts: Any) -> Json:
    """A query that the grammar would not choose for "total amount"."""
    largest_amount = {"aggregation": "max", "field": "amount", "alias": "largest"}
    return {"dataset": dataset["name"], "measures": [largest_amount], **parts}


async def proposed(caller: Caller, question: str, query: Json, **more: object) -> Json:
    """A verified question that waits for an editor."""
    answer = await caller.post(VERIFIED, json={"question": question, "query": query, **more})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def decided(caller: Caller, verified: Json, verb: str) -> Json:
    """What becomes of it."""
    answer = await caller.post(f"{VERIFIED}/{verified['id']}/{verb}")
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def accepted(caller: Caller, question: str, query: Json, **more: object) -> Json:
    """A verified question that answers."""
    return await decided(caller, await proposed(caller, question, query, **more), "accept")


async def ask(caller: Caller, question: str, **more: object) -> Json:
    """The answer to a question."""
    answer = await caller.post("/api/v1/ask", json={"question": question, **more})
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def verified_id(answer: Json) -> str | None:
    """The verified question that an answer was computed by."""
    found: list[str] = [e["verified"]["id"] for e in answer["evidence"] if e.get("verified")]
    return found[0] if found else None
