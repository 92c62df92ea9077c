"""`/encoder` and `/vector-store`: what searches are embedded with, where vectors are looked up, and how far
another one is."""

from __future__ import annotations

from typing import Annotated

from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.knowledge.indexing import choice, generations
from answerable.knowledge.indexing.schemas import EncoderStatus, StoreChoice, StoreStatus

router = Router(tags=["search"])


@router.get("/encoder")
async def read_encoder(context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]) -> EncoderStatus:
    """The encoder that the workspace is searched by, and the one that it goes over to, with its progress."""
    used = await generations.of_workspace(context.session)
    return EncoderStatus.of(used, await generations.state(context.session))


@router.get("/vector-store")
async def read_vector_store(
    context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)],
) -> StoreStatus:
    """The store that the workspace's vectors are looked up in, those that it may choose, and what the store
    has still to be told."""
    return StoreStatus.of(await choice.status(context.session, context.runtime))


@router.put("/vector-store")
async def choose_vector_store(
    given: StoreChoice, context: Annotated[RequestContext, requires(Scope.WORKSPACE_WRITE)]
) -> StoreStatus:
    """Choose the store; null goes by the server's settings. The workspace goes over in the background, and
    is searched by the one before until then."""
    await choice.choose(context.session, context.runtime, given.store)
    return StoreStatus.of(await choice.status(context.session, context.runtime))
