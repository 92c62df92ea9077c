"""Where kept answers are, beyond one process: PostgreSQL, or Redis when there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from answerable.inference.cache.kept import SealedAnswer, Vector


class StoreUnavailable(Exception):
    """The store cannot be reached, or cannot do now what it is asked: calls go on without it."""


@dataclass(frozen=True, slots=True)
class Near:
    """An answer found by its meaning, and the cosine between the questions."""

    key: bytes
    sealed: bytes
    cosine: float


@dataclass(frozen=True, slots=True)
class StoreBounds:
    """How much a store keeps for one workspace."""

    max_entries: int
    max_bytes: int


class AnswerStore(Protocol):
    """Every method raises StoreUnavailable, and nothing else, when the store is away. A workspace sees its
    own answers only; none is given out after its time."""

    async def get(self, workspace_id: str, key: bytes) -> bytes | None:
        """The sealed answer of that key."""
        ...

    async def near(
        self, workspace_id: str, scope: bytes, encoder: str, vector: Vector, *, count: int
    ) -> Sequence[Near]:
        """The nearest answers of that scope and encoder, the nearest first."""
        ...

    async def put(self, workspace_id: str, answers: Sequence[SealedAnswer]) -> None:
        """Keep answers; those that expire first make room. What depends on something that was forgotten
        meanwhile may be left out."""
        ...

    async def sweep(self) -> int:
        """Remove what is past its time or depends on something forgotten; returns how many, where known."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
