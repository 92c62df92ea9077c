"""What a run keeps on this machine between its portions. A run that ends badly leaves it to the nightly
sweep."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection
from pathlib import Path

from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.knowledge.sources.sync import repository

FOLDER = "syncs"


def of_run(runtime: Runtime, workspace_id: str, run_id: str) -> Path:
    """A run's folder; it may not exist."""
    return runtime.files.root / workspace_id / FOLDER / run_id


async def remove(folder: Path) -> None:
    """Remove a run's folder; one that is not there is no error."""
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def of_open_runs(session: Session, paths: Collection[str]) -> set[str]:
    """Those of the paths (`workspace/syncs/run/…`) whose run has not ended."""
    runs = {path: path.split("/")[2] for path in paths}
    going = await repository.open_among(session, set(runs.values()))
    return {path for path, run in runs.items() if run in going}
