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

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from answerable.data.semantics.filters import Filter, Name
from answerable.kit.principal import Role


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


class Status(StrEnum):
    """How far a part may be trusted: guessed by inference, looked at, or confirmed by a person."""

    INFERRED = "inferred"
    REVIEWED = "reviewed"
    VERIFIED = "verified"


Share = Annotated[float, Field(ge=0, le=1)]


class _Confidence(_Part):
    """How sure guesses are, 0 to 1. What is not there was not guessed, or is a person's decision."""

    @model_serializer(mode="wrap")
    def _only_known(self, handler: SerializerFunctionWrapHandler) -> dict[str, float]:
        return {name: value for name, value in handler(self).items() if value is not None}


class FieldConfidence(_Confidence):
    """Of what was guessed of a column."""

    type: Share | None = None
    role: Share | None = None
    unit: Share | None = None
    synonyms: Share | None = None
    personal: Share | None = None


class DatasetConfidence(_Confidence):
    """Of what was guessed of a table."""

    primary_key: Share | None = None
    default_time: Share | None = None


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
    status: Status = Status.INFERRED
    confidence: FieldConfidence = FieldConfidence()
    # Whether no value occurs in two rows, as measured; None where that is not known. What people write here
    # is passed over.
    unique: bool | None = None


class Aggregation(StrEnum):
    SUM = "sum"
    AVG = "avg"
    COUNT = "count"  # rows, or non-null values when a field is given
    COUNT_DISTINCT = "count_distinct"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"


class Metric(_Part):
    """A named number over one dataset: an aggregation of a field (of the rows when `field` is None).

    `non_additive` marks a stock (a balance, a head count), which must not be summed over time; `stock_of`
    names the fields that tell apart what has a stock of its own (an account, a meter): of a day with several
    times of one, the last counts. None: all rows of a day are of different things. `where` narrows its rows.
    With `minus` and `per`, plain metrics of the same dataset, it is a number less another, divided by a
    third: profit is revenue less cost, the average order is revenue per order. A `cumulative` one is shown by
    period with its running total.
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
    confidence: Share | None = None
    non_additive: bool = False
    stock_of: tuple[Name, ...] | None = None
    where: Filter | None = None
    minus: Name | None = None
    per: Name | None = None
    cumulative: bool = False

    @property
    def computed(self) -> bool:
        """Whether it is more than one aggregation over all rows."""
        return self.minus is not None or self.per is not None or self.where is not None

    @property
    def face(self) -> Metric:
        """A computed metric as a whole that cannot be taken apart: neither another aggregation nor its field
        can stand for it. A quotient adds up no more than an average does. Others are as they are."""
        if not self.computed:
            return self
        kind = Aggregation.AVG if self.per is not None else Aggregation.SUM
        return self.model_copy(update={"aggregation": kind, "field": None})


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
    status: Status = Status.INFERRED
    confidence: DatasetConfidence = DatasetConfidence()

    def field(self, name: str) -> ModelField | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)


class Segment(_Part):
    """Named rows of a dataset, to be asked for by name: enterprise customers, active ones. `where` is what
    they have in common; it names fields, also of datasets that the rows lead to, and no other segment."""

    name: Name
    label: str
    dataset: Name
    where: Filter
    synonyms: tuple[str, ...] = ()
    description: str = ""


class Relationship(_Part):
    """A join that is known to be sound. Rows of `left` point at rows of `right`.

    `confidence` (0 to 1) says how far values and names prove an inferred one; None for a person's own."""

    left: Name
    left_field: Name
    right: Name
    right_field: Name
    cardinality: Literal["many_to_one", "one_to_one"]
    status: Status = Status.INFERRED
    confidence: Share | None = None


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


_Short = Annotated[str, Field(min_length=1, max_length=200)]


class Audience(_Part):
    """Members, by role or by attribute: whoever has one of the roles, or for one of the attributes one of its
    values."""

    roles: tuple[Role, ...] = ()
    attributes: dict[Name, tuple[_Short, ...]] = {}


STEWARDS = Audience(roles=(Role.OWNER, Role.ADMIN))


class RowPolicy(_Part):
    """Which rows of a dataset a member's questions read: those whose `field` has one of the values of the
    member's `attribute`, none where they have no such attribute. `field` may be that of a related dataset
    (`customers__region`). Whoever is in `except_for` reads all rows.

    A policy whose field is gone lets no row through until it is mended."""

    name: Name
    dataset: Name
    field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,190}$")]
    attribute: Name
    except_for: Audience = STEWARDS
    description: str = ""


class HiddenField(_Part):
    """A field that only the audience sees. For others it is not there: it is neither shown, filtered by,
    grouped by nor ordered by, and no metric or join over it is theirs. Said beside the fields, so that a
    column that goes and comes back stays hidden."""

    dataset: Name
    field: Name
    visible_to: Audience = STEWARDS


class SemanticModel(_Part):
    version: Literal[1] = 1
    datasets: tuple[Dataset, ...]
    metrics: tuple[Metric, ...] = ()
    segments: tuple[Segment, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    calendar: Calendar = Calendar()
    policies: tuple[RowPolicy, ...] = ()
    hidden_fields: tuple[HiddenField, ...] = ()

    @property
    def revision(self) -> str:
        """SHA-256 of the canonical form, first 16 hex digits: equal models, equal revisions."""
        content = self.model_dump(mode="json")
        # Models of before there were such parts keep their revision.
        _drop_empty(content, "policies", "hidden_fields", "segments")
        for metric in content["metrics"]:
            _drop_empty(metric, "where", "minus", "per", "cumulative", "confidence")
            if metric["stock_of"] is None:
                del metric["stock_of"]
        for dataset in content["datasets"]:
            for part in (dataset, *dataset["fields"]):
                _drop_empty(part, "confidence")
                if part["status"] == Status.INFERRED:
                    del part["status"]
            for field in dataset["fields"]:
                if field["unique"] is None:
                    del field["unique"]
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def dataset(self, name: str) -> Dataset | None:
        """The dataset of that name, or None."""
        return next((d for d in self.datasets if d.name == name), None)

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None."""
        return next((m for m in self.metrics if m.name == name), None)

    def segment(self, name: str) -> Segment | None:
        """The segment of that name, or None."""
        return next((s for s in self.segments if s.name == name), None)

    def face(self, name: str | None) -> Metric | None:
        """The face of the metric of that name, or None."""
        metric = self.metric(name) if name is not None else None
        return None if metric is None else metric.face


def _drop_empty(content: dict[str, object], *names: str) -> None:
    for name in names:
        if not content[name]:
            del content[name]
