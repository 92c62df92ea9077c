"""Uploading tables as an app does, and waiting for what becomes of them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from tests.factories.callers import Caller

ORDERS = b"""order_id,order_date,customer_email,amount (EUR),quantity,paid
1001,2024-01-13,ada@example.com,19.90,2,yes
1002,2024-02-20,bob@example.com,5.00,1,no
1003,2024-03-05,ada@example.com,100.10,7,yes
"""


async def upload(
    caller: Caller, content: bytes, file_name: str = "orders.csv", **fields: str
) -> httpx.Response:
    """POST a file."""
    return await caller.post(
        "/api/v1/datasets", files={"file": (file_name, content, "application/octet-stream")}, data=fields
    )


async def finished(caller: Caller, job_id: str, *, within: float = 60) -> dict[str, Any]:
    """The job, once it has ended."""
    deadline = time.monotonic() + within
    while True:
        job: dict[str, Any] = (await caller.get(f"/api/v1/jobs/{job_id}")).json()
        if job["status"] in ("succeeded", "failed", "cancelled"):
            return job
        assert time.monotonic() < deadline, job
        await asyncio.sleep(0.03)


async def ingested(
    caller: Caller, content: bytes = ORDERS, file_name: str = "orders.csv", **fields: str
) -> dict[str, Any]:
    """Upload and wait; the dataset's detail."""
    answer = await upload(caller, content, file_name, **fields)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    job = await finished(caller, body["job"]["id"])
    assert job["status"] == "succeeded", job
    detail: dict[str, Any] = (await caller.get(f"/api/v1/datasets/{body['datasets'][0]['id']}")).json()
    return detail
