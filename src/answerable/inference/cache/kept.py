"""An answer that is kept, and the form in which it leaves the process: sealed, readable in one place only."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from answerable.kit.crypto import SecretBox, Undecipherable

Vector = NDArray[np.float32]


class KeptAnswer(Struct, frozen=True, kw_only=True):
    """A whole answer. `body` is the document that a call without streaming gets; times are Unix seconds.

    `seen` is the latest moment that something it depends on had been forgotten when it was asked for: when
    a later one is known, the answer is dead. `question` is the person's turn, where its meaning counts.
    """

    content_type: str
    body: bytes
    provider: str | None
    model: str | None
    created_at: float
    expires_at: float
    tags: tuple[str, ...]
    seen: float = 0.0
    question: str | None = None

    @property
    def size(self) -> int:
        """Bytes in memory, about."""
        return len(self.body) + 4 * len(self.question or "") + 400


@dataclass(frozen=True, slots=True)
class SealedAnswer:
    """What a store holds of an answer: `sealed` it cannot read. `scope`, `encoder` and `vector` (unit
    length) let it be found by its meaning."""

    key: bytes
    sealed: bytes
    created_at: float
    expires_at: float
    tags: tuple[str, ...]
    seen: float
    scope: bytes | None = None
    encoder: str = ""
    vector: Vector | None = None

    @property
    def size(self) -> int:
        """Bytes that count towards a workspace's bound."""
        return len(self.sealed) + (0 if self.vector is None else 2 * self.vector.size)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KeptAnswer).decode


def seal(box: SecretBox, workspace_id: str, key: bytes, kept: KeptAnswer) -> bytes:
    """The answer for a store; it opens under this workspace and key alone."""
    return box.seal_bytes(_encode(kept), place=_place(workspace_id, key))


def unseal(box: SecretBox, workspace_id: str, key: bytes, sealed: bytes) -> KeptAnswer | None:
    """The answer again; None for one that was made with a key or a version that is gone."""
    try:
        return _decode(box.open_bytes(sealed, place=_place(workspace_id, key)))
    except (Undecipherable, msgspec.MsgspecError):
        return None


def _place(workspace_id: str, key: bytes) -> str:
    return f"{workspace_id}/cached_answers/{key.hex()}"
