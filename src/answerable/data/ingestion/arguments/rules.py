"""Arguments of what business rules did."""

from __future__ import annotations

from typing import Literal

from answerable.data.ingestion.arguments.plain import Plain
from answerable.data.semantics.model import FieldType

Check = Literal["required", "unique", "pattern", "range", "one_of"]


class RuleCountSaid(Plain):
    """The number of a rule, from 1, its column, and how many texts it changed."""

    code: Literal["rule_normalised"]
    rule: int
    column: str
    count: int


class RuleDerivedSaid(Plain):
    """A rule that made a column from another, the `source`, and for how many rows."""

    code: Literal["rule_derived"]
    rule: int
    column: str
    source: str
    count: int


class RuleCheckSaid(Plain):
    """A rule whose `check` does not hold in `count` rows."""

    code: Literal["rule_flagged", "rule_rejected"]
    rule: int
    column: str
    count: int
    check: Check


class RuleSaid(Plain):
    """A rule that was not applied for its column."""

    code: Literal["rule_lacks_column", "rule_column_exists"]
    rule: int
    column: str


class RuleTypeSaid(Plain):
    """A rule that was not applied for the type of its column."""

    code: Literal["rule_needs_texts", "rule_needs_numbers"]
    rule: int
    column: str
    type: FieldType
