"""What HTTP carries to and from asking."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from answerable.chat.asking.answer import Route
from answerable.data.semantics.query import SemanticQuery

LONGEST_QUESTION = 4_000
_FIRST_YEAR, _LAST_YEAR = 1000, 3000


class Scope(BaseModel):
    """What to look at. Left out: everything that the asker may read."""

    model_config = ConfigDict(extra="forbid")

    document_ids: Annotated[list[str], Field(max_length=1000)] | None = None
    dataset_ids: Annotated[list[str], Field(max_length=1000)] | None = None
    routes: Annotated[list[Route], Field(min_length=1)] | None = None


def readable(text: str) -> str:
    """The question on one line: line breaks become blanks, other control characters go. ValueError when
    nothing remains."""
    kept = "".join(
        " " if letter in "\n\r\t" else letter
        for letter in text
        if letter in "\n\r\t" or unicodedata.category(letter) not in {"Cc", "Cs"}
    ).strip()
    if not kept:
        raise ValueError("the question is empty: ask something")
    return kept


def with_lines(text: str) -> str:
    """The question as it is shown: its lines stay, at most one empty one between two. ValueError when nothing
    remains."""
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    kept = "\n".join(readable(line) if _says_something(line) else "" for line in lines)
    return re.sub(r"\n{3,}", "\n\n", kept).strip("\n") or readable(text)


def _says_something(line: str) -> bool:
    return any(unicodedata.category(letter) not in {"Cc", "Cs", "Zs"} for letter in line)


class Reading(BaseModel):
    """How a question is to be read, whatever it is."""

    model_config = ConfigDict(extra="forbid")

    as_of: datetime | None = Field(
        None, description="The now that 'last quarter' is counted from; by default the present."
    )
    scope: Scope = Field(default_factory=Scope)
    tool: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="The RAG tool to answer by, its name or id: documents alone are asked. By default the "
        "workspace's, if it has one, for what documents answer.",
    )
    query: SemanticQuery | None = Field(
        None, description="The reading chosen from `ask_back`; the question is then not read again."
    )

    def asking(self, question: str) -> AskRequest:
        """The request to read this question so."""
        return AskRequest(
            question=question, as_of=self.as_of, scope=self.scope, tool=self.tool, query=self.query
        )

    @field_validator("as_of")
    @classmethod
    def _aware(cls, moment: datetime | None) -> datetime | None:
        """A time without a zone is taken as UTC. Years at the ends of the calendar have no neighbours."""
        if moment is None:
            return None
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"give a year from {_FIRST_YEAR} to {_LAST_YEAR}")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


Question = Annotated[
    str,
    Field(max_length=LONGEST_QUESTION, description="The question in plain words."),
    AfterValidator(readable),
]


WrittenQuestion = Annotated[
    str,
    Field(
        max_length=LONGEST_QUESTION,
        description="The question in plain words. It is read as one line, and shown with its line breaks.",
    ),
    AfterValidator(with_lines),
]


class AskRequest(Reading):
    question: Question
    stream: bool = Field(False, description="Answer as server-sent events.")
    session_id: str | None = Field(None, description="The conversation that the question belongs to.")


class Asked(BaseModel):
    """What a run was asked, kept with it: enough for another process to do its work. `after` is the message
    that the question follows."""

    request: AskRequest
    after: str | None = None
    key_id: str | None
    trace_id: str
