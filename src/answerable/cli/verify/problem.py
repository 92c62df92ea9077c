"""What a check found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of thing that should not be: how many there are, and some of them."""

    check: str
    detail: str
    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at, by how many there are of each, and what is wrong."""

    counts: dict[str, int]
    problems: Sequence[Problem]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
