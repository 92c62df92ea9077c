"""Files dropped into conversations, through the public API."""

from __future__ import annotations

import httpx

from tests.factories.callers import Caller
from tests.factories.uploads import send_file, settled

HOIST = """# Crane manual

## Hoist

The hoist of the Zephyrion crane lifts 4,200 kilograms. The brake is tested every Tuesday.
"""

TARGETS = "\n".join(
    ["region,quarter,pledged (EUR)"]
    + [f"{('North', 'South')[n % 2]},2025-Q{n % 4 + 1},{(n + 1) * 100}" for n in range(24)]
)


async def drop_document(caller: Caller, chat: str, name: str, content: bytes | str) -> dict[str, object]:
    """Upload a document into a conversation and wait for its end."""
    answer = await send_file(caller, f"/api/v1/chat/sessions/{chat}/documents", name, content)
    assert answer.status_code == 202, answer.text
    document_id = answer.json()["document"]["id"]
    return await settled(caller, f"/api/v1/documents/{document_id}?session_id={chat}")


async def drop_table(caller: Caller, chat: str, name: str, content: bytes | str) -> dict[str, object]:
    """Upload a table into a conversation and wait for its end."""
    answer = await send_file(caller, f"/api/v1/chat/sessions/{chat}/datasets", name, content)
    assert answer.status_code == 202, answer.text
    dataset_id = answer.json()["datasets"][0]["id"]
    return await settled(caller, f"/api/v1/datasets/{dataset_id}?session_id={chat}")


async def found(caller: Caller, query: str, **more: object) -> list[str]:
    """The ids of the documents that a search finds."""
    answer = await caller.post("/api/v1/search", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return [result["document_id"] for result in answer.json()["results"]]


async def ids_at(caller: Caller, url: str) -> list[str]:
    """The ids in a list."""
    answer: httpx.Response = await caller.get(url)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]
