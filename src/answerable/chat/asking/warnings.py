"""What a reader should know of an answer: each warning by a code with arguments, and in English.

A class is a set of arguments, and its `code` lists the warnings that take it. What the tables say of a
computed answer is in `data.questions.notes`; those warnings are all of the code `assumption`. How documents
were looked through is in `knowledge.answering.notes`, under the code `search`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.questions import notes
from answerable.data.questions.notes import Note
from answerable.knowledge.answering import notes as search_notes
from answerable.knowledge.answering.notes import SearchNote
from answerable.knowledge.answering.writing.support import Doubt


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NothingTold(_Plain):
    """A warning that takes no arguments."""

    code: Literal["sources_disagree", "unsure", "broken_off", "stopped"]


class CutTold(_Plain):
    """How many rows of a longer result are shown."""

    code: Literal["truncated"]
    rows: int


class WordsTold(_Plain):
    """Words of the question: a part that was not answered, a word that the tables do not know, a follow-up
    that the last query has no place for; or the words of a query that a model made of the question."""

    code: Literal["part_unanswered", "left_over_word", "change_does_not_fit", "model_reading"]
    words: str


class ApartTold(_Plain):
    """A phrase that cannot be put together with the `rest` of the question."""

    code: Literal["not_expressible"]
    words: str
    rest: str


class RemovedTold(_Plain):
    """How many sentences of a model were removed, and what was doubtful in them."""

    code: Literal["unsupported_removed"]
    count: int
    doubts: tuple[Doubt, ...]


class AwayTold(_Plain):
    """Why no model wrote, in English."""

    code: Literal["models_away"]
    why: str


Told = Annotated[
    NothingTold | CutTold | WordsTold | ApartTold | RemovedTold | AwayTold, Field(discriminator="code")
]
Arguments = Annotated[
    NothingTold | CutTold | WordsTold | ApartTold | RemovedTold | AwayTold | Note | SearchNote,
    Field(discriminator="code"),
]


class Warning(BaseModel):
    """Something the reader should know: an assumption, a cut result, a word that was not understood. `detail`
    says it in English, `arguments` by a code and by name; null where there is no more than the sentence."""

    code: str
    detail: str
    arguments: Arguments | None = None


def warning(told: Told) -> Warning:
    """The warning with its English sentence."""
    return Warning(code=told.code, detail=_sentence(told), arguments=told)


def assumption(note: Note) -> Warning:
    """What the tables say of a computed answer."""
    return Warning(code="assumption", detail=notes.sentence(note), arguments=note)


def of_search(note: SearchNote) -> Warning:
    """How documents were looked through."""
    return Warning(code="search", detail=search_notes.sentence(note), arguments=note)


def _sentence(told: Told) -> str:
    match told:
        case NothingTold():
            return _ALONE[told.code]
        case CutTold():
            return f"Only the first {told.rows:,} rows are shown."
        case WordsTold():
            return _AROUND[told.code].format(told.words)
        case ApartTold():
            return f"“{told.words}” cannot be put together with “{told.rest}”."
        case RemovedTold():
            return _removed(told)
        case AwayTold():
            return f"No model could write an answer: {told.why}. These are the documents' own words."


_ALONE = {
    "sources_disagree": "The documents give different values for this. The newer one is quoted first: "
    "check which holds.",
    "unsure": "The quoted passage may not answer this: read it before you use it.",
    "broken_off": "The answer broke off while it was written. What is shown was checked; "
    "ask again for the rest.",
    "stopped": "The answer was stopped while it was written. What is shown was checked; "
    "ask again for the rest.",
}
_AROUND = {
    "part_unanswered": "Not answered: “{}”.",
    "left_over_word": "“{}” means nothing to the tables.",
    "change_does_not_fit": "The last query has no place for “{}”.",
    "model_reading": "A model read the question as: {} Check that it is meant.",
}


def _removed(told: RemovedTold) -> str:
    what, verb = ("One sentence", "was") if told.count == 1 else (f"{told.count} sentences", "were")
    why = f" ({', '.join(doubt.value for doubt in told.doubts)})" if told.doubts else ""
    return f"{what} of the model {verb} removed: what they cite does not say it{why}."
