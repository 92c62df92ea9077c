"""The rules of retention: a dataset's own policy goes before its workspace's, that before the server's."""

from __future__ import annotations

import structlog

from answerable.data.datasets import repository as datasets
from answerable.data.datasets.expiry import expire_versions
from answerable.data.datasets.retention import repository
from answerable.data.datasets.retention.repository import Policy
from answerable.jobs import Subject, enqueue
from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

EXPIRE = "datasets.expire"

log = structlog.get_logger(__name__)


async def policy(session: Session) -> Policy:
    """Which versions the session's workspace keeps."""
    return await repository.policy(session)


async def change_policy(session: Session, wanted: Policy) -> None:
    """Change that, for what is kept already too: a job lets go what is to be kept no longer."""
    await repository.set_policy(session, wanted)
    await enqueue(session, EXPIRE, subject=Subject("workspace", session.workspace_id))


async def expire_workspace(runtime: Runtime, workspace_id: str) -> int:
    """Let the versions go that a workspace keeps no longer, dataset by dataset, so that nobody waits for it;
    how many that were."""
    principal, count = Principal.system(workspace_id), 0
    async with runtime.database.begin(principal) as session:
        dataset_ids = await datasets.ids_of_all(session)
    for dataset_id in dataset_ids:
        async with runtime.database.begin(principal) as session:
            dataset = await datasets.lock(session, dataset_id)
            if dataset is not None:
                count += await expire_versions(session, dataset, runtime.settings.datasets)
    if count:
        log.info("versions_expired", workspace_id=workspace_id, versions=count)
    return count


async def expire_everywhere(runtime: Runtime) -> None:
    """The same in all workspaces that have a policy: days pass also where no new version comes."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        found = await repository.workspaces(session)
    for workspace_id in found:
        await expire_workspace(runtime, workspace_id)
