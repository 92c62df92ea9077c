"""What ingestion says about a file: plain data, which the parent process reads without the engine."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion.dates import DateOrder
from answerable.data.ingestion.filetype import FileKind
from answerable.data.ingestion.quality import QualityReport
from answerable.data.ingestion.versions import VersionChanges
from answerable.data.semantics.model import FieldType, Unit


class ValueCount(BaseModel):
    """One of a column's frequent texts, and how many rows have it."""

    model_config = ConfigDict(frozen=True)

    value: str
    count: int


class Course(BaseModel):
    """How often numbers rise and fall from one time of a thing to its next, and whether a thing has several
    of a day; `things` are the columns that tell things apart, each with one number at a `time`: None where
    that is not known."""

    model_config = ConfigDict(frozen=True)

    rises: int
    falls: int
    several_a_day: bool = False
    time: str = ""
    things: tuple[str, ...] | None = None


class ColumnProfile(BaseModel):
    """One column of a written table. `patterns` gives the share (0 to 1) of texts that look like an
    e-mail address, a phone number and so on; what settles how later files are read is as in `TypedColumn`;
    `values` are the most frequent texts, None when there are more than 5,000 different ones or they are long;
    `unique` says whether no value occurs twice, None where that was not counted; `course` is that of a column
    named as a counter's or a stock's, where a thing has several times."""

    name: str
    label: str
    type: FieldType
    unit: Unit | None = None
    date_order: DateOrder | None = None
    decimal_mark: str | None = None
    identifier: bool = False
    instant: bool = False
    null_count: int = 0
    distinct_count: int = 0
    unique: bool | None = None
    minimum: str | None = None
    maximum: str | None = None
    average_length: float = 0.0
    values: list[ValueCount] | None = None
    patterns: dict[str, float] = {}
    course: Course | None = None


class TableProfile(BaseModel):
    """A written table: `rows` as stored, `duplicate_rows` that equal an earlier one."""

    rows: int
    duplicate_rows: int
    bytes: int
    columns: list[ColumnProfile]


class IngestedTable(BaseModel):
    """`file` is the name of a Parquet file in the request's folder; `label` is what people call the
    table: its title, its sheet or the file. `changes` is None where there was no version before."""

    file: str
    label: str
    profile: TableProfile
    quality: QualityReport
    changes: VersionChanges | None = None


class IngestionOutcome(BaseModel):
    """All tables of a file, in its order."""

    kind: FileKind
    tables: list[IngestedTable]
