"""Conditions on rows, as queries and the semantic model write them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatePart(StrEnum):
    """What recurs in dates: the hour of the day (0 to 23), the weekday and the month by name."""

    HOUR = "hour"
    WEEKDAY = "weekday"
    MONTH = "month"


class Elapsed(_Part):
    """The time from the field `since` to the field that this stands beside, as a number of `unit`s.

    Between two dates it is whole days."""

    since: Name
    unit: Literal["minutes", "hours", "days"]


def _as_given(value: object) -> object:
    if isinstance(value, (bool, int, float, Decimal, date, str)):
        return value
    raise ValueError("give text, a number, a date, true or false")


# Text stays text: "00123" is a postal code until the field's type says that it is a number.
Scalar = Annotated[
    bool | int | Decimal | float | date | datetime | str,
    PlainValidator(_as_given, json_schema_input_type=bool | int | float | str),
]


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"  # both ends included
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_NULL = "is_null"
    NOT_NULL = "not_null"


class Condition(_Part):
    """`field operator values`: one value for comparisons, two for between, any number for in, none for nulls.

    String equality ignores case and outer blanks. `part` and `elapsed` compare what recurs in a date, and the
    time since another field; `other` compares with another field of the same row instead of values."""

    field: Name
    operator: Operator
    values: tuple[Scalar, ...] = ()
    part: DatePart | None = None
    elapsed: Elapsed | None = None
    other: Name | None = None


class AllOf(_Part):
    all: tuple[Filter, ...]


class AnyOf(_Part):
    any: tuple[Filter, ...]


class Not(_Part):
    negated: Filter


class Pointed(_Part):
    """Rows that at least one row of the dataset `pointed_at_by` points at, or `at_least` so many: customers
    with orders. `where` chooses among those rows, in fields of their own dataset. Its `Not` keeps the rows
    without any, or with fewer."""

    pointed_at_by: Name
    where: Filter | None = None
    at_least: Annotated[int, Field(ge=2, le=1_000_000_000)] | None = None


class InSegment(_Part):
    """Rows of a segment of the model, by its name: of the dataset itself, or of one that its rows lead to."""

    segment: Name


Filter = Condition | AllOf | AnyOf | Not | Pointed | InSegment

AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()
Pointed.model_rebuild()
