"""A gateway on a real socket, as the tests of its HTTP surface have it."""

from tests.api.relay.conftest import (
    bed,
    other,
    relay_client,
    relay_runtime,
    relay_settings,
    relay_url,
    upstream,
    upstream_server,
)

__all__ = [
    "bed",
    "other",
    "relay_client",
    "relay_runtime",
    "relay_settings",
    "relay_url",
    "upstream",
    "upstream_server",
]
