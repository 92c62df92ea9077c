"""Deleting what a workspace does not keep any longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from answerable.chat.files import service as files
from answerable.chat.retention import repository
from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)

_BATCH = 200


async def policy(session: Session) -> int | None:
    """How many days the session's workspace keeps conversations; None for ever."""
    return await repository.days(session)


async def change_policy(session: Session, days: int | None) -> None:
    """Change that, for what is kept already too."""
    await repository.set_days(session, days)


async def _delete_sessions(session: Session, before: datetime, limit: int) -> int:
    """Delete the workspace's sessions last used before then, with their files, at most so many; how many that
    were."""
    old = await repository.old_sessions(session, before, limit)
    for session_id in old:
        await files.delete_all(session, session_id)
    await repository.delete_sessions(session, old)
    return len(old)


async def delete_expired(runtime: Runtime) -> None:
    """Delete conversations not used, and answers not asked for, within each workspace's time. In small
    transactions, so that nobody waits for it."""
    async with runtime.database.begin(Principal.anonymous()) as session:
        policies = await repository.policies(session)
    for workspace_id, days in policies:
        before = runtime.clock.now() - timedelta(days=days)
        principal, deleted = Principal.system(workspace_id), 0
        for delete in (_delete_sessions, repository.delete_runs):
            while True:
                async with runtime.database.begin(principal) as session:
                    count = await delete(session, before, _BATCH)
                deleted += count
                if count < _BATCH:
                    break
        if deleted:
            log.info("conversations_expired", workspace_id=workspace_id, deleted=deleted)
