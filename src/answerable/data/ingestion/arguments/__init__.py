"""What findings say, as data: the code of a sentence and what it says, by name.

A class is a set of arguments, and its `code` lists the sentences that take it. `sentences` has the English
of each code; whoever shows findings in another language has their own. Texts are the file's, cut to be shown.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.semantics.model import FieldType

Check = Literal["required", "unique", "pattern", "range", "one_of"]


class _Plain(BaseModel):
    """JSON objects without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NothingSaid(_Plain):
    """A sentence that takes no arguments."""

    code: Literal["header_missing", "unbalanced_quote", "no_rows"]


class CountSaid(_Plain):
    """`count` of rows, lines, columns, cells or bytes, as the code says."""

    code: Literal[
        "header_written_again", "header_merged", "header_repeated", "bad_lines", "nested_values", "nul_bytes",
        "blank_rows", "blank_rows_inside", "ragged_short", "ragged_long", "formulas_without_values",
        "spellings_kept", "duplicates_kept", "duplicates_dropped", "totals_kept", "empty_columns",
    ]  # fmt: skip
    count: int


class TextSaid(_Plain):
    """A text of the file: a totals row, a column of totals, a line above the header, or the name of a
    sheet."""

    code: Literal[
        "totals_equal", "totals_rates", "totals_empty", "totals_differ", "totals_kept_at_end", "hidden_sheet",
        "totals_column", "title_unit", "formats_unread",
    ]  # fmt: skip
    text: str


class CountedTextSaid(_Plain):
    """A text of the file that stands for `count` rows, lines or cells."""

    code: Literal[
        "totals_at_end",
        "error_cells",
        "notes_beside",
        "notes_below",
        "title",
        "merged_filled",
        "merged_numbers",
    ]
    count: int
    text: str


class HiddenCellsSaid(_Plain):
    """How many rows and columns of a sheet are hidden."""

    code: Literal["hidden_cells"]
    sheet: str
    rows: int
    columns: int


class EncodingSaid(_Plain):
    """`encoding` as Python's codecs call it; `mixed`: other lines are UTF-8."""

    code: Literal["encoding", "encoding_unfit"]
    encoding: str
    mixed: bool


class FewWordsSaid(_Plain):
    """An encoding that only so many `words` speak for."""

    code: Literal["encoding_few_words"]
    encoding: str
    mixed: bool
    words: int


class RivalSaid(_Plain):
    """An encoding that reads a word as `text`, and the `rival` that reads it as `other`."""

    code: Literal["encoding_rival"]
    encoding: str
    mixed: bool
    text: str
    other: str
    rival: str


class DelimiterSaid(_Plain):
    """The character between cells."""

    code: Literal["delimiter"]
    delimiter: str


class Place(_Plain):
    """A `text` of the file and the number of its line, from 1."""

    line: int
    text: str


class PlacesSaid(_Plain):
    """`count` rows; `places` are the first of what was cut off them."""

    code: Literal["ragged_long_at"]
    count: int
    places: tuple[Place, ...]


class BlankHeaderSaid(_Plain):
    """The column at `position`, from 1, and the `name` that it got."""

    code: Literal["header_blank"]
    position: int
    name: str


class DuplicateHeaderSaid(_Plain):
    """The header `text` of `count` columns and their `names`; an ellipsis for those that are not listed."""

    code: Literal["header_duplicate"]
    count: int
    text: str
    names: tuple[str, ...]


class ColumnSaid(_Plain):
    """The label of a column."""

    code: Literal["two_digit_year", "time_zone", "time_zone_declared", "months"]
    column: str


class CountedColumnSaid(_Plain):
    """`count` cells of a column."""

    code: Literal["not_finite", "nul_values", "numbers_as_text", "dates_as_text", "durations"]
    column: str
    count: int


class ColumnTextSaid(_Plain):
    """A column and the text in it that speaks for the decision."""

    code: Literal[
        "date_order_mixed", "mixed_types", "mixed_date_types", "text_of_zeros", "text_of_digits",
        "text_of_codes", "time_zone_unknown", "rounded_digits",
    ]  # fmt: skip
    column: str
    text: str


class PlaceholdersSaid(_Plain):
    """`count` cells of a column with `texts` that stand for nothing."""

    code: Literal["placeholders"]
    column: str
    count: int
    texts: tuple[str, ...]


class UnreadableSaid(_Plain):
    """`count` cells of a column of this `type` that it does not read, such as `texts`."""

    code: Literal["unreadable_cells"]
    column: str
    count: int
    type: FieldType
    texts: tuple[str, ...]


class DateOrderSaid(_Plain):
    """What comes `first` in the dates of a column."""

    code: Literal["date_order_chosen", "date_order_assumed"]
    column: str
    first: Literal["day", "month"]


class DateReadSaid(_Plain):
    """What is taken to come `first` in the dates of a column, and the `day` that a text is then."""

    code: Literal["date_order"]
    column: str
    first: Literal["day", "month"]
    text: str
    day: date


class CompactDatesSaid(_Plain):
    """A column of eight digits each, or of day numbers; such a `text`, and the `day` that it is."""

    code: Literal["compact_dates", "compact_dates_read", "serial_dates"]
    column: str
    text: str
    day: date


class CountedColumnTextSaid(_Plain):
    """`count` cells of a column, such as `text`."""

    code: Literal["time_zone_missing", "dash_zeros"]
    column: str
    count: int
    text: str


class MarkSaid(_Plain):
    """The decimal mark of a column."""

    code: Literal["decimal_mark_chosen"]
    column: str
    mark: Literal[",", "."]


