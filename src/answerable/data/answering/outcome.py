"""What the tables have to say to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from answerable.data.engines.service import ExecutedQuery
from answerable.data.explanations.service import Explanation
from answerable.data.questions.notes import Note
from answerable.data.questions.outcome import Intent, Option, Reason, Slot
from answerable.data.verified.book import VerifiedQuestion
from answerable.kit.errors import AnswerableError


@dataclass(frozen=True, slots=True)
class Computed:
    """One reading survived and its query ran over the dataset with the public id `dataset_id`. `verified` is
    the verified question whose query it is."""

    executed: ExecutedQuery
    dataset_id: str
    intent: Intent
    confidence: float
    notes: tuple[Note, ...] = ()
    verified: VerifiedQuestion | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a number changed, over the dataset with the public id `dataset_id`."""

    explanation: Explanation
    dataset_id: str
    confidence: float
    notes: tuple[Note, ...] = ()
    intent: Intent = Intent.EXPLANATION


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A question about the data itself, answered from the semantic model; `fields` are those that the text
    names, by dataset."""

    text: str
    datasets: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    model_revision: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Two or three readings that differ in `about`. `suggestions` are verified questions near it."""

    question: str
    options: tuple[Option, ...]
    intent: Intent
    about: Slot
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declined:
    """No reading survived. `score` is the part of the question that is about the tables, 0 to 1."""

    left_over: tuple[str, ...]
    suggestions: tuple[str, ...]
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Refused:
    """The question was read, and its query was refused or failed: `error` says why and what to do."""

    error: AnswerableError
    intent: Intent
    words: str


DataOutcome = Computed | Explained | Catalogue | Choice | Declined | Refused
