"""Jobs over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from answerable.jobs import JobContext, Subject, TaskRegistry, enqueue
from answerable.jobs.attempt import Attempt
from answerable.jobs.tickets import Ticket
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, Workspace

_KIND = "test.http"
registry = TaskRegistry()


@registry.task(_KIND)
async def work(job: JobContext) -> None:
    """Reports progress and ends."""
    job.note_progress(3, 3, "pages")


async def queue(runtime: Runtime, caller: Caller) -> str:
    """Queue a job in the caller's workspace, out of every worker's sight."""
    async with runtime.database.begin(Principal.system(caller.workspace_id)) as session:
        job_id = await enqueue(session, _KIND, subject=Subject("source", "src_1"))
        await session.execute(
            text("UPDATE procrastinate_jobs SET scheduled_at = 'infinity' WHERE args ->> 'job_id' = :id"),
            {"id": job_id},
        )
    return job_id


async def run(runtime: Runtime, caller: Caller, job_id: str) -> None:
    """Make the job's first attempt here and now."""
    async with runtime.database.begin(Principal.system(caller.workspace_id)) as session:
        statement = text("SELECT id FROM procrastinate_jobs WHERE args ->> 'job_id' = :id")
        ticket_id = (await session.execute(statement, {"id": job_id})).scalar_one()
    await Attempt(runtime, registry, Ticket(ticket_id, caller.workspace_id, job_id, 1)).run()


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[int, str, dict[str, object]]]:
    """The events of a stream: id, name, data."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line and fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


async def test_a_job_is_read_with_its_progress_and_subject(runtime: Runtime, owner: Caller) -> None:
    job_id = await queue(runtime, owner)
    job = (await owner.get(f"/api/v1/jobs/{job_id}")).json()
    assert (job["kind"], job["status"], job["progress"]) == (_KIND, "queued", None)
    assert job["subject"] == {"type": "source", "id": "src_1", "name": None, "missing": True}
    await run(runtime, owner, job_id)
    job = (await owner.get(f"/api/v1/jobs/{job_id}")).json()
    assert (job["status"], job["progress"]) == ("succeeded", {"done": 3, "total": 3, "unit": "pages"})
    assert job["finished_at"] >= job["started_at"] >= job["created_at"]


async def test_the_list_pages_newest_first_and_filters_by_status(runtime: Runtime, owner: Caller) -> None:
    made = [await queue(runtime, owner) for _ in range(5)]
    await run(runtime, owner, made[0])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await owner.get("/api/v1/jobs", params=query)).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]
    queued = (await owner.get("/api/v1/jobs", params={"status": "queued"})).json()["items"]
    assert [item["id"] for item in queued] == made[:0:-1]


async def test_the_stream_tells_each_state_with_growing_ids_and_ends_with_the_job(
    runtime: Runtime, owner: Caller
) -> None:
    job_id = await queue(runtime, owner)
    told: list[tuple[int, str, dict[str, object]]] = []
    async with owner.client.stream("GET", f"/api/v1/jobs/{job_id}/events", headers=owner.headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for event in events(stream.aiter_lines()):
            told.append(event)
            if len(told) == 1:
                await run(runtime, owner, job_id)
    ids = [number for number, _, _ in told]
    assert ids == sorted(ids)
    assert told[0][2]["status"] == "queued"
    assert told[-2][2]["status"] == "succeeded"
    assert told[-1][1:] == ("end", {"status": "succeeded"})

    headers = {**owner.headers, "Last-Event-ID": str(ids[-1])}
    again = await owner.client.get(f"/api/v1/jobs/{job_id}/events", headers=headers)
    assert "event: job" not in again.text
    assert "event: end" in again.text


async def test_the_stream_ends_when_the_access_does(runtime: Runtime, workspace: Workspace) -> None:
    job_id = await queue(runtime, workspace.owner)
    made = await workspace.owner.post("/api/v1/api-keys", json={"name": "stream", "scopes": ["jobs:read"]})
    assert made.status_code == 201, made.text
    key = made.json()
    headers = {"Authorization": f"Bearer {key['key']}"}
    names: list[str] = []
    url = f"/api/v1/jobs/{job_id}/events"
    async with workspace.owner.client.stream("GET", url, headers=headers) as stream:
        async for _, name, _ in events(stream.aiter_lines()):
            names.append(name)
            await workspace.owner.delete(f"/api/v1/api-keys/{key['id']}")
    assert names == ["job", "error"]


async def test_a_waiting_job_is_cancelled_at_once_and_only_once(runtime: Runtime, owner: Caller) -> None:
    job_id = await queue(runtime, owner)
    for _ in range(2):
        answer = await owner.post(f"/api/v1/jobs/{job_id}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    done_id = await queue(runtime, owner)
    await run(runtime, owner, done_id)
    answer = await owner.post(f"/api/v1/jobs/{done_id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_viewer_may_look_but_not_cancel(runtime: Runtime, owner: Caller, viewer: Caller) -> None:
    job_id = await queue(runtime, owner)
    assert (await viewer.get(f"/api/v1/jobs/{job_id}")).status_code == 200
    assert (await viewer.post(f"/api/v1/jobs/{job_id}/cancel")).status_code == 403


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/events"), ("POST", "/cancel")])
async def test_another_workspaces_job_is_answered_like_one_that_does_not_exist(
    runtime: Runtime, owner: Caller, stranger: Caller, method: str, path: str
) -> None:
    job_id = await queue(runtime, owner)
    missing = "job_" + "0" * 26

    async def answer(job_id: str) -> tuple[int, object]:
        response: httpx.Response = await stranger.request(
            method, f"/api/v1/jobs/{job_id}{path}", headers={"Last-Event-ID": "1"}
        )
        body = response.json()
        return response.status_code, {**body, "instance": str(body.get("instance")).replace(job_id, "…")}

    assert await answer(job_id) == await answer(missing)
    assert (await answer(job_id))[0] == 404


async def test_workers_are_told_with_when_they_were_heard(
    runtime: Runtime, viewer: Caller, worker: None
) -> None:
    async with runtime.database.begin(Principal.system(viewer.workspace_id)) as session:
        silent = await session.scalar(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 day') "
                "RETURNING id"
            )
        )
    found = {each["id"]: each for each in (await viewer.get("/api/v1/jobs/workers")).json()["items"]}
    # The others may have struck it off by now.
    assert silent not in found or not found[silent]["alive"]
    assert any(each["alive"] for each in found.values())
