"""How documents were looked through, where that is not as usual: by a code with arguments, and in English."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlainSearchNote(_Plain):
    """`by_words_alone`: there is no embedding model. `part_without_answer`: one of several parts has none."""

    code: Literal["by_words_alone", "part_without_answer"]


class ReadAsNote(_Plain):
    """A word that no document has, and the one that it was read as."""

    code: Literal["word_read_as"]
    word: str
    meant: str


class HinderedNote(_Plain):
    """What kept the search from looking as it should, such as a vector store that is away, in English."""

    code: Literal["search_hindered"]
    sentence: str


SearchNote = Annotated[PlainSearchNote | ReadAsNote | HinderedNote, Field(discriminator="code")]


def sentence(note: SearchNote) -> str:
    """The English of a note."""
    match note:
        case ReadAsNote():
            return f"No document has “{note.word}”: read as “{note.meant}”."
        case HinderedNote():
            return note.sentence
        case PlainSearchNote(code="by_words_alone"):
            return "Searched by words alone: there is no embedding model."
        case PlainSearchNote():
            return "A part of the question has no answer in the documents."
