"""What findings say, as data: the code of a sentence and what it says, by name.

A class is a set of arguments, and its `code` lists the sentences that take it. `sentences` has the English
of each code; whoever shows findings in another language has their own. Texts are the file's, cut to be shown.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from answerable.data.ingestion.arguments.columns import (
    BareNumbersSaid,
    BarePercentSaid,
    BooleansSaid,
    ChoiceSaid,
    ColumnSaid,
    ColumnTextSaid,
    CompactDatesSaid,
    CountedColumnSaid,
    CountedColumnTextSaid,
    DateOrderSaid,
    DateReadSaid,
    DeclaredTypeSaid,
    FormatUnitSaid,
    HeaderScaleSaid,
    MarkSaid,
    NumberReadSaid,
    PlaceholdersSaid,
    Sign,
    SignsSaid,
    Spelling,
    SpellingsSaid,
    UnitsConvertedSaid,
    UnitsSaid,
    UnreadableSaid,
)
from answerable.data.ingestion.arguments.files import (
    BlankHeaderSaid,
    ColumnsMissingSaid,
    CountedTextSaid,
    CountSaid,
    DelimiterSaid,
    DuplicateHeaderSaid,
    EncodingSaid,
    FewWordsSaid,
    HiddenCellsSaid,
    NothingSaid,
    PeriodRowsSaid,
    PeriodsSaid,
    Place,
    PlacesSaid,
    RivalSaid,
    TextSaid,
)
from answerable.data.ingestion.arguments.rules import (
    Check,
    RuleCheckSaid,
    RuleCountSaid,
    RuleDerivedSaid,
    RuleSaid,
    RuleTypeSaid,
)

__all__ = [
    "Arguments",
    "BareNumbersSaid",
    "BarePercentSaid",
    "BlankHeaderSaid",
    "BooleansSaid",
    "Check",
    "ChoiceSaid",
    "ColumnSaid",
    "ColumnTextSaid",
    "ColumnsMissingSaid",
    "CompactDatesSaid",
    "CountSaid",
    "CountedColumnSaid",
    "CountedColumnTextSaid",
    "CountedTextSaid",
    "DateOrderSaid",
    "DateReadSaid",
    "DeclaredTypeSaid",
    "DelimiterSaid",
    "DuplicateHeaderSaid",
    "EncodingSaid",
    "FewWordsSaid",
    "FormatUnitSaid",
    "HeaderScaleSaid",
    "HiddenCellsSaid",
    "MarkSaid",
    "NothingSaid",
    "NumberReadSaid",
    "PeriodRowsSaid",
    "PeriodsSaid",
    "Place",
    "PlaceholdersSaid",
    "PlacesSaid",
    "RivalSaid",
    "RuleCheckSaid",
    "RuleCountSaid",
    "RuleDerivedSaid",
    "RuleSaid",
    "RuleTypeSaid",
    "Sign",
    "SignsSaid",
    "Spelling",
    "SpellingsSaid",
    "TextSaid",
    "UnitsConvertedSaid",
    "UnitsSaid",
    "UnreadableSaid",
]

Arguments = Annotated[
    NothingSaid | CountSaid | TextSaid | CountedTextSaid | HiddenCellsSaid | EncodingSaid | FewWordsSaid
    | RivalSaid | DelimiterSaid | PlacesSaid | BlankHeaderSaid | DuplicateHeaderSaid | ColumnSaid
    | CountedColumnSaid | ColumnTextSaid | PlaceholdersSaid | BooleansSaid | UnreadableSaid
    | DateOrderSaid | DateReadSaid | MarkSaid | ColumnsMissingSaid | CompactDatesSaid | CountedColumnTextSaid
    | NumberReadSaid | SignsSaid | UnitsSaid | UnitsConvertedSaid | BareNumbersSaid | BarePercentSaid
    | HeaderScaleSaid | FormatUnitSaid | ChoiceSaid | SpellingsSaid | DeclaredTypeSaid | PeriodsSaid
    | PeriodRowsSaid | RuleCountSaid | RuleDerivedSaid | RuleCheckSaid | RuleSaid | RuleTypeSaid,
    Field(discriminator="code"),
]  # fmt: skip
