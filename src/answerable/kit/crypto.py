"""Encryption at rest for small secrets, and the keys that it takes.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces: safe for 2^32 values a key. Each value is
bound to the place that it stands in, so that a row's ciphertext is worth nothing in another row, and
names its key, so that keys can be rotated: a new one encrypts, the older ones still decrypt.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from answerable.kit.settings import Settings

_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_SHORTEST = 32
_FILE = "secrets.key"
_HEAD = len(_VERSION) + _ID_BYTES + _NONCE_BYTES


class Undecipherable(ValueError):
    """A sealed value cannot be opened: its key is gone, or it was changed or moved."""


class SecretBox:
    """Seals and opens values. The first key seals, every key opens."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys` are texts of 32 characters or more. Raises ValueError for a shorter one or none."""
        if not keys or any(len(key) < _SHORTEST for key in keys):
            raise ValueError(f"an encryption key must have {_SHORTEST} characters or more")
        derived = [_derive(key) for key in keys]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in reversed(derived)}
        self._present = derived[0][0]

    def __repr__(self) -> str:
        return f"SecretBox({len(self._ciphers)} keys)"

    def seal(self, value: str, *, place: str) -> bytes:
        """The value encrypted for one place, such as a row's workspace, table, id and column."""
        return self.seal_bytes(value.encode(), place=place)

    def seal_bytes(self, value: bytes, *, place: str) -> bytes:
        """As `seal`, for what is no text."""
        nonce = os.urandom(_NONCE_BYTES)
        head = _VERSION + self._present + nonce
        return head + self._ciphers[self._present].encrypt(nonce, value, head + place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """The value again. Raises Undecipherable."""
        return self.open_bytes(sealed, place=place).decode()

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """As `open`, for what is no text."""
        head, body = sealed[:_HEAD], sealed[_HEAD:]
        whole = len(head) == _HEAD and head[:1] == _VERSION
        cipher = self._ciphers.get(head[1 : 1 + _ID_BYTES]) if whole else None
        if cipher is None:
            raise Undecipherable("sealed with a key that is not here any more")
        try:
            return cipher.decrypt(head[1 + _ID_BYTES :], body, head + place.encode())
        except InvalidTag:
            raise Undecipherable("changed, or moved from another place") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the value is sealed with the key that seals now."""
        return sealed[1 : 1 + _ID_BYTES] == self._present


def load_secret_box(settings: Settings) -> SecretBox:
    """The box with the keys from the settings, or with the data folder's own, made on the first call.

    Raises ValueError when a key is too short, OSError when the file cannot be read or kept.
    """
    given = settings.secrets_key
    text = given.get_secret_value() if given is not None else kept_secret(settings.data_dir / _FILE)
    try:
        return SecretBox([key.strip() for key in text.split(",")])
    except ValueError as error:
        where = "ANSWERABLE_SECRETS_KEY" if given is not None else str(settings.data_dir / _FILE)
        raise ValueError(f"{where}: {error}") from None


def _derive(key: str) -> tuple[bytes, bytes]:
    """An id that tells nothing of the key, and the key's 32 bytes."""
    root = key.encode()
    name = hmac.new(root, b"answerable secret box id", hashlib.sha256).digest()[:_ID_BYTES]
    return name, hmac.new(root, b"answerable secret box aes-256-gcm", hashlib.sha256).digest()


def kept_secret(path: Path) -> str:
    """The secret in a file that only its owner reads, made on the first call. OSError when it cannot be."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and never replaces: of two processes that start at once, one wins.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
