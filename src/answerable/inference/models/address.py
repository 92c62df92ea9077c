"""Which addresses a provider may have."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from ssrfguard import DEFAULT_DENIED

_LONGEST = 500
_LOCAL_NAMES = ("localhost", "internal", "local", "localdomain")


def well_formed_address(text: str) -> str:
    """The address without a slash at its end; "" stays. Raises ValueError with the remedy."""
    if not text:
        return text
    address = text.strip()
    if len(address) > _LONGEST or not address.isascii() or any(letter <= " " for letter in address):
        raise ValueError("must be an address of at most 500 ASCII characters, without spaces")
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 (raises for a port that is none)
    except ValueError as error:
        raise ValueError(f"is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must begin with https:// (or http://) and name a host")
    if "@" in parts.netloc:
        raise ValueError("must hold no user or password; give the key as api_key")
    if parts.fragment:
        raise ValueError("must hold no #fragment")
    return address if parts.query else address.rstrip("/")


def is_public_looking(address: str) -> bool:
    """Whether the address may lead to the internet, as far as its text tells.

    What a name resolves to is checked when it is connected to. Numbers are read as the system's
    resolver reads them: `127.1` and `2130706433` are this machine.
    """
    host = (urlsplit(address).hostname or "").rstrip(".").lower()
    if host.split(".")[-1] in _LOCAL_NAMES:
        return False
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            number = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return "." in host
    return not DEFAULT_DENIED.classify(number).blocked
