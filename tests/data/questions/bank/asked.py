"""A question of the bank: its words, the model it is asked of, and what is right to say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.data.questions.bank.plain import Answer


class Right(StrEnum):
    """What a good reader does: answer with these rows, ask what is meant, or say that it cannot."""

    ANSWER = "answer"
    ASK = "ask"
    DECLINE = "decline"


class Manner(StrEnum):
    """How it is put."""

    PLAIN = "plain"
    TERSE = "terse"
    CHATTY = "chatty"
    MISSPELT = "misspelt"


@dataclass(frozen=True)
class Asked:
    """One question. `expected` goes with `ANSWER`; any of `also` is as good, where careful people differ."""

    text: str
    right: Right
    expected: Answer | None = None
    also: tuple[Answer, ...] = ()
    manner: Manner = Manner.PLAIN

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


def either(expected: tuple[Answer, ...], *texts: str) -> list[Asked]:
    """Wordings of a question of which careful people take one or another reading; each is right."""
    return [Asked(text, Right.ANSWER, expected[0], expected[1:]) for text in texts]


def terse(cases: list[Asked]) -> list[Asked]:
    """They are a few words without a sentence."""
    return [replace(case, manner=Manner.TERSE) for case in cases]


def chatty(cases: list[Asked]) -> list[Asked]:
    """They are wrapped in what people say to people."""
    return [replace(case, manner=Manner.CHATTY) for case in cases]


def misspelt(cases: list[Asked]) -> list[Asked]:
    """They have words with wrong letters."""
    return [replace(case, manner=Manner.MISSPELT) for case in cases]
