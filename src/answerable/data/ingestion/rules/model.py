"""Business rules as people write them: typed data, no code and no SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.data.semantics.filters import Name

MOST_RULES = 100
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Pattern = Annotated[str, Field(min_length=1, max_length=500)]


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mapping(_Rule):
    """Texts that become others, whatever their case; all others stay."""

    map: Annotated[dict[_Text, _Text], Field(min_length=1, max_length=1_000)]


Step = (
    Literal["trim", "collapse_spaces", "remove_spaces", "upper", "lower", "digits_only", "letters_and_digits"]
    | Mapping
)


class Normalise(_Rule):
    """The texts of a column in one form: the steps one after the other. What is left blank is empty."""

    kind: Literal["normalise"]
    column: Name
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]


class Lookup(_Rule):
    """The value beside a text in a table, whatever the text's case."""

    kind: Literal["lookup"]
    table: Annotated[dict[_Text, _Text], Field(min_length=1, max_length=1_000)]


class Range(_Rule):
    """Numbers from `at_least` (included) to `below` (not included); an end that is unset is open."""

    at_least: Decimal | None = None
    below: Decimal | None = None
    value: _Text

    @model_validator(mode="after")
    def _not_empty(self) -> Range:
        if self.at_least is None and self.below is None:
            raise ValueError("give at_least, below, or both")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError("at_least must be smaller than below")
        return self


class Ranges(_Rule):
    """The value of the first range that a number lies in."""

    kind: Literal["ranges"]
    ranges: Annotated[tuple[Range, ...], Field(min_length=1, max_length=200)]


class PatternCase(_Rule):
    pattern: _Pattern
    value: _Text


class Patterns(_Rule):
    """The value of the first pattern (RE2) that fits a text as a whole."""

    kind: Literal["patterns"]
    cases: Annotated[tuple[PatternCase, ...], Field(min_length=1, max_length=100)]


class Derive(_Rule):
    """A new column of texts out of another one. `otherwise` is for what nothing fits; empty if unset."""

    kind: Literal["derive"]
    column: Name
    label: _Text | None = None
    source: Name
    by: Annotated[Lookup | Ranges | Patterns, Field(discriminator="kind")]
    otherwise: _Text | None = None


class Required(_Rule):
    """The cell is filled."""

    kind: Literal["required"]


class Unique(_Rule):
    """No other row has the value."""

    kind: Literal["unique"]


class Fits(_Rule):
    """The text as a whole fits a pattern (RE2)."""

    kind: Literal["pattern"]
    pattern: _Pattern


class Between(_Rule):
    """The number is not below `minimum` and not above `maximum`."""

    kind: Literal["range"]
    minimum: Decimal | None = None
    maximum: Decimal | None = None


class OneOf(_Rule):
    """The text is one of these, whatever its case."""

    kind: Literal["one_of"]
    values: Annotated[tuple[_Text, ...], Field(min_length=1, max_length=1_000)]


class Validate(_Rule):
    """Rows whose cell does not hold are left out (`reject`) or counted in the report (`flag`). An empty cell
    breaks `required` alone."""

    kind: Literal["validate"]
    column: Name
    check: Annotated[Required | Unique | Fits | Between | OneOf, Field(discriminator="kind")]
    action: Literal["reject", "flag"]


Rule = Annotated[Normalise | Derive | Validate, Field(discriminator="kind")]
Rules = Annotated[tuple[Rule, ...], Field(max_length=MOST_RULES)]
