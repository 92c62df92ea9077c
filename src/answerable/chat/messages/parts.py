"""The typed parts that a message is made of: the same for every client, whatever was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue, TypeAdapter

from answerable.chat.asking.answer import Answer, AskBackOption, Evidence, QueryEvidence
from answerable.data.engines.rows import JsonCell
from answerable.data.questions.outcome import Slot
from answerable.data.semantics.result import Column


class TextPart(BaseModel):
    """Plain text. `[1]` in an answer's text names the evidence with `n` 1."""

    type: Literal["text"] = "text"
    text: str


class EvidencePart(BaseModel):
    """What an answer stands on. The rows of a query are in the table part with the same `n`."""

    type: Literal["evidence"] = "evidence"
    evidence: Evidence


class TablePart(BaseModel):
    """The result of the query that is evidence `n`."""

    type: Literal["table"] = "table"
    n: int
    columns: list[Column]
    rows: list[list[JsonCell]]
    row_count: int
    truncated: bool


class ChartPart(BaseModel):
    """A Vega-Lite specification with its data."""

    type: Literal["chart"] = "chart"
    chart: dict[str, JsonValue]


class AskBackPart(BaseModel):
    """Several readings: choose one by its place, from 0, as `option` of the next message, or in words."""

    type: Literal["ask_back"] = "ask_back"
    question: str
    about: Slot | None = None
    options: list[AskBackOption]


class FilePart(BaseModel):
    """A file that was dropped into the conversation; without ids where it cannot be opened, as in what a link
    shows or an import brings."""

    type: Literal["file"] = "file"
    name: str
    document_id: str | None = None
    dataset_ids: list[str] = []

    def named(self) -> FilePart:
        """Its name alone."""
        return FilePart(name=self.name)


class ErrorPart(BaseModel):
    """Why there is no answer, and what to do."""

    type: Literal["error"] = "error"
    code: str
    detail: str


Part = Annotated[
    TextPart | EvidencePart | TablePart | ChartPart | AskBackPart | FilePart | ErrorPart,
    Field(discriminator="type"),
]
PARTS: TypeAdapter[list[Part]] = TypeAdapter(list[Part])


def without_files(parts: Sequence[Part]) -> list[Part]:
    """The parts with files by their names alone."""
    return [part.named() if isinstance(part, FilePart) else part for part in parts]


def parts_of(answer: Answer) -> list[Part]:
    """The parts of an answer, in the order in which they are shown. An ask-back's question is its text."""
    parts: list[Part] = []
    if answer.ask_back is None:
        parts.append(TextPart(text=answer.text))
    for item in answer.evidence:
        if not isinstance(item, QueryEvidence):
            parts.append(EvidencePart(evidence=item))
            continue
        parts.append(EvidencePart(evidence=item.model_copy(update={"rows": [], "sight": None})))
        parts.append(
            TablePart(
                n=item.n,
                columns=item.columns,
                rows=item.rows,
                row_count=item.row_count,
                truncated=item.truncated,
            )
        )
    if answer.chart is not None:
        parts.append(ChartPart(chart=answer.chart))
    if answer.ask_back is not None:
        parts.append(AskBackPart(**dict(answer.ask_back)))
    return parts
