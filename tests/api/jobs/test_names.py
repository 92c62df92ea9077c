"""Jobs tell what they work on by its name, to whom may know it."""

from __future__ import annotations

from typing import Any

import pytest

from answerable.jobs import Subject, enqueue
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.data.alerts.test_alerts import set_alert
from tests.data.dashboards.boards import pinned, total
from tests.data.semantics.test_reach import guarded, seller
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import send_file, upload_document

pytestmark = pytest.mark.usefixtures("worker")


async def subjects(caller: Caller, kind: str) -> list[dict[str, Any]]:
    answer = await caller.get("/api/v1/jobs", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return [job["subject"] for job in answer.json()["items"] if job["kind"] == kind]


async def test_a_job_says_the_name_of_its_document_and_that_it_is_gone(owner: Caller, viewer: Caller) -> None:
    document = await upload_document(owner, "returns.md", "# Returns\n\nGoods return within 30 days.")
    named = {"type": "document", "id": document["id"], "name": document["title"], "missing": False}
    assert await subjects(owner, "documents.ingest") == [named]
    assert await subjects(viewer, "documents.ingest") == [named]
    (job,) = [
        job for job in (await owner.get("/api/v1/jobs")).json()["items"] if job["kind"] == "documents.ingest"
    ]
    assert (await owner.get(f"/api/v1/jobs/{job['id']}")).json()["subject"] == named
    assert f'"name":"{document["title"]}"' in (await owner.get(f"/api/v1/jobs/{job['id']}/events")).text
    assert (await owner.delete(f"/api/v1/documents/{document['id']}")).status_code == 204
    assert await subjects(owner, "documents.ingest") == [{**named, "name": None, "missing": True}]


async def test_a_key_that_reads_jobs_alone_learns_no_names(runtime: Runtime, owner: Caller) -> None:
    await send_file(owner, "/api/v1/documents", "returns.md", "# Returns\n\nGoods return within 30 days.")
    await send_file(owner, "/api/v1/datasets", "sales.csv", "a,b\n1,2\n")
    source = await owner.get("/api/v1/sources")
    async with runtime.database.begin(Principal.system(owner.workspace_id)) as session:
        await enqueue(session, "test.named", subject=Subject("source", source.json()["items"][0]["id"]))
        await enqueue(session, "test.named", subject=Subject("connection", ids.new_id("con")))
    made = await owner.post("/api/v1/api-keys", json={"name": "jobs", "scopes": ["jobs:read"]})
    key = Caller(owner.client, made.json()["key"])
    found = [job["subject"] for job in (await key.get("/api/v1/jobs")).json()["items"]]
    assert {each["type"] for each in found} >= {"document", "dataset", "source", "connection"}
    assert {(each["name"], each["missing"]) for each in found} == {(None, False)}
    by_type = {each["type"]: each for each in await subjects(owner, "test.named")}
    assert by_type["source"]["name"] == source.json()["items"][0]["name"]
    assert by_type["connection"]["missing"]


async def test_an_alert_that_a_person_may_not_see_has_no_name_for_them(workspace: Workspace) -> None:
    owner = workspace.owner
    insight = await pinned(owner, total(await guarded(owner)))
    france = await seller(workspace, "France")
    await set_alert(owner, insight, name="All countries")
    (named,) = await subjects(owner, "alerts.evaluate")
    assert (named["name"], named["missing"]) == ("All countries", False)
    (nameless,) = await subjects(france, "alerts.evaluate")
    assert (nameless["name"], nameless["missing"]) == (None, False)
