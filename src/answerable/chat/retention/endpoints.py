"""`/chat/retention`: how long the workspace keeps conversations."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.chat.retention import service
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(prefix="/chat/retention", tags=["chat"])


class Retention(BaseModel):
    """`days` after their last use conversations are deleted, and answers outside of any; null keeps them."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[int, Field(ge=1, le=36_500)] | None


@router.get("")
async def read_retention(context: Annotated[RequestContext, requires(Scope.CHAT_READ)]) -> Retention:
    """How long conversations are kept here."""
    return Retention(days=await service.policy(context.session))


@router.put("")
async def change_retention(
    wanted: Retention, context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)]
) -> Retention:
    """Change it. What is older goes with the next nightly run."""
    await service.change_policy(context.session, wanted.days)
    return wanted
