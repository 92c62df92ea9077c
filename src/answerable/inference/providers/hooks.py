"""The hook by which packages add protocols of providers."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.inference.providers.adapter import Adapter
from answerable.plugins import hookspec


@hookspec
def answerable_providers() -> Sequence[Adapter]:
    """Adapters to offer. Each has a `kind` of its own, which a provider's configuration names."""
    return ()
