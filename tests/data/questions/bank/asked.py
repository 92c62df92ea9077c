"""A question of the bank: its words, the model it is asked of, and what is right to say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from tests.data.questions.bank.plain import Answer


class Right(StrEnum):
    """What a good reader does: answer with these rows, ask what is meant, or say that it cannot."""

    ANSWER = "answer"
    ASK = "ask"
    DECLINE = "decline"


@dataclass(frozen=True)
class Asked:
    """One question. `expected` goes with `ANSWER`."""

    text: str
    right: Right
    expected: Answer | None = None

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the half whose single outcomes nobody looks at while the grammar is written.

        By a hash of its words, so that no one chose it."""
        return hashlib.sha256(f"bank {self.text}".encode()).digest()[0] % 2 == 1


def ok(expected: Answer, *texts: str) -> list[Asked]:
    """Wordings of one question that can be answered."""
    return [Asked(text, Right.ANSWER, expected) for text in texts]


def unclear(*texts: str) -> list[Asked]:
    """Questions that have several meanings; asking back and declining are right, answering is not."""
    return [Asked(text, Right.ASK) for text in texts]


def no(*texts: str) -> list[Asked]:
    """Questions that the data cannot answer."""
    return [Asked(text, Right.DECLINE) for text in texts]
