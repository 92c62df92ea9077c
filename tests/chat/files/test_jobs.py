"""The jobs of a conversation's files are their owner's, as the files are."""

from __future__ import annotations

import pytest

from tests.chat.conversations import new_session
from tests.chat.files.dropped import HOIST, TARGETS, drop_document, drop_table, ids_at
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document

pytestmark = pytest.mark.usefixtures("worker")


async def jobs_of(caller: Caller, subject_id: object) -> list[str]:
    answer = await caller.get("/api/v1/jobs?limit=200")
    assert answer.status_code == 200, answer.text
    return [job["id"] for job in answer.json()["items"] if job["subject"]["id"] == subject_id]


async def test_jobs_of_a_conversations_files_are_seen_by_its_owner_alone(
    workspace: Workspace, viewer: Caller, stranger: Caller
) -> None:
    chat = await new_session(viewer)
    table = await drop_table(viewer, chat, "targets.csv", TARGETS)
    document = await drop_document(viewer, chat, "hoist.md", HOIST)
    for subject in (table["id"], document["id"]):
        (job, *_) = await jobs_of(viewer, subject)
        url = f"/api/v1/jobs/{job}"
        assert (await viewer.get(url)).json()["status"] == "succeeded"
        assert "event: end" in (await viewer.get(f"{url}/events")).text
        others = (
            workspace.owner,
            await workspace.member("admin"),
            await workspace.member("editor"),
            stranger,
        )
        for other in others:
            assert await jobs_of(other, subject) == []
            for path in (url, f"{url}/events"):
                assert (await other.get(path)).status_code == 404, path
            assert (await other.post(f"{url}/cancel")).status_code == 404
    gone = await viewer.delete(f"/api/v1/chat/sessions/{chat}")
    assert gone.status_code == 204, gone.text
    assert await jobs_of(workspace.owner, table["id"]) == []


async def test_jobs_of_the_workspaces_files_are_everybodys_and_pages_are_full(
    workspace: Workspace, viewer: Caller
) -> None:
    orders = await upload_dataset(workspace.owner, "orders.csv", ORDERS)
    rules = await upload_document(workspace.owner, "returns.md", RETURNS_POLICY)
    chat = await new_session(viewer)
    for number in range(3):
        await drop_table(viewer, chat, f"targets{number}.csv", TARGETS)
    assert await jobs_of(workspace.owner, orders["id"])
    assert await jobs_of(viewer, rules["id"])
    everything = await ids_at(workspace.owner, "/api/v1/jobs?limit=200")
    paged: list[str] = []
    url = "/api/v1/jobs?limit=1"
    while True:
        page = (await workspace.owner.get(url)).json()
        paged += [job["id"] for job in page["items"]]
        if page["next_cursor"] is None:
            break
        assert len(page["items"]) == 1
        url = f"/api/v1/jobs?limit=1&cursor={page['next_cursor']}"
    assert paged == everything
