"""A watched folder's changes are taken in at once, without anybody asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from answerable.kit.runtime import Runtime
from answerable.knowledge.sources.connectors.folder import FolderConfig, concerns
from answerable.knowledge.sources.watching import FolderWatch
from tests.factories.callers import Caller
from tests.factories.waiting import eventually
from tests.knowledge.sources.syncing import Json, add_source, items

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
async def watching(runtime: Runtime) -> AsyncIterator[FolderWatch]:
    """The watch of a worker process."""
    watch = FolderWatch(runtime)
    watch.start()
    yield watch
    await watch.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text("The note called a.")
    return folder


async def holds(caller: Caller, source: Json, names: set[str]) -> None:
    """Returns when the source's items are these, each synced."""

    async def reached() -> bool:
        return set(await items(caller, source)) == names

    await eventually(reached, seconds=60)


async def runs(caller: Caller, source: Json) -> list[Json]:
    found: list[Json] = (await caller.get(f"/api/v1/sources/{source['id']}/runs")).json()["items"]
    return found


@pytest.mark.usefixtures("watching")
async def test_what_happens_in_a_watched_folder_is_taken_in_without_being_asked(
    owner: Caller, shelf: Path
) -> None:
    source = await add_source(owner, "folder", path=str(shelf), exclude=["*.log"])
    await holds(owner, source, {"a.md"})  # what was there before anybody watched
    (shelf / "sub" / "b.md").write_text("The note called b.")
    await holds(owner, source, {"a.md", "sub/b.md"})
    (shelf / "a.md").unlink()
    await holds(owner, source, {"sub/b.md"})
    (shelf / "sub").rename(shelf / "moved")
    await holds(owner, source, {"moved/b.md"})
    assert {run["reason"] for run in await runs(owner, source)} == {"change"}


@pytest.mark.usefixtures("watching")
async def test_a_folder_that_is_not_to_be_watched_or_is_paused_waits_to_be_asked(
    owner: Caller, shelf: Path, tmp_path: Path
) -> None:
    still = await add_source(owner, "folder", "Still", path=str(shelf), watch=False)
    other = tmp_path / "other"
    other.mkdir()
    watched = await add_source(owner, "folder", "Watched", path=str(other))
    paused = await add_source(owner, "folder", "Paused", path=str(shelf))
    assert (await owner.post(f"/api/v1/sources/{paused['id']}/pause")).status_code == 200
    (other / "x.md").write_text("A note.")
    await holds(owner, watched, {"x.md"})
    assert await runs(owner, still) == []
    assert all(run["status"] == "paused" for run in await runs(owner, paused))
    assert (await owner.post(f"/api/v1/sources/{paused['id']}/resume")).status_code == 200
    await holds(owner, paused, {"a.md"})


@pytest.mark.usefixtures("watching")
async def test_a_folder_that_comes_later_is_watched_from_then_on(
    owner: Caller, shelf: Path, tmp_path: Path
) -> None:
    source = await add_source(owner, "folder", path=str(shelf))
    await holds(owner, source, {"a.md"})
    config = {"kind": "folder", "path": str(tmp_path / "later")}
    late = await owner.post(
        "/api/v1/sources", json={"kind": "folder", "name": "Late", "config": {"path": config["path"]}}
    )
    assert late.status_code == 201
    await asyncio.to_thread(shelf.rename, tmp_path / "later")
    await holds(owner, late.json(), {"a.md"})
    (tmp_path / "later" / "c.md").write_text("The note called c.")
    await holds(owner, late.json(), {"a.md", "c.md"})


@pytest.mark.parametrize(
    ("name", "matters"),
    [("a.md", True), ("sub/x.md", True), ("x.log", False), (".git/x.md", False), ("gone", True)],
)
def test_only_changes_of_what_a_source_takes_start_a_sync(shelf: Path, name: str, matters: bool) -> None:
    for file in ("sub/x.md", "x.log", ".git/x.md"):
        (shelf / file).parent.mkdir(exist_ok=True)
        (shelf / file).write_text("x")
    config = FolderConfig(path=str(shelf), exclude=["*.log"])
    assert concerns(config, shelf, shelf / name) is matters
