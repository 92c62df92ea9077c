"""The quality report: everything that ingestion changed, dropped, doubts or wants to mention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Annotated

from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from answerable.data.ingestion.arguments import Arguments, CountedColumnSaid
from answerable.data.ingestion.sentences import sentence_of

SHOWN = 3  # examples of a finding


class Severity(StrEnum):
    """changed: values were rewritten or emptied · dropped: something of the file is not in the
    table · doubtful: a decision that a person should look at · info: worth knowing."""

    CHANGED = "changed"
    DROPPED = "dropped"
    DOUBTFUL = "doubtful"
    INFO = "info"


class Code(StrEnum):
    ENCODING = "encoding"
    BAD_BYTES = "bad_bytes"
    NUL_BYTES = "nul_bytes"
    DIALECT = "dialect"
    UNBALANCED_QUOTE = "unbalanced_quote"
    TITLE = "title"
    NOTES = "notes"
    TOTALS = "totals"
    TOTALS_DIFFER = "totals_differ"
    TOTALS_COLUMN = "totals_column"
    TOTALS_KEPT = "totals_kept"
    BLANK_ROWS = "blank_rows"
    EMPTY_COLUMN = "empty_column"
    RAGGED_SHORT = "ragged_short"
    RAGGED_LONG = "ragged_long"
    HEADER_MISSING = "header_missing"
    HEADER_MERGED = "header_merged"
    HEADER_DUPLICATE = "header_duplicate"
    HEADER_BLANK = "header_blank"
    HEADER_REPEATED = "header_repeated"
    PLACEHOLDERS = "placeholders"
    SPELLINGS = "spellings"
    UNREADABLE_CELLS = "unreadable_cells"
    MIXED_TYPES = "mixed_types"
    MIXED_UNITS = "mixed_units"
    UNITS_CONVERTED = "units_converted"
    BARE_NUMBERS = "bare_numbers"
    BARE_PERCENT = "bare_percent"
    HEADER_SCALE = "header_scale"
    FORMAT_UNIT = "format_unit"
    NUMBERS_AS_TEXT = "numbers_as_text"
    DATES_AS_TEXT = "dates_as_text"
    DATE_ORDER = "date_order"
    DATE_ORDER_MIXED = "date_order_mixed"
    TWO_DIGIT_YEAR = "two_digit_year"
    TIME_ZONE = "time_zone"
    TIME_ZONE_MISSING = "time_zone_missing"
    TIME_ZONE_UNKNOWN = "time_zone_unknown"
    MONTHS = "months"
    MONTH_OR_DAY = "month_or_day"
    BOOLEANS = "booleans"
    NUMBER_FORMAT = "number_format"
    DECIMAL_MARK = "decimal_mark"
    KEPT_AS_TEXT = "kept_as_text"
    DUPLICATE_ROWS = "duplicate_rows"
    NO_ROWS = "no_rows"
    FORMULAS = "formulas_without_values"
    COMPACT_DATES = "compact_dates"
    ERROR_CELLS = "error_cells"
    HIDDEN = "hidden_sheet"
    MERGED_CELLS = "merged_cells"
    ROUNDED_DIGITS = "rounded_digits"
    DASH_ZEROS = "dash_zeros"
    SERIAL_DATES = "serial_dates"
    TITLE_UNIT = "title_unit"
    DURATIONS = "durations"
    NESTED = "nested_values"
    BAD_LINES = "bad_lines"
    DECLARED_TYPE = "declared_type"
    NOT_FINITE = "not_finite"
    COLUMNS_MISSING = "columns_missing"
    CHOICE_UNFIT = "choice_unfit"
    PERIODS_AS_COLUMNS = "periods_as_columns"
    RULE_NORMALISED = "rule_normalised"
    RULE_DERIVED = "rule_derived"
    RULE_REJECTED = "rule_rejected"
    RULE_FLAGGED = "rule_flagged"
    RULE_UNFIT = "rule_unfit"


# What the reader assumes until a person says otherwise, with the setting that says it: numbers would be
# wrong, not missing.
ASKED: Mapping[Code, str] = {
    Code.DATE_ORDER: "date_order",
    Code.DECIMAL_MARK: "decimal_mark",
    Code.BARE_PERCENT: "bare_percent",
    Code.COMPACT_DATES: "type",
}


class Example(BaseModel):
    """A text of the file and what the table has of it; None for nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: str
    after: str | None


def _still_known(kept: object, validated: ValidatorFunctionWrapHandler) -> Arguments | None:
    """Reports outlive the code that wrote them: what it no longer knows is told by the sentence alone."""
    try:
        said: Arguments | None = validated(kept)
    except ValidationError:
        return None
    return said


class Finding(BaseModel):
    """One item, made by `noted`. `count` is in cells, rows or bytes, as `sentence` says; `example` is from
    the file, `examples` show what became of some. `arguments` are what the sentence, which is English, says:
    by the code of the sentence; null in reports of before there were any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    severity: Severity
    column: str | None = None
    count: int = 0
    example: str | None = None
    examples: tuple[Example, ...] = ()
    sentence: str
    arguments: Annotated[Arguments | None, WrapValidator(_still_known)] = None


def is_asked(finding: Finding) -> bool:
    """Whether a person should make the decision."""
    return finding.code in ASKED and finding.severity is Severity.DOUBTFUL


class QualityReport(BaseModel):
    """All findings of one table, the doubtful first. `rows_read` counts the records of the table as
    the file has them, `rows_kept` those in the Parquet version."""

    model_config = ConfigDict(extra="forbid")

    findings: list[Finding] = []
    rows_read: int = 0
    rows_kept: int = 0

    def sorted(self) -> QualityReport:
        """The same report, ordered by what needs a person most."""
        order = [Severity.DOUBTFUL, Severity.DROPPED, Severity.CHANGED, Severity.INFO]
        findings = sorted(self.findings, key=lambda f: order.index(f.severity))
        return self.model_copy(update={"findings": findings})


def noted(
    code: Code,
    severity: Severity,
    arguments: Arguments,
    *,
    column: str | None = None,
    count: int = 0,
    example: str | None = None,
    examples: tuple[Example, ...] = (),
) -> Finding:
    """A finding with the sentence that its arguments make."""
    return Finding(
        code=code,
        severity=severity,
        column=column,
        count=count,
        example=example,
        examples=examples,
        sentence=sentence_of(arguments),
        arguments=arguments,
    )


def left_out(texts: Iterable[str]) -> tuple[Example, ...]:
    """Examples of what the table has nothing of."""
    return tuple(Example(before=shorten(text), after=None) for text in islice(texts, SHOWN))


def not_finite(label: str, count: int, column: str | None = None) -> Finding:
    """The finding for numbers of a column that are not finite."""
    said = CountedColumnSaid(code="not_finite", column=label, count=count)
    return noted(Code.NOT_FINITE, Severity.CHANGED, said, column=column, count=count)


def shorten(text: str, length: int = 80) -> str:
    """The text on one line, cut with an ellipsis: examples stay readable."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
