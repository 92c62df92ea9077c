"""The OpenAPI document: written beside the event loop, once, and only when somebody asks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from answerable.api.app import create_app
from answerable.kit.runtime import Runtime


@pytest.fixture
async def fresh(runtime: Runtime) -> FastAPI:
    """An app whose document nobody asked for yet."""
    return create_app(runtime)


@pytest.fixture
async def reader(fresh: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(fresh), base_url="http://localhost", timeout=60
    ) as reader:
        yield reader


async def test_others_are_answered_while_the_document_is_written_once(
    fresh: FastAPI, reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_by: list[int] = []
    begun, others_answered = threading.Event(), threading.Event()
    write = fresh.openapi

    def slowly() -> dict[str, Any]:
        written_by.append(threading.get_ident())
        begun.set()
        assert others_answered.wait(30), "nobody else was answered while the document was written"
        return write()

    monkeypatch.setattr(fresh, "openapi", slowly)
    readers = [asyncio.create_task(reader.get("/openapi.json")) for _ in range(2)]
    await asyncio.to_thread(begun.wait, 30)
    assert (await reader.get("/health/live")).status_code == 200
    others_answered.set()
    first, second = await asyncio.gather(*readers)

    assert len(written_by) == 1
    assert written_by[0] != threading.get_ident()
    assert first.content == second.content == (await reader.get("/openapi.json")).content
    assert len(written_by) == 1


async def test_the_document_is_the_one_that_clients_are_made_from(
    fresh: FastAPI, reader: httpx.AsyncClient
) -> None:
    answer = await reader.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert fresh.openapi_schema is None  # only the bytes are kept
    assert answer.json() == fresh.openapi()
    assert "/api/v1/model-aliases" in answer.json()["paths"]
    led = {
        path
        for path, each in answer.json()["paths"].items()
        if "303" in each.get("post", {}).get("responses", {})
    }
    assert {"/api/v1/ask", "/api/v1/chat/sessions/{session_id}/messages"} <= led
