"""What reading a question gives: a query, a choice between queries, or the words that were not understood."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from answerable.data.questions.notes import Note
from answerable.data.semantics.query import SemanticQuery


class Intent(StrEnum):
    """What the person wants to see."""

    KPI = "kpi"  # one number
    TREND = "trend"  # a number over time
    COMPARISON = "comparison"  # a number beside another: periods, values or measures
    RANKING = "ranking"  # the largest or smallest
    SHARE = "share"  # parts of a total
    BREAKDOWN = "breakdown"  # a number by groups
    EXPLANATION = "explanation"  # why a number changed
    LOOKUP = "lookup"  # rows as they are
    METADATA = "metadata"  # what data there is


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of the trace: `question[start:end]` was taken to mean `meaning`."""

    words: str
    start: int
    end: int
    meaning: str


@dataclass(frozen=True, slots=True)
class MetadataRequest:
    """A question about the data itself; it is answered from the model, without a query.

    `dataset` is the name of the dataset whose fields are asked for; None with `datasets`."""

    kind: Literal["datasets", "fields"]
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """Exactly one reading survived. `query` is None only for metadata, which then has `metadata`.

    `confidence` (0 to 1) falls with each thing that was corrected or assumed; `notes` says what
    was assumed, for the person who asked."""

    query: SemanticQuery | None
    intent: Intent
    confidence: float
    readings: tuple[Reading, ...]
    notes: tuple[Note, ...] = ()
    metadata: MetadataRequest | None = None
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Option:
    """One of the readings to choose from; `label` names what sets it apart."""

    label: str
    query: SemanticQuery


Slot = Literal[
    "measure", "group", "time", "filter", "rest", "table", "share", "each", "unit", "reading", "change"
]
"""What the readings of a question differ in. `rest`: how it is sorted · `reading`: whole queries, as models
made them · `change`: what a few words change of the query before."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Two or three readings that differ in one slot; `slot` names it."""

    question: str
    options: tuple[Option, ...]
    intent: Intent
    slot: Slot
    readings: tuple[Reading, ...] = ()
    score: float = 1.0


class Reason(StrEnum):
    """Why a question was not read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_DATA = "no_data"  # the model has no dataset (in the scope)
    WORDS_LEFT_OVER = "words_left_over"  # words that neither the grammar nor the model knows
    NOT_EXPRESSIBLE = "not_expressible"  # every word is known, but they make no query together
    TOO_MANY_READINGS = "too_many_readings"


@dataclass(frozen=True, slots=True)
class Unparsed:
    """No reading survived. `left_over` are the words that were not understood, `suggestions` are
    questions near this one that can be answered, `score` (0 to 1) is the part of the content words
    that the model or the grammar of data questions knows: near 0 the question is about something else."""

    left_over: tuple[str, ...]
    suggestions: tuple[str, ...]
    score: float
    reason: Reason


Outcome = Parsed | Ambiguous | Unparsed
