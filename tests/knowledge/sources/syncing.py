"""Sources synced through the public API."""

from __future__ import annotations

from typing import Any

from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources import repository
from answerable.knowledge.sources.sync import tasks
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

Json = dict[str, Any]  # Any: a JSON object that a test picks apart


async def add_source(caller: Caller, kind: str, name: str = "Shelf", **config: object) -> Json:
    """Add a source; it as the API shows it."""
    body = {"kind": kind, "name": name, "config": config}
    answer = await caller.post("/api/v1/sources", json=body)
    assert answer.status_code == 201, answer.text
    source: Json = answer.json()
    return source


async def start(caller: Caller, source: Json) -> Json:
    """Start a sync."""
    answer = await caller.post(f"/api/v1/sources/{source['id']}/sync")
    assert answer.status_code == 202, answer.text
    run: Json = answer.json()
    return run


async def sync(caller: Caller, source: Json, *, status: str = "succeeded") -> Json:
    """Sync a source to its end; the run with its errors."""
    return await ended(caller, source, await start(caller, source), status=status)


async def ended(caller: Caller, source: Json, run: Json, *, status: str = "succeeded") -> Json:
    """A run once it has ended."""

    async def finished() -> Json | None:
        answer = await caller.get(f"/api/v1/sources/{source['id']}/runs/{run['id']}")
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body if body["finished_at"] else None

    found = await eventually(finished, seconds=200)
    assert found is not None
    assert found["status"] == status, found
    return found


async def items(caller: Caller, source: Json, **parameters: object) -> dict[str, Json]:
    """The source's items by their ids."""
    answer = await caller.get(f"/api/v1/sources/{source['id']}/items", params={"limit": 200, **parameters})
    assert answer.status_code == 200, answer.text
    return {item["item_id"]: item for item in answer.json()["items"]}


async def documents(caller: Caller, source: Json) -> dict[str, Json]:
    """The source's documents by their file names, once all have been read."""

    async def read() -> list[Json] | None:
        answer = await caller.get("/api/v1/documents", params={"limit": 200, "source_id": source["id"]})
        found: list[Json] = answer.json()["items"]
        return None if any(each["status"] in ("queued", "processing") for each in found) else found

    async def settled() -> tuple[list[Json]] | None:
        found = await read()
        return None if found is None else (found,)

    found = await eventually(settled, seconds=60)
    assert found is not None
    return {each["file_name"]: each for each in found[0]}


async def text_of(caller: Caller, document: Json) -> str:
    """A document's text."""
    answer = await caller.get(f"/api/v1/documents/{document['id']}/text")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["text"])


async def ring(runtime: Runtime, caller: Caller, source: Json) -> None:
    """Let the source's alarm ring now, as if its time had come."""
    async with runtime.database.begin(Principal.system(caller.workspace_id)) as session:
        row = await repository.lock(session, source["id"])
        assert row is not None
        moment = await repository.now(session)
        if row.next_sync_at is not None:
            row.next_sync_at = moment
        await repository.set_alarm(session, source["id"], moment)
    await tasks.ring(runtime, moment)
