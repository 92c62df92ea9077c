"""Uploads through the public API, worked through to their end."""

from __future__ import annotations

import httpx

from tests.factories.callers import Caller
from tests.factories.waiting import eventually

RETURNS_POLICY = """# Returns policy

## Return window

Customers may return unused goods within 30 days of delivery. The refund is paid within 14 days.

## Damaged goods

Damage must be reported to support within 48 hours, with two photographs of the parcel.
"""

ORDERS = "\n".join(
    ["order_id,order_date,country,product,quantity,amount (EUR)"]
    + [
        f"O{number:04d},{2024 + number // 60}-{number % 12 + 1:02d}-{number % 28 + 1:02d},"
        f"{('Germany', 'France', 'Spain')[number % 3]},{('Kettle', 'Grinder')[number % 2]},"
        f"{number % 5 + 1},{(number % 7 + 1) * 10}.50"
        for number in range(120)
    ]
)


async def settled(caller: Caller, url: str) -> dict[str, object]:
    """The document or dataset at `url` once it is ready or failed."""

    async def ended() -> dict[str, object] | None:
        answer = await caller.get(url)
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body if body["status"] in ("ready", "failed") else None

    body = await eventually(ended, seconds=90)
    assert body is not None
    return body


async def upload_document(caller: Caller, name: str, content: bytes | str) -> dict[str, object]:
    """Upload a document and wait for its end; the document as the API shows it."""
    answer = await send_file(caller, "/api/v1/documents", name, content)
    assert answer.status_code == 202, answer.text
    return await settled(caller, f"/api/v1/documents/{answer.json()['document']['id']}")


async def upload_dataset(caller: Caller, name: str, content: bytes | str) -> dict[str, object]:
    """Upload a table and wait for its end; the first dataset as the API shows it."""
    answer = await send_file(caller, "/api/v1/datasets", name, content)
    assert answer.status_code == 202, answer.text
    return await settled(caller, f"/api/v1/datasets/{answer.json()['datasets'][0]['id']}")


async def send_file(
    caller: Caller, url: str, name: str, content: bytes | str, **fields: str | list[str]
) -> httpx.Response:
    """POST a file as multipart, with other fields of the form."""
    data = content.encode() if isinstance(content, str) else content
    return await caller.post(url, files={"file": (name, data)}, data=fields)
