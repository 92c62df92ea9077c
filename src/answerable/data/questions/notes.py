"""What a reader should know of a computed answer, as data: the code of a sentence and what it says.

A class is a set of arguments, and its `code` lists the sentences that take it; `sentence` has the English.
Whoever shows notes in another language has their own. Names and words are the model's and the question's.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.ingestion.arguments import Arguments as Finding
from answerable.data.questions.formatting import format_period, plural
from answerable.data.questions.time.resolve import MONTH_NAMES
from answerable.data.semantics.model import Relationship, SemanticModel
from answerable.data.semantics.query import Grain, Period


class _Plain(BaseModel):
    """JSON objects without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NothingNoted(_Plain):
    """A sentence that takes no arguments."""

    code: Literal["rank_unsaid"]


class FieldNoted(_Plain):
    """The label of a field that was assumed."""

    code: Literal["time_counted_by", "number_compared_with"]
    field: str


class FieldsCompared(_Plain):
    """The labels of two fields that are compared with each other."""

    code: Literal["fields_compared"]
    field: str
    other: str


class PeriodNoted(_Plain):
    """A period as it was said, from `start` to before `end`."""

    code: Literal["period_open", "period_ahead"]
    period: str
    start: date
    end: date


class BucketNoted(_Plain):
    """A period of the grain that begins at `start` and is not over: the numbers end with the one before."""

    code: Literal["ends_before"]
    period: str
    start: date
    grain: Grain


class YearNoted(_Plain):
    """The month, from 1, that the model's years begin in."""

    code: Literal["years_begin"]
    month: int


class PeriodsNoted(_Plain):
    """How many whole periods of the grain, from `start` to before `end`, a total is divided by."""

    code: Literal["periods_averaged"]
    start: date
    end: date
    grain: Grain
    count: int


class SegmentNoted(_Plain):
    """The label of a segment, and what its rows have in common, in the model's language of conditions."""

    code: Literal["segment_means"]
    segment: str
    words: str


class UnseenNoted(_Plain):
    """The labels of a dataset whose rows count only where they have `rows`."""

    code: Literal["unseen_left_out"]
    dataset: str
    rows: str


class JoinNoted(_Plain):
    """A field of a dataset that leads to another one, as they are called."""

    code: Literal["dataset_joined"]
    dataset: str
    field: str
    other: str


def joined(link: Relationship, model: SemanticModel) -> JoinNoted:
    """That a query takes a table in by a relationship."""
    left, right = model.dataset(link.left), model.dataset(link.right)
    field = left.field(link.left_field) if left is not None else None
    return JoinNoted(
        code="dataset_joined",
        dataset=left.label if left is not None else link.left,
        field=field.label if field is not None else link.left_field,
        other=right.label if right is not None else link.right,
    )


class NameNoted(_Plain):
    """Words of the question, and what they were taken for, as it is called."""

    code: Literal["name_read_as"]
    words: str
    meaning: str


class WordNoted(_Plain):
    """A misspelt word of the question as it was read."""

    code: Literal["misspelt_word"]
    word: str


class LiveNoted(_Plain):
    """The name of the connected database that was read."""

    code: Literal["read_live"]
    connection: str


class ZeroDatesNoted(_Plain):
    """The labels of a field, and of its dataset, in which a connected database keeps dates that are none."""

    code: Literal["zero_dates_unknown"]
    dataset: str
    field: str


class NarrowedNoted(_Plain):
    """The labels of the datasets of which not all rows may be seen."""

    code: Literal["rows_narrowed"]
    datasets: tuple[str, ...]


class OpenNoted(_Plain):
    """A decision of a dataset's reader that nobody has confirmed: the finding's English `sentence`, and its
    arguments; null in versions of before there were any."""

    code: Literal["open_question"]
    dataset: str
    sentence: str
    finding: Finding | None = None


Note = Annotated[
    NothingNoted
    | FieldNoted
    | FieldsCompared
    | PeriodNoted
    | BucketNoted
    | YearNoted
    | PeriodsNoted
    | SegmentNoted
    | UnseenNoted
    | JoinNoted
    | NameNoted
    | WordNoted
    | LiveNoted
    | ZeroDatesNoted
    | NarrowedNoted
    | OpenNoted,
    Field(discriminator="code"),
]


def sentence(note: Note) -> str:
    """The English of a note."""
    match note:
        case FieldNoted(code="time_counted_by"):
            return f"Time is counted by {note.field}."
        case FieldNoted():
            return f"The number is compared with {note.field}."
        case FieldsCompared():
            return f"{note.field} is compared with {note.other}."
        case NothingNoted():
            return "What to rank by was not said."
        case PeriodNoted(code="period_open"):
            return f"{_opening(note.period)} is not over yet."
        case PeriodNoted():
            return f"{_opening(note.period)} lies ahead."
        case BucketNoted():
            return f"{note.period} is not over yet; the numbers end with the {note.grain} before."
        case YearNoted():
            return f"Years begin in {MONTH_NAMES[note.month]}."
        case SegmentNoted():
            return f"In the segment {note.segment}: {note.words}."
        case UnseenNoted():
            return f"{note.dataset} without any {note.rows.casefold()} are not counted in."
        case JoinNoted():
            return f"{note.dataset} › {note.field} leads to {note.other}."
        case _:
            return _sentence_of_reading(note)


def _sentence_of_reading(note: Note) -> str:
    """The English of what was read, in the question and in the data."""
    match note:
        case PeriodsNoted():
            return _periods_averaged(note)
        case NameNoted():
            return f"“{note.words}” was read as {note.meaning}."
        case WordNoted():
            return f"Read a misspelt word as “{note.word}”."
        case LiveNoted():
            return f"Read from {note.connection} as it is now."
        case ZeroDatesNoted():
            return f"Dates of {note.dataset} such as 0000-00-00 count as unknown {note.field}."
        case NarrowedNoted():
            return f"Only those rows of {' and '.join(note.datasets)} count that you may see."
        case OpenNoted():
            return f"{note.sentence} Decide it in the review of {note.dataset}."
        case _:
            raise AssertionError(f"no sentence for {note.code}")


def _periods_averaged(note: PeriodsNoted) -> str:
    when = format_period(Period(start=note.start, end=note.end))
    periods = plural(str(note.grain), note.count)
    return f"The total {when} is divided by {note.count} whole {periods}; one without any counts as 0."


def _opening(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
