"""`GET /encoder`: what searches are embedded with, and how far another encoder is."""

from __future__ import annotations

from typing import Annotated

from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.knowledge.indexing import generations
from answerable.knowledge.indexing.schemas import EncoderStatus

router = Router(tags=["search"])


@router.get("/encoder")
async def read_encoder(context: Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]) -> EncoderStatus:
    """The encoder that the workspace is searched by, and the one that it goes over to, with its progress."""
    used = await generations.of_workspace(context.session)
    return EncoderStatus.of(used, await generations.state(context.session))
