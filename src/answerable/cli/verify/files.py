"""Checks of the files: each has a row, each row has its file."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from answerable.cli.verify.problem import Problem
from answerable.cli.verify.rows import found
from answerable.kit.leftovers import KeptFiles, batches, workspaces_below
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime


async def check_files(
    runtime: Runtime, known: Collection[str], document_keys: Sequence[str], min_age_seconds: float
) -> list[Problem]:
    """What is wrong with the files of all workspaces. Those younger than `min_age_seconds` may still get
    their row and are passed over."""
    before = time.time() - min_age_seconds
    unnamed: list[str] = []
    for kept in runtime.kept_files:
        for workspace_id in workspaces_below([kept.root]):
            if workspace_id in known:
                unnamed += await _unnamed(runtime, kept, workspace_id, before)
    strangers = [name for name in workspaces_below(runtime.workspace_roots) if name not in known]
    missing = [key for key in document_keys if not runtime.files.path(key).is_file()]
    problems = (
        found("file_without_owner", "files that no row names", unnamed),
        found("folder_without_workspace", "folders of workspaces that do not exist", strangers),
        found("document_without_file", "documents whose file is not there", missing),
    )
    return [problem for problem in problems if problem.count]


async def _unnamed(runtime: Runtime, kept: KeptFiles, workspace_id: str, before: float) -> list[str]:
    paths: list[str] = []
    for batch in batches(kept.old_files(workspace_id, before)):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            paths += set(batch) - set(await kept.named(session, batch))
    return paths
