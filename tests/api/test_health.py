from __future__ import annotations

import re

import httpx
from fastapi import FastAPI

from answerable.api.app import create_app
from answerable.api.assembly import build_runtime
from answerable.kit.settings import Settings


async def test_a_healthy_server_is_live_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok", "missing": [], "codes": []}
    ready = await client.get("/health/ready")
    assert ready.status_code == 200, ready.text


async def test_a_server_without_its_database_is_live_but_not_ready(settings: Settings) -> None:
    runtime = build_runtime(settings, "postgresql://nobody:x@127.0.0.1:1/nothing")
    app: FastAPI = create_app(runtime)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost"
    ) as lone_client:
        assert (await lone_client.get("/health/live")).status_code == 200
        ready = await lone_client.get("/health/ready")
    await runtime.close()
    assert ready.status_code == 503
    assert ready.json()["missing"] == ["PostgreSQL does not answer"]
    assert ready.json()["codes"] == ["database_away"]


async def test_metrics_count_requests_by_route_pattern(client: httpx.AsyncClient) -> None:
    await client.get("/health/live")
    text = (await client.get("/metrics")).text
    assert 'answerable_http_requests_total{method="GET",route="/health/live",status="200"}' in text


async def test_the_way_in_leads_to_the_api_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert "swagger" in answer.text.lower()


async def test_the_api_page_asks_no_other_origin_for_anything(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/"), address
        assert (await client.get(address)).status_code == 200, address
