"""HTTP of providers. Keys go in and never come out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import (
    DeferredContext,
    RequestContext,
    Scope,
    requires,
    requires_deferred,
)
from answerable.inference.models.providers import checking, service
from answerable.inference.models.providers.schemas import (
    CheckIn,
    CheckOut,
    ProviderIn,
    ProviderOut,
    ProviderPatch,
)
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/providers", tags=["models"])

# Where a workspace's models run, and with which keys, is its administrators' business.
Administrator = Annotated[RequestContext, requires(Scope.MODELS_WRITE)]


@router.post("", status_code=201)
async def create_provider(wanted: ProviderIn, context: Administrator) -> ProviderOut:
    """Add a provider of models. Its key is kept encrypted and is never shown again."""
    return await service.create(context, wanted)


@router.get("")
async def list_providers(page: Annotated[PageRequest, Query()], context: Administrator) -> Page[ProviderOut]:
    """The workspace's own providers with their models."""
    return await service.page_of_providers(context, page)


@router.get("/{provider_id}")
async def read_provider(provider_id: str, context: Administrator) -> ProviderOut:
    """One provider."""
    return await service.read(context, provider_id)


@router.patch("/{provider_id}")
async def change_provider(provider_id: str, wanted: ProviderPatch, context: Administrator) -> ProviderOut:
    """Change what is given; a list of models replaces the present one."""
    return await service.change(context, provider_id, wanted)


@router.delete("/{provider_id}", status_code=204)
async def delete_provider(provider_id: str, context: Administrator) -> None:
    """Delete a provider with its key and models, unless an alias leads there."""
    await service.delete(context, provider_id)


@router.post("/{provider_id}/check")
async def check_provider(
    provider_id: str,
    context: Annotated[DeferredContext, requires_deferred(Scope.MODELS_WRITE)],
    wanted: CheckIn | None = None,
) -> CheckOut:
    """Ask the provider for one word from each of its models, and say what is wrong, if anything is."""
    return await checking.check(context, provider_id, wanted or CheckIn())
