"""An answer that is read while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from answerable.chat.asking.answer import QuoteEvidence


@dataclass(frozen=True, slots=True)
class LiveSentence:
    """A sentence that has held: evidence that it is the first to cite, its words with their marks, how sure
    it is, 0 to 1, and the model or alias that writes. The answer begins with the words that were shown."""

    evidence: Sequence[QuoteEvidence]
    text: str
    confidence: float
    stage: str


class Live(Protocol):
    """Whoever reads an answer while it is written."""

    @property
    def begun(self) -> bool:
        """Whether a sentence was shown."""
        ...

    async def show(self, sentence: LiveSentence) -> None:
        """One more sentence, which cannot be taken back. What this raises ends the work on the answer."""
        ...
