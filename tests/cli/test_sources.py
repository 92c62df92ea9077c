"""Sources from the command line, on a real server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.command import Finished, run
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(autouse=True)
def _server(base_url: str, owner: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_KEY", owner.token)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "a.md").write_text("A note about kettles.")
    (folder / "empty.md").write_text("")
    return folder


async def sources(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, "sources", *words)


async def test_a_source_is_added_synced_listed_and_removed(shelf: Path) -> None:
    made = await sources(
        "add", "shelf", "--kind", "folder", "--set", f"path={shelf}", "--set", 'include=["*.md"]',
        "--schedule", "every 6h",
    )  # fmt: skip
    assert made.status == 0, made.errors
    synced = await sources("sync", "shelf")
    assert synced.status == 0, synced.errors
    assert "1 added, 1 failed" in synced.output
    assert "empty.md: The file is empty" in synced.output
    again = json.loads((await sources("sync", "shelf", "--json")).output)
    assert (again["status"], again["counts"]["unchanged"]) == ("succeeded", 1)
    listed = await sources("list")
    assert "every 6h" in listed.output
    (source,) = json.loads((await sources("list", "--json")).output)["items"]
    assert (source["name"], source["document_count"]) == ("shelf", 1)
    assert (await sources("remove", "shelf")).status == 0

    async def gone() -> bool:
        return json.loads((await sources("list", "--json")).output)["items"] == []

    await eventually(gone, seconds=60)


async def test_a_source_is_paused_resumed_and_its_syncs_are_listed(shelf: Path) -> None:
    await sources("add", "shelf", "--kind", "folder", "--set", f"path={shelf}")
    assert (await sources("pause", "shelf")).status == 0
    refused = await sources("sync", "shelf")
    assert refused.status == 1
    assert "paused" in refused.errors
    assert (await sources("resume", "shelf")).status == 0
    assert (await sources("sync", "shelf")).status == 0
    assert "not being synced" in (await sources("cancel", "shelf")).errors
    history = await sources("runs", "shelf")
    assert "1 added, 1 failed" in " ".join(history.output.split())
    (run,) = json.loads((await sources("runs", "shelf", "--json")).output)["items"]
    assert (run["status"], run["reason"]) == ("succeeded", "manual")


async def test_a_sync_that_does_not_go_through_is_one_line_and_status_1(shelf: Path) -> None:
    away = await sources("add", "away", "--kind", "folder", "--set", f"path={shelf}/none", "--no-check")
    assert away.status == 0, away.errors
    synced = await sources("sync", "away")
    assert synced.status == 1
    assert "away was not synced: The folder cannot be read" in synced.errors


async def test_mistakes_are_one_line(shelf: Path) -> None:
    for words in (
        ("sync", "nobody"),
        ("add", "x", "--kind", "telepathy"),
        ("add", "x", "--kind", "folder", "--set", "path=/etc"),
        ("add", "x", "--kind", "folder", "--set", "path"),
        ("add", "x", "--kind", "s3", "--secret", "secret_key=NOT_SET"),
    ):
        finished = await sources(*words)
        assert finished.status == 1, words
        assert finished.errors.strip().count("\n") == 0, finished.errors
