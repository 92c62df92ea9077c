"""Arguments of what there is to say about a column."""

from __future__ import annotations

from datetime import date
from typing import Literal

from answerable.data.ingestion.arguments.plain import Plain
from answerable.data.semantics.model import FieldType


class ColumnSaid(Plain):
    """The label of a column."""

    code: Literal["two_digit_year", "time_zone", "time_zone_declared", "months"]
    column: str


class CountedColumnSaid(Plain):
    """`count` cells of a column."""

    code: Literal["not_finite", "nul_values", "numbers_as_text", "dates_as_text", "durations"]
    column: str
    count: int


class ColumnTextSaid(Plain):
    """A column and the text in it that speaks for the decision."""

    code: Literal[
        "date_order_mixed", "mixed_types", "mixed_date_types", "text_of_zeros", "text_of_digits",
        "text_of_codes", "time_zone_unknown", "rounded_digits", "month_or_day", "day_without_year",
    ]  # fmt: skip
    column: str
    text: str


class PlaceholdersSaid(Plain):
    """`count` cells of a column with `texts` that stand for nothing."""

    code: Literal["placeholders"]
    column: str
    count: int
    texts: tuple[str, ...]


class BooleansSaid(Plain):
    """`count` cells of a column with words for yes and no, such as `texts`."""

    code: Literal["booleans"]
    column: str
    count: int
    texts: tuple[str, ...]


class UnreadableSaid(Plain):
    """`count` cells of a column of this `type` that it does not read, such as `texts`."""

    code: Literal["unreadable_cells"]
    column: str
    count: int
    type: FieldType
    texts: tuple[str, ...]


class DateOrderSaid(Plain):
    """What comes `first` in the dates of a column."""

    code: Literal["date_order_chosen", "date_order_assumed"]
    column: str
    first: Literal["day", "month"]


class DateReadSaid(Plain):
    """What is taken to come `first` in the dates of a column, and the `day` that a text is then."""

    code: Literal["date_order"]
    column: str
    first: Literal["day", "month"]
    text: str
    day: date


class CompactDatesSaid(Plain):
    """A column of eight digits each, or of day numbers; such a `text`, and the `day` that it is."""

    code: Literal["compact_dates", "compact_dates_read", "serial_dates"]
    column: str
    text: str
    day: date


class CountedColumnTextSaid(Plain):
    """`count` cells of a column, such as `text`."""

    code: Literal["time_zone_missing", "dash_zeros", "durations_read"]
    column: str
    count: int
    text: str


class MarkSaid(Plain):
    """The decimal mark of a column."""

    code: Literal["decimal_mark_chosen"]
    column: str
    mark: Literal[",", "."]


class NumberReadSaid(Plain):
    """What the mark in the numbers of a column is taken for, and the `number` that a text is then: in
    digits with a decimal point."""

    code: Literal["decimal_mark"]
    column: str
    text: str
    taken_for: Literal["thousands", "decimal"]
    number: str


class Sign(Plain):
    """A sign of a number format: a decimal comma, the `text` between thousands, or that beside the number."""

    kind: Literal["decimal_comma", "thousands", "affix"]
    text: str


class SignsSaid(Plain):
    """The signs that the numbers of a column are written with; none for such as an exponent."""

    code: Literal["number_format"]
    column: str
    signs: tuple[Sign, ...]


class UnitsSaid(Plain):
    """The units that the numbers of a column have, or what stands beside them and is none."""

    code: Literal["mixed_units", "no_units"]
    column: str
    units: tuple[str, ...]


class UnitsConvertedSaid(Plain):
    """`count` numbers of a column that stand beside other `units`, and the `unit` that they are brought
    into."""

    code: Literal["units_converted"]
    column: str
    count: int
    units: tuple[str, ...]
    unit: str


class BareNumbersSaid(Plain):
    """`count` numbers of a column such as `text` that have no unit where others have, and the `unit` that
    they are taken to be in."""

    code: Literal["bare_numbers"]
    column: str
    count: int
    text: str
    unit: str


class BarePercentSaid(Plain):
    """`count` numbers without a percent sign in a column of percentages, what such a `text` is taken for, and
    the `number` of percent that it is then: in digits with a decimal point."""

    code: Literal["bare_percent", "bare_percent_chosen"]
    column: str
    count: int
    text: str
    taken_for: Literal["percent", "fraction"]
    number: str


class HeaderScaleSaid(Plain):
    """The `affix` beside the numbers of a column whose header says that they are in another `unit`."""

    code: Literal["header_scale"]
    column: str
    affix: str
    unit: str


class FormatUnitSaid(Plain):
    """A column of a workbook whose number formats print a `unit`: a `text` that a cell holds, and the
    `number` that it shows."""

    code: Literal["format_unit", "format_percent"]
    column: str
    text: str
    number: str
    unit: str


class ChoiceSaid(Plain):
    """What a column was chosen to be read as."""

    code: Literal["choice_unfit"]
    column: str
    chosen: Literal["text", "number", "date", "boolean"]


class Spelling(Plain):
    """A text and the spelling that it gets."""

    before: str
    after: str


class SpellingsSaid(Plain):
    """`count` cells of a column that are spelt anew, such as `spellings`."""

    code: Literal["spellings"]
    column: str
    count: int
    spellings: tuple[Spelling, ...]


class DeclaredTypeSaid(Plain):
    """The type that the file declares for a column, in the engine's words."""

    code: Literal["declared_type", "nested_type"]
    column: str
    type: str
