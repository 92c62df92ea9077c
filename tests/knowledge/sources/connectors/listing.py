"""Connectors asked directly."""

from __future__ import annotations

from answerable.plugins.connectors import Connector, ConnectorContext, Item


async def listed(
    connector: Connector, context: ConnectorContext, cursor: str | None = None, **config: object
) -> list[Item]:
    """The items of a listing."""
    model = connector.config.model_validate(config)
    return [item async for item in connector.changes(model, cursor, context)]


async def fetched(item: Item, known: str | None = None) -> bytes | None:
    """An item's bytes; None when it is as it was known."""
    content = await item.fetch(known)
    if content is None:
        return None
    return b"".join([chunk async for chunk in content.chunks])


async def version_of(item: Item) -> str | None:
    """The version that comes with an item's bytes."""
    content = await item.fetch(None)
    assert content is not None
    async for _ in content.chunks:
        pass
    return content.version
