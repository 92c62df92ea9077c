"""What a child process does with an open database, whatever kind it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from answerable.data.engines.external.catalogue import Catalogue, ServerFacts

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class NoValue:
    """A cell that has no value here, as the database writes it: `infinity`, `24:00`, the year 10000."""

    text: str


class Session(Protocol):
    """An open database. `errors` are what its driver raises."""

    errors: tuple[type[Exception], ...]

    def facts(self) -> ServerFacts:
        """Version, collations and role."""
        ...

    def catalogue(self) -> Catalogue:
        """The tables that the role may read."""
        ...

    def transaction(self, seconds: float) -> AbstractContextManager[None]:
        """A read-only transaction, whose statements the server itself ends after so long."""
        ...

    def estimate(self, sql: str) -> dict[str, int]:
        """`rows` and `bytes` that the plan says are read; 0 where it does not say. In a transaction."""
        ...

    def select(self, sql: str) -> Iterator[Sequence[Row]]:
        """The rows in batches. In a transaction."""
        ...

    def backend(self) -> int | None:
        """What the server calls this session, to cancel it from another one."""
        ...

    def cancel(self) -> None:
        """Stop the statement that runs, from another thread."""
        ...

    def was_cancelled(self, error: Exception) -> bool:
        """Whether that is how a stopped statement ends."""
        ...

    def close(self) -> None:
        """Leave."""
        ...
