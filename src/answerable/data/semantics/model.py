"""The semantic model: what the tables of a workspace mean.

A model is plain data (YAML or JSON), inferred when a dataset is ingested and then
edited by people. Its canonical form is hashed; the hash is its `revision`.
"""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldType(StrEnum):
    """Storage type of a field. `decimal` and `float` are both numbers; `decimal` is exact."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"


NUMERIC_TYPES = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.FLOAT})
TEMPORAL_TYPES = frozenset({FieldType.DATE, FieldType.TIMESTAMP})


class FieldRole(StrEnum):
    """What a field is for: a key identifies a row or another table's row, a dimension
    groups and filters, a measure is aggregated, time places a row on the calendar, text is prose."""

    KEY = "key"
    DIMENSION = "dimension"
    MEASURE = "measure"
    TIME = "time"
    TEXT = "text"


class Unit(_Part):
    """A unit of a number. `symbol` is what is printed (`EUR`, `kg`, `%`)."""

    kind: Literal["currency", "percent", "quantity", "duration", "count"]
    symbol: str
    # stored value * scale = value in the symbol's unit (thousands: 1000)
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class ModelField(_Part):
    name: Name  # column name in the Parquet version
    label: str  # as a person wrote it in the header
    type: FieldType
    role: FieldRole
    unit: Unit | None = None
    synonyms: tuple[str, ...] = ()
    description: str = ""
    # Distinct values of a low-cardinality dimension, most frequent first; None when the
    # field has too many values or holds personal data, whose values must never be indexed.
    values: tuple[str, ...] | None = None
    personal: bool = False
    nullable: bool = True
    distinct_count: int | None = None


class Aggregation(StrEnum):
    SUM = "sum"
    AVG = "avg"
    COUNT = "count"  # rows, or non-null values when a field is given
    COUNT_DISTINCT = "count_distinct"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"


class Status(StrEnum):
    """How far a part may be trusted: guessed by inference, looked at, or confirmed by a person."""

    INFERRED = "inferred"
    REVIEWED = "reviewed"
    VERIFIED = "verified"


class Metric(_Part):
    """A named number over one dataset: an aggregation of a field (of the rows when `field` is None).

    `non_additive` marks a stock (a balance, a head count), which must not be summed over time.
    """

    name: Name
    label: str
    dataset: Name
    aggregation: Aggregation
    field: Name | None = None
    unit: Unit | None = None
    synonyms: tuple[str, ...] = ()
    description: str = ""
    status: Status = Status.INFERRED
    non_additive: bool = False


class Dataset(_Part):
    """One table. `id` is the dataset's public id (`ds_…`), `name` the name used in queries."""

    name: Name
    id: str
    label: str
    synonyms: tuple[str, ...] = ()
    description: str = ""
    row_noun: str = "row"  # what one row is, singular: "order", "customer"
    fields: tuple[ModelField, ...]
    primary_key: tuple[Name, ...] = ()
    default_time: Name | None = None

    def field(self, name: str) -> ModelField | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)


class Relationship(_Part):
    """A join that is known to be sound. Rows of `left` point at rows of `right`.

    `confidence` (0 to 1) says how far values and names prove an inferred one; None for a person's own."""

    left: Name
    left_field: Name
    right: Name
    right_field: Name
    cardinality: Literal["many_to_one", "one_to_one"]
    status: Status = Status.INFERRED
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("not a time zone; give a name such as Europe/Berlin") from None
    return name


class Calendar(_Part):
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    first_weekday: Annotated[int, Field(ge=0, le=6)] = 0  # 0 = Monday
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1  # month
    # By which calendar year a fiscal year that is not one is called; unset, "fiscal 2025" is asked back.
    fiscal_year_named_by: Literal["start", "end"] | None = None


class SemanticModel(_Part):
    version: Literal[1] = 1
    datasets: tuple[Dataset, ...]
    metrics: tuple[Metric, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    calendar: Calendar = Calendar()

    @property
    def revision(self) -> str:
        """SHA-256 of the canonical form, first 16 hex digits: equal models, equal revisions."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def dataset(self, name: str) -> Dataset | None:
        """The dataset of that name, or None."""
        return next((d for d in self.datasets if d.name == name), None)

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None."""
        return next((m for m in self.metrics if m.name == name), None)
