"""HTTP of aliases."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.inference.models.aliases import service
from answerable.inference.models.aliases.schemas import AliasOut, AliasPatch
from answerable.inference.models.configured import AliasDefinition
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/model-aliases", tags=["models"])

Reader = Annotated[RequestContext, requires(Scope.MODELS_READ)]
Writer = Annotated[RequestContext, requires(Scope.MODELS_WRITE)]


@router.post("", status_code=201)
async def create_alias(wanted: AliasDefinition, context: Writer) -> AliasOut:
    """Add a name that leads to models, with its rules for retries, fallbacks, caching and cascades."""
    return await service.create(context, wanted)


@router.get("")
async def list_aliases(page: Annotated[PageRequest, Query()], context: Reader) -> Page[AliasOut]:
    """The workspace's own aliases."""
    return await service.page_of_aliases(context, page)


@router.get("/{alias_id}")
async def read_alias(alias_id: str, context: Reader) -> AliasOut:
    """One alias."""
    return await service.read(context, alias_id)


@router.patch("/{alias_id}")
async def change_alias(alias_id: str, wanted: AliasPatch, context: Writer) -> AliasOut:
    """Change what is given; lists and rules replace the present ones."""
    return await service.change(context, alias_id, wanted)


@router.delete("/{alias_id}", status_code=204)
async def delete_alias(alias_id: str, context: Writer) -> None:
    """Delete an alias, unless another leads there."""
    await service.delete(context, alias_id)
