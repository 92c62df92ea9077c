"""The server's secret: what signs access tokens and derives refresh tokens."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from answerable.kit.crypto import kept_secret
from answerable.kit.settings import Settings

_FILE = "secret.key"
_SHORTEST = 32


@dataclass(frozen=True, slots=True)
class ServerSecret:
    """One secret, many keys: each purpose gets its own, and none tells the others."""

    root: bytes = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """The 32-byte key of a purpose: HMAC-SHA256 of its name under the root."""
        return hmac.new(self.root, purpose.encode(), hashlib.sha256).digest()


def load_secret(settings: Settings) -> ServerSecret:
    """The secret from the settings, or the data folder's own, made on the first call.

    Raises ValueError when it is shorter than 32 characters, OSError when it cannot be read or kept.
    """
    given = settings.auth.secret
    text = given.get_secret_value() if given is not None else kept_secret(settings.data_dir / _FILE)
    if len(text) < _SHORTEST:
        where = "ANSWERABLE_AUTH__SECRET" if given is not None else str(settings.data_dir / _FILE)
        raise ValueError(f"{where} holds fewer than {_SHORTEST} characters; use a longer random secret")
    return ServerSecret(text.encode())
