"""How the secrets that people and programs hold look: `kind_…` with a checksum at the end.

The kind lets scanners and people recognise a leaked one. The checksum (CRC-32, as in GitHub's
tokens) refuses a mistyped or cut-off one without asking the database; it proves nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib
from enum import StrEnum

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY = 40  # characters of base 62: 238 bits
_CHECKSUM = 6
_PREFIX = 8


class SecretKind(StrEnum):
    """What a secret opens."""

    API_KEY = "ansk"
    REFRESH_TOKEN = "ansr"  # noqa: S105 (the prefix of tokens, no token)
    INVITATION = "ansi"
    SHARE = "anss"


def new_secret(kind: SecretKind) -> str:
    """A fresh random secret."""
    return _finish(kind, "".join(secrets.choice(_ALPHABET) for _ in range(_BODY)))


def derived_secret(kind: SecretKind, digest: bytes) -> str:
    """The secret that a digest of 32 bytes or more stands for: the same one each time."""
    number, letters = int.from_bytes(digest, "big"), []
    for _ in range(_BODY):
        number, remainder = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[remainder])
    return _finish(kind, "".join(letters))


def well_formed(kind: SecretKind, text: str) -> bool:
    """Whether a text can be a secret of that kind: its shape and checksum fit."""
    head = f"{kind}_"
    if not text.startswith(head) or len(text) != len(head) + _BODY + _CHECKSUM or not text.isascii():
        return False
    return _finish(kind, text[len(head) : -_CHECKSUM]) == text


def visible_prefix(secret: str) -> str:
    """The part that may be shown again, so that a person can tell secrets apart."""
    head, _, body = secret.partition("_")
    return f"{head}_{body[:_PREFIX]}"


def secret_hash(secret: str) -> bytes:
    """What is stored: SHA-256. The secrets are random, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).digest()


def _finish(kind: SecretKind, body: str) -> str:
    text, number, checksum = f"{kind}_{body}", zlib.crc32(f"{kind}_{body}".encode()), ""
    for _ in range(_CHECKSUM):
        number, remainder = divmod(number, len(_ALPHABET))
        checksum = _ALPHABET[remainder] + checksum
    return text + checksum
