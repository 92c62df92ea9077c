"""What a search may be narrowed by: facts of documents, as the API takes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

_MOST_VALUES = 100
_MOST_KEYS = 20

_NoNul = StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")
Text = Annotated[str, _NoNul]
Number = StrictInt | Annotated[StrictFloat, AllowInfNan(False)]


def _in_words(message: str) -> WrapValidator:
    """One sentence in place of one a member of a union."""

    def check(value: object, inner: ValidatorFunctionWrapHandler) -> object:
        try:
            return inner(value)
        except ValidationError as error:
            raise PydanticCustomError("value", message) from error

    return WrapValidator(check)


Scalar = Annotated[
    StrictBool | Number | Text | None,
    _in_words("must be a text of 1 to 1,000 characters, a finite number, true, false or null"),
]
"""A value of a document's metadata. True and 1 differ."""
Ordered = Annotated[Number | Text, _in_words("must be a finite number or a text of 1 to 1,000 characters")]


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeRange(_Strict):
    """From `start` on and before `end`; an open end when unset. Times without a zone are UTC."""

    start: datetime | None = Field(None, alias="from")
    end: datetime | None = Field(None, alias="to")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def seconds(self) -> tuple[float | None, float | None]:
        """Both ends as seconds since 1970."""
        return _seconds(self.start), _seconds(self.end)


class MetadataCondition(_Strict):
    """What one value of the metadata must be; all that is given must hold. A list in a document's metadata
    passes when one of its values does. Texts are compared by code points, so ISO dates sort as dates."""

    eq: Scalar = None
    one_of: list[Scalar] | None = Field(None, alias="in", max_length=_MOST_VALUES)
    gt: Ordered | None = None
    gte: Ordered | None = None
    lt: Ordered | None = None
    lte: Ordered | None = None
    exists: bool | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_serializer(mode="wrap")
    def _as_given(self, serialise: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        """What was given alone: an `eq` that is null differs from none."""
        written: dict[str, JsonValue] = serialise(self)
        given = {"in" if name == "one_of" else name for name in self.model_fields_set} | self.model_fields_set
        return {name: value for name, value in written.items() if name in given}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one of eq, in, gt, gte, lt, lte, exists")
        return self


def _condition(value: object) -> object:
    """A value alone is one that must be equal."""
    return value if isinstance(value, dict | MetadataCondition) else {"eq": value}


Wanted = Annotated[
    MetadataCondition, BeforeValidator(_condition, json_schema_input_type=MetadataCondition | Scalar)
]
Key = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[^\x00.]+(\.[^\x00.]+)*$", max_length=200)],
    _in_words("must be a key, or keys joined by single dots, of 200 characters at most"),
]


class Filters(_Strict):
    """Facts that a document must have for its passages to be searched; all that is given must hold.

    `tags`, `types` (media types) and `languages` (ISO 639-1) name those of which one is enough. A
    key of `metadata` is looked for at the top; a dot in it goes one object deeper. Its condition is a value
    that it must equal, or an object of comparisons. A document that was never modified counts as modified
    when it was created.
    """

    tags: list[Text] | None = Field(None, max_length=_MOST_VALUES)
    types: list[Text] | None = Field(None, max_length=_MOST_VALUES)
    languages: list[Language] | None = Field(None, max_length=_MOST_VALUES)
    created: TimeRange | None = None
    modified: TimeRange | None = None
    metadata: dict[Key, Wanted] | None = Field(None, max_length=_MOST_KEYS)

    @property
    def is_open(self) -> bool:
        """Whether nothing is left out."""
        return all(value is None for value in self.__dict__.values())


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
