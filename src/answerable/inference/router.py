"""All routes of the gateway's configuration, and of the keys that call it."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.inference.cascade import endpoints as cascades
from answerable.inference.keys import endpoints as keys
from answerable.inference.limits import endpoints as limits
from answerable.inference.models.aliases import endpoints as aliases
from answerable.inference.models.listing import endpoints as listing
from answerable.inference.models.providers import endpoints as providers
from answerable.inference.usage import endpoints as usage

router = APIRouter()
for noun in (listing, providers, aliases, keys, limits, cascades, usage):
    router.include_router(noun.router)
