"""Why there is no answer: each reason by a code with arguments, and in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlainReason(_Plain):
    """A reason that takes no arguments. `known_words_apart`: the tables know each word, but not how to put
    them together."""

    code: Literal[
        "no_table",
        "other_subject",
        "known_words_apart",
        "too_many_readings",
        "no_document",
        "nothing_in_scope",
    ]


class WordsReason(_Plain):
    """Words of the question: those that the tables do not know, or one phrase that they cannot put together
    with the rest."""

    code: Literal["unknown_words", "phrase_apart"]
    words: tuple[str, ...]


class RefusedReason(_Plain):
    """The query that was read, in English words, and the problem that kept it from being computed."""

    code: Literal["not_computed"]
    words: str
    problem: str
    detail: str


Reason = Annotated[PlainReason | WordsReason | RefusedReason, Field(discriminator="code")]


def abstention(reasons: Sequence[Reason]) -> str:
    """The English of a question that was not answered."""
    if len(reasons) == 1 and isinstance(refused := reasons[0], RefusedReason):
        return f"I read this as: {refused.words}. It was not computed: {refused.detail}"
    return "I cannot answer this with evidence: " + ", and ".join(_clause(reason) for reason in reasons) + "."


def _clause(reason: Reason) -> str:
    match reason:
        case WordsReason(code="unknown_words"):
            return "the tables have no meaning for " + ", ".join(f"“{word}”" for word in reason.words)
        case WordsReason():
            phrase = " ".join(reason.words)
            return f"the tables know each word of it, but cannot put “{phrase}” together with the rest"
        case PlainReason():
            return _CLAUSES[reason.code]
        case RefusedReason():
            return reason.detail


_CLAUSES = {
    "no_table": "there is no table to look in",
    "other_subject": "the tables are about something else",
    "known_words_apart": "the tables know each word of it, but not how to put them together",
    "too_many_readings": "it can be read in too many ways",
    "no_document": "no document says it clearly enough to quote",
    "nothing_in_scope": "nothing was in scope",
}