class ColumnsMissingSaid(_Plain):
    """The labels of `columns` that a file lacks whose `count` rows are added to others that have them."""

    code: Literal["columns_missing"]
    columns: tuple[str, ...]
    count: int


class NumberReadSaid(_Plain):
    """What the mark in the numbers of a column is taken for, and the `number` that a text is then: in
    digits with a decimal point."""

    code: Literal["decimal_mark"]
    column: str
    text: str
    taken_for: Literal["thousands", "decimal"]
    number: str


class Sign(_Plain):
    """A sign of a number format: a decimal comma, the `text` between thousands, or that beside the number."""

    kind: Literal["decimal_comma", "thousands", "affix"]
    text: str


class SignsSaid(_Plain):
    """The signs that the numbers of a column are written with; none for such as an exponent."""

    code: Literal["number_format"]
    column: str
    signs: tuple[Sign, ...]


class UnitsSaid(_Plain):
    """The units that the numbers of a column have, or what stands beside them and is none."""

    code: Literal["mixed_units", "no_units"]
    column: str
    units: tuple[str, ...]


class UnitsConvertedSaid(_Plain):
    """The `units` beside the numbers of a column, and the `unit` that all of them are brought into."""

    code: Literal["units_converted"]
    column: str
    units: tuple[str, ...]
    unit: str


class BareNumbersSaid(_Plain):
    """`count` numbers of a column such as `text` that have no unit where others have, and the `unit` that
    they are taken to be in."""

    code: Literal["bare_numbers"]
    column: str
    count: int
    text: str
    unit: str


class BarePercentSaid(_Plain):
    """`count` numbers without a percent sign in a column of percentages, what such a `text` is taken for, and
    the `number` of percent that it is then: in digits with a decimal point."""

    code: Literal["bare_percent", "bare_percent_chosen"]
    column: str
    count: int
    text: str
    taken_for: Literal["percent", "fraction"]
    number: str


class HeaderScaleSaid(_Plain):
    """The `affix` beside the numbers of a column whose header says that they are in another `unit`."""

    code: Literal["header_scale"]
    column: str
    affix: str
    unit: str


class FormatUnitSaid(_Plain):
    """A column of a workbook whose number formats print a `unit`: a `text` that a cell holds, and the
    `number` that it shows."""

    code: Literal["format_unit", "format_percent"]
    column: str
    text: str
    number: str
    unit: str


class ChoiceSaid(_Plain):
    """What a column was chosen to be read as."""

    code: Literal["choice_unfit"]
    column: str
    chosen: Literal["text", "number", "date", "boolean"]


class Spelling(_Plain):
    """A text and the spelling that it gets."""

    before: str
    after: str


class SpellingsSaid(_Plain):
    """`count` cells of a column that are spelt anew, such as `spellings`."""

    code: Literal["spellings"]
    column: str
    count: int
    spellings: tuple[Spelling, ...]


class DeclaredTypeSaid(_Plain):
    """The type that the file declares for a column, in the engine's words."""

    code: Literal["declared_type", "nested_type"]
    column: str
    type: str


class PeriodsSaid(_Plain):
    """`count` columns that are periods, and the labels of the first and the last."""

    code: Literal["periods_as_columns"]
    count: int
    first: str
    last: str


class PeriodRowsSaid(_Plain):
    """`count` columns that are rows now, and the labels of the new columns for the date and the number."""

    code: Literal["periods_as_rows"]
    count: int
    period: str
    value: str


class RuleCountSaid(_Plain):
    """The number of a rule, from 1, its column, and how many texts it changed."""

    code: Literal["rule_normalised"]
    rule: int
    column: str
    count: int


class RuleDerivedSaid(_Plain):
    """A rule that made a column from another, the `source`, and for how many rows."""

    code: Literal["rule_derived"]
    rule: int
    column: str
    source: str
    count: int


class RuleCheckSaid(_Plain):
    """A rule whose `check` does not hold in `count` rows."""

    code: Literal["rule_flagged", "rule_rejected"]
    rule: int
    column: str
    count: int
    check: Check


class RuleSaid(_Plain):
    """A rule that was not applied for its column."""

    code: Literal["rule_lacks_column", "rule_column_exists"]
    rule: int
    column: str


class RuleTypeSaid(_Plain):
    """A rule that was not applied for the type of its column."""

    code: Literal["rule_needs_texts", "rule_needs_numbers"]
    rule: int
    column: str
    type: FieldType


Arguments = Annotated[
    NothingSaid | CountSaid | TextSaid | CountedTextSaid | HiddenCellsSaid | EncodingSaid | FewWordsSaid
    | RivalSaid | DelimiterSaid | PlacesSaid | BlankHeaderSaid | DuplicateHeaderSaid | ColumnSaid
    | CountedColumnSaid | ColumnTextSaid | PlaceholdersSaid | UnreadableSaid | DateOrderSaid
    | DateReadSaid | MarkSaid | ColumnsMissingSaid | CompactDatesSaid | CountedColumnTextSaid
    | NumberReadSaid | SignsSaid | UnitsSaid | UnitsConvertedSaid | BareNumbersSaid | BarePercentSaid
    | HeaderScaleSaid | FormatUnitSaid | ChoiceSaid | SpellingsSaid | DeclaredTypeSaid | PeriodsSaid
    | PeriodRowsSaid | RuleCountSaid | RuleDerivedSaid | RuleCheckSaid | RuleSaid | RuleTypeSaid,
    Field(discriminator="code"),
]  # fmt: skip
