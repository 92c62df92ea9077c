"""A source's life over HTTP: added, synced, changed, paused, cancelled, removed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from answerable.knowledge.sources.schemas import RunView
from answerable.knowledge.sources.tables import SyncRunRow
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import send_file, settled
from tests.factories.waiting import eventually
from tests.knowledge.sources.syncing import (
    add_source,
    documents,
    ended,
    items,
    ring,
    start,
    sync,
    text_of,
)

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.md", "b.txt", "sub/c.md"):
        (folder / name).write_text(f"# About {name}\n\nThe note called {name} speaks of kettles.")
    return folder


async def test_what_a_folder_holds_becomes_documents_and_stays_in_step(owner: Caller, shelf: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    run = await sync(owner, source)
    assert run["counts"] == {
        "seen": 3, "added": 3, "changed": 0, "unchanged": 0, "deleted": 0, "failed": 0,
    }  # fmt: skip
    assert run["total"] == 3
    first = await documents(owner, source)
    assert set(first) == {"a.md", "b.txt", "c.md"}
    assert "kettles" in await text_of(owner, first["c.md"])

    (shelf / "a.md").write_text("# About a\n\nThe note speaks of teapots now.")
    (shelf / "b.txt").unlink()
    (shelf / "d.md").write_text("A fourth note.")
    run = await sync(owner, source)
    counts = {name: run["counts"][name] for name in ("added", "changed", "unchanged", "deleted", "failed")}
    assert counts == {"added": 1, "changed": 1, "unchanged": 1, "deleted": 1, "failed": 0}
    assert run["total"] == 3
    assert run["rate_per_second"] > 0
    assert set(await items(owner, source)) == {"a.md", "sub/c.md", "d.md"}


@pytest.mark.parametrize(
    ("total", "seen", "remaining"), [(None, 20, None), (300, 20, 14.0), (20, 20, 0.0), (10, 20, None)]
)
def test_the_remaining_time_is_told_only_where_the_number_of_items_is_known(
    total: int | None, seen: int, remaining: float | None
) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    run = SyncRunRow(
        id="sync_1", source_id="src_1", status="running", reason="manual", seen=seen, added=seen, changed=0,
        unchanged=0, deleted=0, failed=0, total=total, working_seconds=1.0, created_at=now,
    )  # fmt: skip
    assert RunView.of(run).remaining_seconds == remaining


async def test_a_replaced_document_answers_until_the_new_one_is_read(
    owner: Caller, shelf: Path, runtime: Runtime
) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await sync(owner, source)
    before = (await documents(owner, source))["a.md"]["id"]
    (shelf / "a.md").write_text("# About a\n\nThe note speaks of teapots now.")
    await sync(owner, source)
    new = (await items(owner, source))["a.md"]["document_id"]
    assert new != before
    await settled(owner, f"/api/v1/documents/{new}")
    await ring(runtime, owner, source)
    assert (await owner.get(f"/api/v1/documents/{before}")).status_code == 404
    found = await owner.post("/api/v1/search", json={"query": "teapots", "source_ids": [source["id"]]})
    assert {hit["document_id"] for hit in found.json()["results"]} >= {new}
    assert before not in {hit["document_id"] for hit in found.json()["results"]}


async def test_the_same_bytes_are_one_document_and_go_with_the_last_who_has_them(
    owner: Caller, shelf: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "same.md").write_bytes((shelf / "a.md").read_bytes())
    (shelf / "again.md").write_bytes((shelf / "a.md").read_bytes())
    first = await add_source(owner, "folder", "First", path=str(shelf))
    second = await add_source(owner, "folder", "Second", path=str(other))
    await sync(owner, first)
    await sync(owner, second)
    held = await items(owner, first)
    document = held["a.md"]["document_id"]
    assert held["again.md"]["document_id"] == document
    assert (await items(owner, second))["same.md"]["document_id"] == document

    (shelf / "a.md").unlink()
    await sync(owner, first)
    assert (await owner.get(f"/api/v1/documents/{document}")).json()["source_id"] == first["id"]
    (shelf / "again.md").unlink()
    await sync(owner, first)
    assert (await owner.get(f"/api/v1/documents/{document}")).json()["source_id"] == second["id"]
    (other / "same.md").unlink()
    await sync(owner, second)
    assert (await owner.get(f"/api/v1/documents/{document}")).status_code == 404


async def test_what_a_person_uploaded_too_does_not_go_with_the_source(owner: Caller, shelf: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await sync(owner, source)
    document = (await documents(owner, source))["a.md"]["id"]
    again = await send_file(owner, "/api/v1/documents", "mine.md", (shelf / "a.md").read_bytes())
    assert again.status_code == 200
    assert again.json()["document"]["id"] == document
    (shelf / "a.md").unlink()
    assert (await sync(owner, source))["counts"]["deleted"] == 1
    assert (await owner.get(f"/api/v1/documents/{document}")).status_code == 200


async def test_an_item_that_fails_is_told_and_tried_again(owner: Caller, shelf: Path) -> None:
    (shelf / "empty.md").write_text("")
    (shelf / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    source = await add_source(owner, "folder", path=str(shelf))
    run = await sync(owner, source)
    assert run["counts"]["failed"] == 1
    assert [error["item_id"] for error in run["errors"]] == ["empty.md"]
    await documents(owner, source)
    failed = await items(owner, source, failed=True)
    assert set(failed) == {"empty.md", "broken.pdf"}
    assert all(item["error"]["detail"] for item in failed.values())
    (shelf / "empty.md").write_text("Not empty any more.")
    run = await sync(owner, source)
    assert (run["counts"]["failed"], run["counts"]["unchanged"], run["counts"]["added"]) == (0, 4, 1)


async def test_a_folder_that_is_away_deletes_nothing(owner: Caller, shelf: Path, tmp_path: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await sync(owner, source)
    await asyncio.to_thread(shelf.rename, tmp_path / "away")
    run = await sync(owner, source, status="failed")
    assert run["error"]["code"] == "folder_unreadable"
    assert len(await items(owner, source)) == 3
    await asyncio.to_thread((tmp_path / "away").rename, shelf)
    assert (await sync(owner, source))["counts"]["unchanged"] == 3


async def test_a_paused_source_does_nothing_until_it_is_resumed(owner: Caller, shelf: Path) -> None:
    for number in range(20):
        (shelf / f"n{number:02d}.md").write_text(f"Note number {number}.")
    source = await add_source(owner, "folder", path=str(shelf))
    run = await start(owner, source)
    paused = await owner.post(f"/api/v1/sources/{source['id']}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    assert paused.json()["run"]["status"] == "paused"
    seen = (await owner.get(f"/api/v1/sources/{source['id']}/runs/{run['id']}")).json()["counts"]["seen"]
    assert seen < 23
    assert (await owner.post(f"/api/v1/sources/{source['id']}/sync")).status_code == 409
    resumed = await owner.post(f"/api/v1/sources/{source['id']}/resume")
    assert resumed.json()["status"] == "active"
    done = await ended(owner, source, run)
    assert (done["counts"]["seen"], done["counts"]["added"]) == (23, 23)


async def test_a_cancelled_sync_keeps_what_it_took_and_ends(owner: Caller, shelf: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    run = await start(owner, source)
    cancelled = await owner.post(f"/api/v1/sync-runs/{run['id']}/cancel")
    assert cancelled.status_code in (200, 409)
    if cancelled.status_code == 200:
        assert cancelled.json()["status"] == "cancelled"
        assert (await owner.post(f"/api/v1/sync-runs/{run['id']}/cancel")).status_code == 200
    assert (await sync(owner, source))["status"] == "succeeded"
    assert len(await items(owner, source)) == 3


async def test_a_removed_source_takes_its_documents_along(owner: Caller, shelf: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await sync(owner, source)
    await documents(owner, source)
    removed = await owner.delete(f"/api/v1/sources/{source['id']}")
    assert removed.status_code == 202

    async def gone() -> bool:
        return (await owner.get(f"/api/v1/sources/{source['id']}")).status_code == 404

    await eventually(gone, seconds=60)
    assert (await owner.get("/api/v1/documents")).json()["items"] == []
    found = await owner.post("/api/v1/search", json={"query": "kettles"})
    assert found.json()["results"] == []


async def test_a_scheduled_source_is_synced_when_its_time_comes(
    owner: Caller, shelf: Path, runtime: Runtime
) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    url = f"/api/v1/sources/{source['id']}"
    for schedule in ("every 0m", "often", "* * * * * *", "61 * * * *"):
        assert (await owner.patch(url, json={"schedule": schedule})).status_code == 422, schedule
    planned = await owner.patch(url, json={"schedule": "every 15m"})
    assert planned.json()["next_sync_at"] is not None
    await ring(runtime, owner, source)
    (run,) = (await owner.get(f"{url}/runs")).json()["items"]
    assert run["reason"] == "schedule"
    await ended(owner, source, run)
    unplanned = await owner.patch(url, json={"schedule": None})
    assert unplanned.json()["next_sync_at"] is None
    await ring(runtime, owner, source)
    assert len((await owner.get(f"{url}/runs")).json()["items"]) == 1


async def test_only_folders_that_the_operator_allows_are_read(owner: Caller, shelf: Path) -> None:
    (shelf / "way-out").symlink_to("/etc")
    for path in ("/etc", "/", "relative", str(shelf / "way-out"), f"{shelf}/../../../../etc"):
        answer = await owner.post("/api/v1/sources/check", json={"kind": "folder", "config": {"path": path}})
        assert (answer.status_code, answer.json()["code"]) == (422, "path_not_allowed"), path
    source = await add_source(owner, "folder", path=str(shelf))
    assert (await sync(owner, source))["counts"]["seen"] == 3


async def test_the_servers_own_data_is_no_source(owner: Caller, runtime: Runtime, shelf: Path) -> None:
    data = runtime.settings.data_dir
    (data / "needle.md").write_text("The key of the server.")
    config: dict[str, object] = {"path": str(data), "hidden": True}
    answer = await owner.post("/api/v1/sources/check", json={"kind": "folder", "config": config})
    assert answer.json()["code"] == "path_not_allowed"
    around = {**config, "path": str(data.parent), "include": ["*needle.md", "*shelf/a.md"]}
    source = await add_source(owner, "folder", **around)
    await sync(owner, source)
    held = {name.rpartition("/")[2] for name in await items(owner, source)}
    (data / "needle.md").unlink()
    assert held == {"a.md"}


async def test_what_a_person_deleted_stays_deleted_until_it_changes(owner: Caller, shelf: Path) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await sync(owner, source)
    document = (await documents(owner, source))["a.md"]["id"]
    assert (await owner.delete(f"/api/v1/documents/{document}")).status_code == 204
    assert (await sync(owner, source))["counts"]["unchanged"] == 3
    assert set(await documents(owner, source)) == {"b.txt", "c.md"}
    (shelf / "a.md").write_text("Something else.")
    assert (await sync(owner, source))["counts"]["changed"] == 1
    assert set(await documents(owner, source)) == {"a.md", "b.txt", "c.md"}


async def test_wrong_configurations_and_states_are_told(owner: Caller, shelf: Path) -> None:
    for body, code in (
        ({"kind": "telepathy", "name": "x", "config": {}}, "unknown_connector"),
        ({"kind": "upload", "name": "x", "config": {}}, "unknown_connector"),
        ({"kind": "folder", "name": "x", "config": {}}, "invalid_input"),
        ({"kind": "folder", "name": "x", "config": {"path": "/", "colour": 1}}, "invalid_input"),
        ({"kind": "folder", "name": " ", "config": {"path": "/"}}, "invalid_input"),
    ):
        answer = await owner.post("/api/v1/sources", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    await add_source(owner, "folder", "Twice", path=str(shelf))
    again = {"kind": "folder", "name": "Twice", "config": {"path": str(shelf)}}
    assert (await owner.post("/api/v1/sources", json=again)).json()["code"] == "source_name_taken"
    await send_file(owner, "/api/v1/documents", "a.txt", "Uploaded.")
    listed = (await owner.get("/api/v1/sources")).json()["items"]
    (uploads,) = [source for source in listed if source["kind"] == "upload"]
    assert (await owner.post(f"/api/v1/sources/{uploads['id']}/sync")).status_code == 409
    assert (await owner.delete(f"/api/v1/sources/{uploads['id']}")).status_code == 409


async def test_a_viewer_reads_sources_an_editor_syncs_them_and_an_administrator_changes_them(
    workspace: Workspace, shelf: Path
) -> None:
    source = await add_source(workspace.owner, "folder", path=str(shelf))
    url = f"/api/v1/sources/{source['id']}"
    viewer, editor = await workspace.member("viewer"), await workspace.member("editor")
    admin = await workspace.member("admin")
    assert (await viewer.get(url)).status_code == 200
    assert (await viewer.post(f"{url}/sync")).status_code == 403
    assert (await viewer.delete(url)).status_code == 403
    assert (await editor.post(f"{url}/sync")).status_code == 202
    assert (await editor.delete(url)).status_code == 403
    assert (await editor.patch(url, json={"name": "Mine"})).status_code == 403
    assert (await admin.patch(url, json={"name": "Ours"})).json()["name"] == "Ours"
