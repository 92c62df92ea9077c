"""HTTP of API keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.identity.keys.service import revoke
from answerable.inference.keys import service
from answerable.inference.keys.schemas import BoundedKeyIn, BoundedKeyMade, BoundedKeyOut
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/api-keys", tags=["api keys"])


@router.post("", status_code=201)
async def create_key(
    wanted: BoundedKeyIn,
    context: Annotated[RequestContext, requires(Scope.KEYS_WRITE, answer_is_secret=True)],
) -> BoundedKeyMade:
    """Create a key, with its budgets and limits. It is shown this once; only its hash is kept."""
    return await service.create(context, wanted)


@router.get("")
async def list_keys(
    page: Annotated[PageRequest, Query()], context: Annotated[RequestContext, requires(Scope.KEYS_READ)]
) -> Page[BoundedKeyOut]:
    """The workspace's keys, without those revoked."""
    return await service.page_of_keys(context, page)


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: str, context: Annotated[RequestContext, requires(Scope.KEYS_WRITE)]) -> None:
    """Revoke a key at once."""
    await revoke(context, key_id)
