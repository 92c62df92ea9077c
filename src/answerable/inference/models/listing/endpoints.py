"""HTTP of the names that a workspace may call."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from answerable.identity.access import RequestContext, Scope, requires
from answerable.inference.models.listing import service
from answerable.inference.models.listing.schemas import ModelNameOut
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest

router = Router(prefix="/models", tags=["models"])


@router.get("")
async def list_models(
    page: Annotated[PageRequest, Query()], context: Annotated[RequestContext, requires(Scope.MODELS_READ)]
) -> Page[ModelNameOut]:
    """Every model and alias that the workspace may call, with its price and whether it answers now."""
    return await service.page_of_names(context, page)
