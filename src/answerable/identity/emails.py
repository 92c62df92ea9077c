"""E-mail addresses in one canonical form, so that one address is one person."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL_PART = 64
# No text is normalised before it is bounded: marks without end would take time without end.
_LONGEST_TYPED = 4 * _LONGEST
_ADDRESS = re.compile(r"^[^\s@\"(),:;<>\[\]\\]+@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*$")


def canonical_email(text: str) -> str | None:
    """The address in NFC and lower case without spaces around it; None when it is no address."""
    if len(text) > _LONGEST_TYPED:
        return None
    address = unicodedata.normalize("NFC", text.strip()).lower()
    local_part = address.partition("@")[0]
    if len(address) > _LONGEST or len(local_part) > _LONGEST_LOCAL_PART or not _ADDRESS.match(address):
        return None
    if any(unicodedata.category(character).startswith("C") for character in address):
        return None
    return address


def email_digest(address: str) -> bytes:
    """SHA-256 of a canonical address: what opens the window of signing in."""
    return hashlib.sha256(address.encode()).digest()


def _validated(text: str) -> str:
    address = canonical_email(text)
    if address is None:
        raise ValueError("not an e-mail address")
    return address


EmailAddress = Annotated[str, AfterValidator(_validated)]
"""A field of a schema: any spelling in, the canonical form out."""
