"""`/dataset-retention`: which versions of its data the workspace keeps."""

from __future__ import annotations

from typing import Annotated

from answerable.data.datasets.retention import service
from answerable.data.datasets.retention.repository import Policy
from answerable.data.datasets.retention.schemas import RetentionChange, RetentionView
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(prefix="/dataset-retention", tags=["datasets"])


@router.get("")
async def read_retention(context: Annotated[RequestContext, requires(Scope.DATA_READ)]) -> RetentionView:
    """Which versions of its datasets the workspace keeps."""
    found = await service.policy(context.session)
    return RetentionView.of(found, context.runtime.settings.datasets)


@router.put("")
async def change_retention(
    wanted: RetentionChange, context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)]
) -> RetentionView:
    """Change it. A job lets go what is to be kept no longer; what is pinned, shown or needed stays."""
    policy = Policy(wanted.keep_versions, wanted.keep_days)
    await service.change_policy(context.session, policy)
    return RetentionView.of(policy, context.runtime.settings.datasets)
