"""What is thought of a stage's answer."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "schema"
TOOLS = "tools"
EMPTY = "empty"
CITATIONS = "citations"
CONFIDENCE = "confidence"
PROVIDER = "provider"
ABSTAINED = "abstained"

_UNUSABLE = frozenset({SCHEMA, TOOLS, EMPTY, PROVIDER, ABSTAINED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The checks that an answer failed, and how sure its model was (0 to 1, raw; None: not known)."""

    failed: tuple[str, ...] = ()
    confidence: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether the answer is taken."""
        return not self.failed

    @property
    def usable(self) -> bool:
        """Whether the answer may still be given where no better one can be had: a doubtful one may, one that
        breaks its form may not."""
        return _UNUSABLE.isdisjoint(self.failed)
