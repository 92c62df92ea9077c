"""Where a connection leads: the server's address, checked, or a file where the operator allows files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from answerable.data.connections.config import PORTS, ConnectionConfig
from answerable.data.connections.errors import PlaceRefused
from answerable.data.engines.external.place import Place
from answerable.kit.outbound import OutboundFailure
from answerable.kit.outbound.address import checked_addresses
from answerable.kit.runtime import Runtime


async def place_of(runtime: Runtime, config: ConnectionConfig, password: str) -> Place:
    """The place with the address to connect to, which is the one that was checked: a name that leads
    elsewhere afterwards changes nothing. Raises PlaceRefused."""
    if config.is_file:
        path = await asyncio.to_thread(_file, runtime, config.database)
        return Place(dialect=config.dialect, driver=config.driver, database=str(path))
    port = config.port or PORTS[config.dialect]
    named = {entry.lower() for entry in runtime.settings.connections.private_hosts}
    private = config.host.lower() in named or f"{config.host}:{port}".lower() in named
    try:
        addresses = await checked_addresses(config.host, port, allow_private=private)
    except OutboundFailure as failure:
        raise PlaceRefused(
            f"{failure.detail} The operator names private servers in ANSWERABLE_CONNECTIONS__PRIVATE_HOSTS."
        ) from failure
    return Place(
        dialect=config.dialect,
        driver=config.driver,
        host=config.host,
        address=addresses[0],
        port=port,
        database=config.database,
        username=config.username,
        password=password,
        tls=config.tls,
        ca=config.ca,
    )


def _file(runtime: Runtime, text: str) -> Path:
    refused = PlaceRefused(
        "There is no such file below a folder that the server's operator allows "
        "(ANSWERABLE_CONNECTIONS__ROOTS).",
        reason="no_such_file",
    )
    settings = runtime.settings
    try:
        path = Path(text)
        resolved = path.resolve()
        allowed = path.is_absolute() and any(
            resolved.is_relative_to(root.resolve()) for root in settings.connections.roots
        )
        closed = resolved.is_relative_to(settings.data_dir.resolve())
        there = allowed and not closed and resolved.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise refused from error
    if not there:
        raise refused
    return resolved
