"""Files on disk follow their rows, whatever process dies in between."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest

from answerable.data.datasets import service as datasets
from answerable.data.datasets.storage import tables_root
from answerable.identity.workspaces import repository
from answerable.identity.workspaces.files import remove_files_of_deleted, remove_leftovers
from answerable.identity.workspaces.service import REMOVE_FILES
from answerable.jobs import run_soon
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, Workspace
from tests.factories.files import files_below
from tests.factories.uploads import ORDERS, RETURNS_POLICY, upload_dataset, upload_document
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")


def files_of(runtime: Runtime, workspace_id: str) -> set[Path]:
    return {
        path
        for root in (runtime.files.root, tables_root(runtime.settings))
        for path in files_below(root / workspace_id)
    }


async def fill(caller: Caller) -> str:
    """One document and one dataset; the dataset's id."""
    await upload_document(caller, "returns.md", RETURNS_POLICY)
    return str((await upload_dataset(caller, "orders.csv", ORDERS))["id"])


async def test_the_files_of_a_deleted_workspace_go_without_the_web_process(
    workspace: Workspace, runtime: Runtime
) -> None:
    await fill(workspace.owner)
    assert len(files_of(runtime, workspace.id)) == 3
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await repository.remove(session, workspace.id)
        await run_soon(session, REMOVE_FILES)

    async def gone() -> bool:
        return not (runtime.files.root / workspace.id).exists() and not files_of(runtime, workspace.id)

    await eventually(gone)


async def test_the_files_of_a_deleted_dataset_go_without_the_web_process(
    workspace: Workspace, runtime: Runtime
) -> None:
    dataset_id = await fill(workspace.owner)
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await datasets.delete_dataset(session, dataset_id)

    async def only_the_document_stays() -> bool:
        return [path.parts[-4] for path in files_of(runtime, workspace.id)] == ["documents"]

    await eventually(only_the_document_stays)


async def test_a_deletion_that_is_rolled_back_keeps_the_files(workspace: Workspace, runtime: Runtime) -> None:
    dataset_id = await fill(workspace.owner)
    before = files_of(runtime, workspace.id)
    with suppress(asyncio.CancelledError):
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            await datasets.delete_dataset(session, dataset_id)
            raise asyncio.CancelledError
    await remove_files_of_deleted(runtime)
    await remove_leftovers(runtime)
    assert files_of(runtime, workspace.id) == before


async def test_old_files_that_no_row_names_are_removed_and_all_others_stay(
    workspace: Workspace, runtime: Runtime
) -> None:
    await fill(workspace.owner)
    named = files_of(runtime, workspace.id)
    uploads, tables = runtime.files.root / workspace.id, tables_root(runtime.settings) / workspace.id
    orphans = [
        uploads / "documents" / ids.new_id("upl") / "ab" / ("ab" * 32),
        uploads / "datasets" / ids.new_id("upl") / "cd" / ("cd" * 32),
        tables / ids.new_id("dsv") / "attempt-1" / "table-1.parquet",
        runtime.files.root / "incoming" / f"cut-off-{workspace.id}",
    ]
    young = uploads / "datasets" / ids.new_id("upl") / "ef" / ("ef" * 32)
    for path in (*orphans, young):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    for path in (*orphans, *named):
        os.utime(path, (1, 1))
    empty = uploads / "documents" / ids.new_id("upl") / "aa"
    empty.mkdir(parents=True)
    for folder in (empty, empty.parent):
        os.utime(folder, (1, 1))
    await remove_leftovers(runtime)
    assert [path for path in orphans if path.exists()] == []
    assert files_of(runtime, workspace.id) == {*named, young}
    assert not empty.exists()


async def test_folders_that_a_removed_file_leaves_empty_go_the_next_time(
    workspace: Workspace, runtime: Runtime
) -> None:
    folder = runtime.files.root / workspace.id / "datasets" / ids.new_id("upl")
    orphan = folder / "ab" / ("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (1, 1))
    await remove_leftovers(runtime)
    for _ in range(2):
        for path in (orphan.parent, folder):
            if path.exists():
                os.utime(path, (1, 1))
        await remove_leftovers(runtime)
    assert not folder.exists()
