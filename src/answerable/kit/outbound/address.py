"""Which addresses may be connected to.

A name is resolved once, every answer is checked, and the checked address is the one that is
connected to: a name server that changes its mind in between changes nothing. The table of special
addresses (IANA's registries, with what IPv6 forms carry inside them) is ssrfguard's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from ssrfguard import DEFAULT_DENIED

from answerable.kit.outbound.failure import FailedStage, OutboundFailure

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_ADDRESSES = 4


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system's resolver gives them. OSError when there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked_addresses(
    host: str, port: int, *, allow_private: bool, resolve: Resolve = system_resolve
) -> Sequence[str]:
    """The addresses to connect to, in order; at most four.

    Raises OutboundFailure(ADDRESS) when any answer is private, local or otherwise special and
    `allow_private` is not given: a name that mixes both kinds is an attack or a mistake.
    """
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise OutboundFailure(FailedStage.CONNECT, f"The name {host} cannot be resolved.") from error
    if not addresses:
        raise OutboundFailure(FailedStage.CONNECT, f"The name {host} has no address.")
    if not allow_private:
        for address in addresses:
            _check(host, address)
    return addresses[:_MOST_ADDRESSES]


def _check(host: str, address: str) -> None:
    try:
        blocked = DEFAULT_DENIED.classify(ip_address(address.partition("%")[0])).blocked
    except ValueError:
        blocked = True
    if blocked:
        raise OutboundFailure(
            FailedStage.ADDRESS,
            f"The address of {host} is private or reserved; only the server's operator may use such a one.",
        )
