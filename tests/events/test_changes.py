"""Open pages hear which lists changed, and of conversations their owners alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from answerable.events.bell import RESOURCES
from tests.factories.callers import Caller

STREAM = "/api/v1/events/stream"


class Heard:
    """What a stream has told: names of events, and the resources of those that are `changed`."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.names: list[str] = []
        self.first: list[str] | None = None
        self.resources: set[str] = set()
        self.last_id = ""
        self._more = asyncio.Condition()

    async def follow(self, caller: Caller, query: str, **headers: str) -> None:
        """Listen until cancelled."""
        wanted = {**caller.headers, **headers}
        async with caller.client.stream("GET", STREAM + query, headers=wanted) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                await self._take(line)

    async def told(self, resource: str) -> None:
        """Wait until a resource was named."""
        async with asyncio.timeout(30), self._more:
            await self._more.wait_for(lambda: resource in self.resources)

    async def _take(self, line: str) -> None:
        name, _, value = line.partition(": ")
        if name == "event":
            self.names.append(value)
        elif name == "id":
            self.last_id = value
        elif name == "data":
            async with self._more:
                found = json.loads(value).get("resources", [])
                if self.first is None:
                    self.first = found
                else:
                    self.resources.update(found)
                self._more.notify_all()
        if line in ("", ": open"):
            self.opened.set()


@asynccontextmanager
async def listening(caller: Caller, query: str = "?changes=true", **headers: str) -> AsyncIterator[Heard]:
    heard = Heard()
    task = asyncio.create_task(heard.follow(caller, query, **headers))
    try:
        await asyncio.wait_for(heard.opened.wait(), 60)
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _document(caller: Caller) -> None:
    files = {"file": ("tides.txt", b"The tide turns at noon.", "text/plain")}
    assert (await caller.post("/api/v1/documents", files=files)).is_success


async def _dataset(caller: Caller) -> None:
    files = {"file": ("tides.csv", b"port,height\nOban,3.1\n", "text/csv")}
    assert (await caller.post("/api/v1/datasets", files=files)).is_success


async def _dashboard(caller: Caller) -> None:
    assert (await caller.post("/api/v1/dashboards", json={"name": "Tides"})).is_success


async def _key(caller: Caller) -> None:
    assert (await caller.post("/api/v1/api-keys", json={"name": "tides"})).is_success


async def _invitation(caller: Caller) -> None:
    path = f"/api/v1/workspaces/{caller.workspace_id}/invitations"
    body = {"email": "tide@example.com", "role": "viewer"}
    assert (await caller.post(path, json=body)).is_success


@pytest.mark.parametrize(
    ("act", "resources"),
    [
        (_document, ["documents", "jobs"]),
        (_dataset, ["datasets", "jobs"]),
        (_dashboard, ["dashboards"]),
        (_key, ["api-keys"]),
        (_invitation, ["invitations"]),
    ],
)
async def test_a_member_hears_what_another_changed(
    owner: Caller, viewer: Caller, act: Callable[[Caller], Awaitable[None]], resources: list[str]
) -> None:
    async with listening(viewer) as heard:
        await act(owner)
        for resource in resources:
            await heard.told(resource)
    assert heard.first == []


async def test_conversations_are_heard_of_by_their_owners_alone(owner: Caller, viewer: Caller) -> None:
    async with listening(owner) as own, listening(viewer) as other:
        await owner.post("/api/v1/chat/sessions", json={"title": "Tides"})
        await own.told("chat/sessions")
        await _dashboard(owner)  # what comes after it shows that the other one was not merely late
        await other.told("dashboards")
        assert "chat/sessions" not in other.resources


async def test_another_workspace_hears_nothing(owner: Caller, stranger: Caller) -> None:
    async with listening(stranger) as heard:
        await _dashboard(owner)
        await _key(stranger)
        await heard.told("api-keys")
        assert "dashboards" not in heard.resources


async def test_a_stream_that_goes_on_is_told_to_look_at_everything(owner: Caller) -> None:
    async with listening(owner) as before:
        pass
    async with listening(owner, **{"Last-Event-ID": before.last_id}) as heard:
        assert heard.first == sorted(RESOURCES.values())


async def test_the_log_alone_is_told_to_who_did_not_ask_for_changes(owner: Caller) -> None:
    async with listening(owner) as asked, listening(owner, "") as heard:
        await _dashboard(owner)
        await asked.told("dashboards")
        await asyncio.sleep(0.5)  # longer than changes are gathered
        assert heard.names == []
